// What cells and questions of a page share: one engine, started when it is first needed, and one queue.

/** The engine that this page can have: a kernel of the server that serves it, or Python in the browser. */
async function makeEngine(report) {
  const root = document.querySelector('meta[name="course-kernel"]')?.content;
  if (root !== undefined) {
    const { KernelEngine } = await import("./kernel.js");
    return KernelEngine.start(new URL(root, location.href).href, report);
  }
  const { PyodideEngine } = await import("./pyodide.js");
  return PyodideEngine.start(report);
}

export class Session {
  constructor() {
    this.queue = Promise.resolve();
    this.engine = undefined;
    this.onLost = []; // called when the engine is gone, and every variable with it
  }

  /** Do `job(engine)` after all that was asked before; `report` tells the reader what is waited for, or went wrong. */
  enqueue(job, report) {
    this.queue = this.queue.then(async () => {
      try {
        this.engine ??= await makeEngine(report);
        await job(this.engine);
      } catch (error) {
        report(error.message);
        if (this.engine?.dead !== false) this.forget();
      }
    });
    return this.queue;
  }

  async stop() {
    const lost = await this.engine?.stop();
    if (lost) this.forget();
  }

  forget() {
    this.engine = undefined;
    for (const tell of this.onLost) tell();
  }
}

/** A button of a bar under some code. */
export function barButton(bar, text, action) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = text;
  button.addEventListener("click", action);
  bar.append(button);
  return button;
}

/** The place in a bar that says how things stand, aloud too. */
export function barStatus(bar) {
  const status = document.createElement("output");
  status.className = "live-status";
  bar.append(status);
  return status;
}
