// Typesets formulas for the build: one JSON request a line on standard input, one JSON answer a line on standard output.
// Request {latex, display}; answer {html} or {error}. The macros come as the first argument, as JSON.
import { createInterface } from "node:readline";
import katex from "katex";

const macros = JSON.parse(process.argv[2]);

function typeset({ latex, display }) {
  try {
    const options = { displayMode: display, output: "htmlAndMathml", throwOnError: true, strict: "error", macros: { ...macros } };
    return { html: katex.renderToString(latex, options) };
  } catch (error) {
    return { error: error.message };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(`${JSON.stringify(typeset(JSON.parse(line)))}\n`);
}
