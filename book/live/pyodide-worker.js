// Runs in a worker. Everything but packages comes from the site itself.

import setup from "./display.py";

const CORE = new URL("./pyodide/", self.location.href).href;
let pyodide;

const post = (message) => self.postMessage(message);

async function start() {
  const { loadPyodide, version } = await import(`${CORE}pyodide.mjs`);
  pyodide = await loadPyodide({
    indexURL: CORE,
    packageBaseUrl: `https://cdn.jsdelivr.net/pyodide/v${version}/full/`,
    stdout: (text) => post({ type: "stream", name: "stdout", text: `${text}\n` }),
    stderr: (text) => post({ type: "stream", name: "stderr", text: `${text}\n` }),
    env: { MPLBACKEND: "AGG", OMP_NUM_THREADS: "1" },
  });
  pyodide.registerJsModule("_course", { emit: (json) => post(JSON.parse(json)) });
  pyodide.runPython(setup);
}

/** Packages that pieces of code import; the one step that needs more than the site itself. */
async function loadPackages(pieces) {
  const failures = [];
  for (const code of pieces) {
    await pyodide.loadPackagesFromImports(code, {
      messageCallback: () => {},
      errorCallback: (message) => failures.push(message),
    });
  }
  if (failures.length) throw new Error(failures.join("; "));
}

async function run(code, imports) {
  try {
    await loadPackages(imports);
  } catch (error) {
    return {
      failure:
        "The packages that this code imports come from cdn.jsdelivr.net, which could not be reached. " +
        "Go online and try again, or use `make serve`, which needs no network.",
    };
  }
  const runCell = pyodide.globals.get("_course_run");
  const ok = await runCell(code);
  runCell.destroy();
  return { ok };
}

self.onmessage = async ({ data }) => {
  try {
    const result = data.type === "start" ? (await start(), { ok: true }) : await run(data.code, data.imports);
    post({ type: "done", ...result });
  } catch (error) {
    post({ type: "done", failure: `Python could not be loaded into the page: ${error.message}` });
  }
};
