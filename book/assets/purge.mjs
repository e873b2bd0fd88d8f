// Leaves in a style sheet only what the pages use. Standard input: {css, words, safe}; standard output: the shorter CSS.
import { PurgeCSS } from "purgecss";

let text = "";
for await (const part of process.stdin) text += part;
const { css, words, safe } = JSON.parse(text);
const expressions = safe.map((source) => new RegExp(source));
// Demos style themselves; these are the theme's properties that they ask for.
const scripted = [/^--pst-(font-family|color-(surface|primary|background|border|text|accent|link|on))/];
const [{ css: short }] = await new PurgeCSS().purge({
  content: [{ raw: words, extension: "txt" }],
  css: [{ raw: css }],
  defaultExtractor: (content) => content.match(/[\w-]+/g) ?? [],
  safelist: { standard: expressions, variables: [/^--(?!pst|sd|bs)/, ...scripted] },
  variables: true,
  keyframes: true,
  fontFace: false,
});
process.stdout.write(short);
