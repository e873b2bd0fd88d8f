// An anywidget that a live kernel made: its state comes by comm messages, its code is the widget's own `_esm`.

/** Put binary buffers back where the message says they belong. */
function withBuffers(state, paths = [], buffers = []) {
  paths.forEach((path, i) => {
    const parent = path.slice(0, -1).reduce((node, key) => node[key], state);
    parent[path.at(-1)] = buffers[i];
  });
  return state;
}

export class WidgetModel {
  constructor(comm, { content, buffers }) {
    this.comm = comm;
    this.state = withBuffers(content.data.state, content.data.buffer_paths, buffers);
    this.listeners = new Map();
    this.changed = new Set();
    comm.onMsg = (message) => this.receive(message);
  }

  get isAnywidget() {
    return typeof this.state._esm === "string";
  }

  receive({ content: { data }, buffers }) {
    if (data.method === "custom") return this.emit("msg:custom", data.content, buffers);
    if (data.method !== "update" && data.method !== "echo_update") return;
    const update = withBuffers(data.state, data.buffer_paths, buffers);
    for (const [key, value] of Object.entries(update)) {
      if (JSON.stringify(this.state[key]) === JSON.stringify(value)) continue;
      this.state[key] = value;
      this.emit(`change:${key}`);
    }
    this.emit("change");
  }

  emit(name, ...details) {
    for (const listener of this.listeners.get(name) ?? []) listener(...details);
  }

  // What anywidget promises to `render`.
  get(key) {
    return this.state[key];
  }

  set(key, value) {
    if (this.state[key] === value) return;
    this.state[key] = value;
    this.changed.add(key);
    this.emit(`change:${key}`);
    this.emit("change");
  }

  save_changes() {
    const state = Object.fromEntries([...this.changed].map((key) => [key, this.state[key]]));
    this.changed.clear();
    if (Object.keys(state).length) this.comm.send({ method: "update", state, buffer_paths: [] });
  }

  on(name, listener) {
    this.listeners.set(name, [...(this.listeners.get(name) ?? []), listener]);
  }

  off(name, listener) {
    this.listeners.set(name, (this.listeners.get(name) ?? []).filter((each) => each !== listener));
  }

  send(content, _callbacks, buffers) {
    this.comm.send({ method: "custom", content }, undefined, buffers);
  }

  async render(el) {
    const url = URL.createObjectURL(new Blob([this.state._esm], { type: "text/javascript" }));
    const module = await import(/* the widget's own code */ url);
    URL.revokeObjectURL(url);
    if (this.state._css) {
      const style = document.createElement("style");
      style.textContent = this.state._css;
      el.append(style);
    }
    await (module.default ?? module).render({ model: this, el });
  }
}
