// The engine of the static site: Python itself, in a worker of the reader's browser.
// The interpreter is served by the site; NumPy and its like come from Pyodide's package host, on click only.

export class PyodideEngine {
  static async start(report) {
    const engine = new PyodideEngine();
    report("Loading Python into the page (about 12 MB, once) …");
    await engine.ask({ type: "start" }, () => {});
    return engine;
  }

  constructor() {
    this.dead = false;
    this.worker = new Worker(new URL("./pyodide-worker.js", import.meta.url), { type: "module" });
    this.pending = undefined;
    this.worker.onmessage = ({ data }) => {
      if (data.type === "done") this.settle(data);
      else this.pending?.emit(data);
    };
    this.worker.onerror = (event) => {
      this.dead = true;
      this.settle({ failure: `Python could not be loaded (${event.message ?? "unknown reason"}).` });
    };
  }

  settle({ ok, failure }) {
    const { resolve, reject } = this.pending ?? {};
    this.pending = undefined;
    if (failure) reject?.(new Error(failure));
    else resolve?.({ ok });
  }

  ask(message, emit) {
    return new Promise((resolve, reject) => {
      this.pending = { resolve, reject, emit };
      this.worker.postMessage(message);
    });
  }

  /** Run code, with the packages that it imports; or those that `imports`, pieces of code, ask for. */
  run(code, emit, imports = [code]) {
    return this.ask({ type: "run", code, imports }, emit);
  }

  /** A browser cannot interrupt Python half-way: the worker ends, and its variables with it. */
  async stop() {
    this.dead = true;
    this.worker.terminate();
    this.settle({ failure: "Stopped. Python's variables are gone; run again to start anew." });
    return true;
  }

  showWidget(id, node) {
    node.textContent = "This widget needs a running Jupyter: download the page's notebook and open it there.";
  }
}
