// The engine with `make serve`: a kernel of the Jupyter Server that serves the page, by Jupyter's own client.

import { KernelConnection } from "@jupyterlab/services/lib/kernel/default.js";
import { startNew } from "@jupyterlab/services/lib/kernel/restapi.js";
import { ServerConnection } from "@jupyterlab/services/lib/serverconnection.js";

import { WidgetModel } from "./widget.js";

export class KernelEngine {
  static async start(baseUrl, report) {
    report("Starting Python on this computer …");
    const settings = ServerConnection.makeSettings({ baseUrl, wsUrl: baseUrl.replace(/^http/, "ws") });
    try {
      // Not by a KernelManager: it polls the list of kernels, and a list that was asked for before this kernel was
      // there and answered after it makes the manager declare the new kernel dead.
      const model = await startNew({ name: "python3" }, settings);
      return new KernelEngine(new KernelConnection({ model, serverSettings: settings }), settings);
    } catch (error) {
      const denied = error.response?.status === 403;
      throw new Error(
        denied
          ? "This page was opened without its token: open the address that `make serve` printed, then press Run again."
          : `No kernel could be started (${error.message}). Is \`make serve\` still running?`,
      );
    }
  }

  constructor(kernel, settings) {
    this.kernel = kernel;
    this.dead = false;
    this.models = new Map();
    kernel.registerCommTarget("jupyter.widget", (comm, message) => this.openModel(comm, message));
    kernel.statusChanged.connect((_, status) => {
      if (status === "dead" || status === "restarting" || status === "autorestarting") this.die?.();
    });
    // A closed page leaves no kernel behind.
    addEventListener("pagehide", () => {
      const xsrf = document.cookie.match(/\b_xsrf=([^;]*)/)?.[1] ?? "";
      fetch(`${settings.baseUrl}api/kernels/${kernel.id}`, {
        method: "DELETE",
        keepalive: true,
        headers: { "X-XSRFToken": xsrf },
      });
    });
  }

  async run(code, emit) {
    const died = new Promise((_, reject) => {
      this.die = () => {
        this.dead = true;
        reject(new Error("Python ended unexpectedly; press Run to start it again."));
      };
    });
    const future = this.kernel.requestExecute({ code, allow_stdin: false, stop_on_error: true });
    future.onIOPub = ({ header, content }) => {
      if (header.msg_type === "stream") emit({ type: "stream", name: content.name, text: content.text });
      else if (header.msg_type === "error")
        emit({ type: "error", name: content.ename, value: content.evalue, traceback: content.traceback });
      else if (header.msg_type === "clear_output") emit({ type: "clear" });
      else if (header.msg_type === "display_data" || header.msg_type === "execute_result")
        emit({ type: "display", data: content.data });
    };
    const reply = await Promise.race([future.done, died]);
    return { ok: reply.content.status === "ok" };
  }

  /** Interrupt; the kernel and its variables stay. */
  async stop() {
    await this.kernel.interrupt();
    return false;
  }

  openModel(comm, message) {
    this.models.set(comm.commId, new WidgetModel(comm, message));
  }

  showWidget(id, node) {
    const model = this.models.get(id);
    if (model?.isAnywidget) return void model.render(node);
    node.textContent = "This widget needs JupyterLab: download the page's notebook and open it there.";
  }
}
