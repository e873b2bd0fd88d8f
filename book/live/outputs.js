// Output of a cell, in place of what the page came with.

// The richest form that a page can show, first.
const FORMS = [
  ["application/vnd.jupyter.widget-view+json", showWidget],
  ["text/html", (node, html) => void (node.innerHTML = html)],
  ["image/svg+xml", (node, svg) => showImage(node, `data:image/svg+xml;utf8,${encodeURIComponent(svg)}`)],
  ["image/png", (node, base64) => showImage(node, `data:image/png;base64,${base64.trim()}`)],
  ["image/jpeg", (node, base64) => showImage(node, `data:image/jpeg;base64,${base64.trim()}`)],
  ["text/plain", (node, text) => showText(node, text)],
];
const LONGEST = 100_000; // characters of text kept for one cell: a loop that prints must not freeze the page

const joined = (value) => (Array.isArray(value) ? value.join("") : value);
// eslint-disable-next-line no-control-regex
const withoutColours = (text) => text.replace(/\u001b\[[0-9;]*[A-Za-z]/g, "");

function showText(node, text) {
  const pre = document.createElement("pre");
  pre.tabIndex = 0; // it may scroll, so the keyboard must reach it
  pre.textContent = withoutColours(text);
  node.append(pre);
}

function showImage(node, source) {
  const image = document.createElement("img");
  image.src = source;
  image.alt = "Figure drawn by the cell above when it was run in the page";
  node.append(image);
}

function showWidget(node, { model_id: id }, engine) {
  engine.showWidget(id, node);
}

export class OutputView {
  constructor(cell) {
    this.cell = cell;
    this.original = cell.querySelector(":scope > .cell_output");
    this.node = document.createElement("div");
    this.node.className = "cell_output live-output";
    this.stream = undefined;
    this.length = 0;
    this.keptHeight = false;
  }

  /** Start anew, but hold the height, so that the text below does not jump while the cell runs. */
  clear() {
    const shown = this.original?.isConnected ? this.original : this.node;
    this.node.style.minHeight = shown.isConnected ? `${shown.offsetHeight}px` : "";
    this.original?.remove();
    this.node.replaceChildren();
    this.cell.append(this.node);
    this.stream = undefined;
    this.length = 0;
  }

  flush() {
    this.node.style.minHeight = "";
  }

  restore() {
    this.node.remove();
    if (this.original) this.cell.append(this.original);
  }

  add(message, engine) {
    if (message.type === "stream") return this.addText(message.text, message.name === "stderr" ? "stderr" : "stdout");
    this.stream = undefined;
    if (message.type === "clear") return void this.node.replaceChildren();
    const node = document.createElement("div");
    if (message.type === "error") {
      node.className = "live-error";
      node.setAttribute("role", "alert");
      const last = `${message.name}: ${message.value}`;
      const trace = withoutColours(message.traceback.join("\n"));
      showText(node, trace.includes(message.name) ? trace : `${trace}\n${last}`.trim());
    } else {
      const [form, show] = FORMS.find(([form]) => form in message.data) ?? [];
      if (!form) return;
      show(node, joined(message.data[form]), engine);
    }
    this.node.append(node);
  }

  addText(text, name) {
    if (this.length > LONGEST) return;
    this.length += text.length;
    if (this.length > LONGEST) text += "\n… (more was printed; the page shows the first 100,000 characters)\n";
    if (this.stream?.name !== name) {
      const pre = document.createElement("pre");
      pre.className = `live-${name}`;
      pre.tabIndex = 0;
      this.node.append(pre);
      this.stream = { name, pre };
    }
    this.stream.pre.append(withoutColours(text));
  }
}
