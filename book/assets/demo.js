// Starts the demos of a page: finds each `figure.demo`, loads its module and calls the widget's own `render`. This script stands in the
// head of the page, so that it sees each demo as soon as that is there, and waits for no file of its own.
// A demo is an anywidget; this is as much of a model as one needs where no kernel is.

/** The state of one widget: `get`, `set`, `on`, `off`, `save_changes`, as anywidget gives them. */
class Model {
  constructor(state) {
    this.state = state;
    this.listeners = new Map();
  }
  get(key) {
    return this.state[key];
  }
  set(key, value) {
    if (typeof key === "object") return Object.entries(key).forEach(([k, v]) => this.set(k, v));
    if (Object.is(this.state[key], value)) return;
    this.state[key] = value;
    this.emit(`change:${key}`, this, value);
    this.emit("change", this);
  }
  on(names, listener) {
    for (const name of names.split(/\s+/)) this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
  }
  off(names, listener) {
    if (!names) return this.listeners.clear();
    for (const name of names.split(/\s+/)) {
      this.listeners.set(name, (this.listeners.get(name) ?? []).filter((other) => listener && other !== listener));
    }
  }
  emit(name, ...details) {
    for (const listener of this.listeners.get(name) ?? []) listener(...details);
  }
  save_changes() {}
  send() {}
}

/** Put binary values (base64 in the page) back where they belong in the state. */
function withBuffers(state, buffers) {
  for (const { path, data } of buffers) {
    const parent = path.slice(0, -1).reduce((node, key) => node[key], state);
    parent[path.at(-1)] = new DataView(Uint8Array.from(atob(data), (c) => c.charCodeAt(0)).buffer);
  }
  return state;
}

/** What the demo begins with: written into the page, or, where it is large, beside it. */
async function stateOf(figure) {
  if (!figure.dataset.state) return JSON.parse(figure.querySelector("script[type='application/json']").textContent);
  const answer = await fetch(new URL(figure.dataset.state, document.baseURI));
  if (!answer.ok) throw new Error(`its data are missing: ${answer.status}`);
  return answer.json();
}

async function start(figure) {
  const stage = figure.querySelector(".demo-stage");
  const words = figure.querySelector(".demo-words");
  try {
    const [module, { state, buffers, css }] = await Promise.all([import(new URL(figure.dataset.module, document.baseURI)), stateOf(figure)]);
    const widget = typeof module.default === "function" ? await module.default() : module.default;
    const model = new Model(withBuffers(state, buffers));
    const el = document.createElement("div");
    if (css) el.append(Object.assign(document.createElement("style"), { textContent: css }));
    await widget.initialize?.({ model });
    stage.append(el);
    await widget.render({ model, el });
    for (const child of [...stage.children]) if (child !== el) child.remove();
    figure.classList.add("demo-live");
  } catch (error) {
    words.insertAdjacentHTML("afterend", '<p class="demo-note" role="status"></p>');
    words.nextElementSibling.textContent = `This demo could not be started (${error.message}). Reload the page to try again.`;
    console.error(error);
  }
}

/** Whether the parser has come past a figure: something follows it in the document. */
function isWhole(figure) {
  let node = figure;
  while (node && !node.nextSibling) node = node.parentNode;
  return node !== null || document.readyState !== "loading";
}

/**
 * A demo starts, and its files are fetched, when the reader comes within two screens of it, be the rest of the page there or not. A link
 * that restores a demo (`#name=state`) starts them all: only a demo itself knows its name, and scrolls to where it is.
 */
function begin() {
  const figures = document.getElementsByClassName("demo"); // grows as the page is parsed
  const known = new Set();
  const waiting = new Set();
  const wake = (figure) => {
    watcher.unobserve(figure);
    if (waiting.delete(figure)) start(figure);
  };
  const watcher = new IntersectionObserver((seen) => {
    for (const { isIntersecting, target } of seen) if (isIntersecting) wake(target);
  }, { rootMargin: "200% 0px" });
  const find = () => {
    for (const figure of figures) {
      if (known.has(figure) || !figure.matches("figure") || !isWhole(figure)) continue;
      known.add(figure);
      waiting.add(figure);
      watcher.observe(figure);
    }
  };
  const restore = () => location.hash.includes("=") && waiting.forEach(wake);
  const findAll = () => {
    find();
    window.addEventListener("hashchange", restore);
    restore();
  };
  const findMore = () => {
    if (document.readyState !== "loading") return;
    find();
    requestAnimationFrame(findMore);
  };
  if (document.readyState !== "loading") return findAll();
  document.addEventListener("readystatechange", findAll, { once: true });
  findMore();
}

begin();
