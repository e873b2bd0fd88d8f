// Cells that run in the page: an editor for each, one engine for all, output in place.
//
// One state machine for both engines: a cell runs after all cells above it that have not run yet,
// so that a reader may press Run anywhere and never meets a NameError that is not theirs.

import { createEditor } from "./editor.js";
import { OutputView } from "./outputs.js";
import { barButton, barStatus, Session } from "./session.js";
import { toggle } from "./trial.js";

class Cell {
  constructor(node, index, notebook) {
    this.index = index;
    this.node = node;
    this.notebook = notebook;
    this.source = node.querySelector(".cell_input pre").textContent.replace(/\n$/, "");
    this.hasRun = false;
    this.bar = node.querySelector(".live-bar");
    this.runButton = this.bar.querySelector(".live-run");
    this.editor = createEditor(node.querySelector(".cell_input pre").closest("div[class*=highlight-]"), {
      text: this.source,
      label: `Code of cell ${index + 1}. Press Control and Enter to run it.`,
      onRun: () => this.runButton.click(),
      onChange: () => this.say(this.editor.text === this.source ? "" : "Edited"),
    });
    this.outputs = new OutputView(node);
    this.above = barButton(this.bar, "Run all above", () => notebook.runAbove(index));
    this.above.hidden = index === 0;
    this.stop = barButton(this.bar, "Stop", () => notebook.session.stop());
    this.stop.hidden = true;
    barButton(this.bar, "Reset", () => this.reset());
    this.status = barStatus(this.bar);
  }

  say(text) {
    this.status.textContent = text;
  }

  reset() {
    this.editor.text = this.source;
    this.outputs.restore();
    this.hasRun = false;
    this.say("As the page came");
  }

  async execute(engine) {
    this.stop.hidden = false;
    this.node.setAttribute("aria-busy", "true");
    this.say("Running …");
    const start = performance.now();
    this.outputs.clear();
    try {
      const { ok } = await engine.run(this.editor.text, (message) => this.outputs.add(message, engine));
      this.hasRun = true;
      const seconds = (performance.now() - start) / 1000;
      this.say(ok ? `Done in ${seconds.toFixed(seconds < 10 ? 2 : 0)} s` : "Stopped by an error, shown below");
      return ok;
    } catch (error) {
      this.say("Not run");
      throw error;
    } finally {
      this.outputs.flush();
      this.stop.hidden = true;
      this.node.removeAttribute("aria-busy");
    }
  }
}

class Notebook {
  constructor(nodes, session) {
    this.cells = nodes.map((node, index) => new Cell(node, index, this));
    this.session = session;
    session.onLost.push(() => {
      for (const cell of this.cells) cell.hasRun = false;
    });
  }

  /** Run cell `index`, and before it every cell above that has not run in this session. */
  run(index) {
    const due = this.cells.filter((cell) => cell.index === index || (cell.index < index && !cell.hasRun));
    return this.enqueue(due, index);
  }

  runAbove(index) {
    return this.enqueue(this.cells.slice(0, index), index);
  }

  enqueue(cells, index) {
    const target = this.cells[index];
    return this.session.enqueue((engine) => this.runAll(cells, target, engine), (text) => target.say(text));
  }

  async runAll(cells, target, engine) {
    for (const cell of cells) {
      if (cell !== target) target.say(`Running the cells above first: cell ${cell.index + 1}`);
      if (!(await cell.execute(engine))) {
        if (cell !== target) target.say(`Cell ${cell.index + 1} above stopped with an error`);
        break;
      }
    }
  }
}

const session = new Session();
let notebook;

const styled = new Promise((resolve) => {
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = new URL("./live.css", import.meta.url).href;
  style.onload = style.onerror = resolve;
  document.head.append(style);
});

/** Run cell `index` of the page's cells, which become a notebook at the first call. */
export async function runCell(nodes, index) {
  await styled;
  notebook ??= new Notebook(nodes, session);
  await notebook.run(index);
}

/** Open or close the question of an assignment that stands in `row`. */
export async function toggleQuestion(row, button) {
  await styled;
  await toggle(row, button, session);
}
