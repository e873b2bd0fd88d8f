// How demos look: one quiet frame, the page's own ink and fonts, one accent. The style sheet lives in the demo's
// shadow root, so that neither the page nor JupyterLab can disturb it, and it disturbs nobody.

/** Okabe and Ito's colours (https://jfly.uni-koeln.de/color/): told apart by everyone; shapes tell the rest. */
const OKABE_ITO = {
  light: ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#6b6b6b", "#b8a800"],
  dark: ["#3fa0dc", "#ee7a2b", "#1fbf8f", "#dc94ba", "#f0b030", "#7fcaf5", "#a8a8a8", "#f0e442"],
};
/** Ink that reads on each colour above (contrast at least 4.5 to 1). */
const ON_COLOR = { light: ["#fff", "#000", "#000", "#000", "#000", "#000", "#fff", "#000"], dark: Array(8).fill("#000") };

export const MAX_GROUPS = OKABE_ITO.light.length;
export const color = (tone, group) => OKABE_ITO[tone][group % MAX_GROUPS];
export const inkOn = (tone, group) => ON_COLOR[tone][group % MAX_GROUPS];

/**
 * "dark" where the text around the demo is bright: true of this book, JupyterLab, VS Code and Colab alike. JupyterLab draws cells that
 * are out of sight before it puts them into the page; such an element has no colour yet, and the page's stands for it.
 */
export function toneOf(element) {
  const [r, g, b] = getComputedStyle(element.isConnected ? element : element.ownerDocument.body).color.match(/[\d.]+/g).map(Number);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b > 128 ? "dark" : "light";
}

export const CSS = `
:host { display: block; }
.demo {
  --line: #d3d8de; --soft: #f3f5f7; --raised: #fff; --muted: #56606b; --accent: #0b5cad; --on-accent: #fff;
  container-type: inline-size; box-sizing: border-box; font-size: 0.9375rem; line-height: 1.45;
  text-align: start;
}
.demo[data-tone="dark"] {
  --line: #3d4650; --soft: #1f262d; --raised: #2a323b; --muted: #a9b3bd; --accent: #86c2ff; --on-accent: #06192c;
  color-scheme: dark;
}
.demo[data-tone="light"] { color-scheme: light; }
.demo *, .demo *::before { box-sizing: border-box; }
.demo p { margin: 0; }
.head { display: flex; flex-wrap: wrap; align-items: baseline; gap: 0 0.9em; margin-bottom: 0.7em; }
.title { font-weight: 650; font-size: 1.05em; }
.hint { color: var(--muted); font-size: 0.92em; flex: 1 1 100%; }
.body { display: grid; gap: 0.9em 1.4em; grid-template-columns: minmax(0, 1fr); }
.body > .side { display: flex; flex-direction: column; gap: 0.8em; min-width: 0; }
.controls { display: flex; flex-wrap: wrap; gap: 0.55em 1.3em; align-items: end; margin-top: 0.8em; font-size: 0.95em; }
@container (min-width: 560px) { .settings { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 9.3em), 1fr)); gap: 0.55em 1em; } }
.row { display: flex; flex-wrap: wrap; gap: 0.45em; align-items: center; }
.push { margin-inline-start: auto; }
.panels { display: grid; gap: 0.9em 1.4em; grid-template-columns: repeat(auto-fit, minmax(min(100%, 12.4em), 1fr)); align-items: start; }
.panels > * { min-width: 0; }

.swatch { display: inline-block; width: 26px; height: 18px; vertical-align: -4px; margin-inline-end: 6px; border-radius: 3px; }
.choice { display: inline-flex; flex-wrap: wrap; gap: 0.3em; }
@container (min-width: 560px) { .body { grid-template-columns: minmax(0, 1.55fr) minmax(0, 1fr); } .body.even { grid-template-columns: minmax(0, 1.2fr) minmax(0, 1fr); } }

button, select, input { font: inherit; color: inherit; letter-spacing: inherit; }
button, select, input[type="number"] {
  min-height: 34px; border: 1px solid var(--line); border-radius: 6px; background: var(--raised); padding: 0.2em 0.75em; margin: 0;
}
button { cursor: pointer; font-weight: 520; }
button:hover { border-color: var(--muted); }
button:active { transform: translateY(1px); }
button.next, button[aria-pressed="true"] { background: var(--accent); border-color: var(--accent); color: var(--on-accent); }
button.plain { background: none; border-color: transparent; color: var(--accent); padding-inline: 0.45em; }
button.plain:hover { text-decoration: underline; }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; border-radius: 6px; }
.field { display: grid; grid-template-columns: minmax(0, 1fr); gap: 0.15em; min-width: 8.5em; }
.field.slider { flex: 1 1 9.5em; }
.field > .label { color: var(--muted); font-size: 0.88em; display: flex; justify-content: space-between; gap: 0.8em; }
.field > .label { white-space: nowrap; }
.field > .label .value { color: inherit; font-variant-numeric: tabular-nums; }
input[type="range"] { width: 100%; min-height: 28px; margin: 0; accent-color: var(--accent); background: none; padding: 0; }
.field select { width: 100%; }
.field .row { flex-wrap: nowrap; }
.field .row button { padding-inline: 0.55em; }
input[type="number"] { flex: 0 1 5.2em; min-width: 0; padding-inline: 0.5em; font-variant-numeric: tabular-nums; }
input[type="checkbox"] { width: 18px; height: 18px; flex: none; margin: 3px; accent-color: var(--accent); }
.check { display: inline-flex; gap: 0.35em; align-items: center; min-height: 28px; cursor: pointer; }
fieldset { border: 0; margin: 0; padding: 0; min-width: 0; }
legend { padding: 0; margin-bottom: 0.3em; }

.status { min-height: 2.9em; margin-top: 0.5em !important; }
.number { font-size: 1.7em; font-weight: 600; font-variant-numeric: tabular-nums; line-height: 1.15; letter-spacing: -0.01em; }
.number small { font-size: 0.5em; font-weight: 450; color: var(--muted); letter-spacing: 0; margin-inline-start: 0.35em; }
.quiet { color: var(--muted); font-size: 0.92em; }
.two-lines { min-height: 2.9em; } /* room for what will be said there, so that nothing moves */

.plot { position: relative; user-select: none; -webkit-user-select: none; touch-action: manipulation; }
.plot canvas, .plot svg { position: absolute; inset: 0; width: 100%; height: 100%; display: block; }
.plot svg { pointer-events: none; overflow: visible; }
svg text { fill: currentColor; font-size: 12px; font-family: inherit; }
svg .tick text, svg .axis-label { fill: var(--muted); }
svg .tick line, svg .domain { stroke: var(--line); }
.handle {
  position: absolute; left: 0; top: 0; width: 36px; height: 36px; margin: -18px 0 0 -18px; display: grid; place-items: center;
  cursor: grab; touch-action: none; border-radius: 50%; will-change: transform; font-weight: 700; font-size: 13px; line-height: 1;
}
.handle svg { position: absolute; inset: 0; overflow: visible; }
.handle span { position: relative; pointer-events: none; }
.handle:hover svg, .handle.picked svg { filter: drop-shadow(0 1px 4px rgb(0 0 0 / 0.45)); }
.handle.held { cursor: grabbing; z-index: 3; }
.handle.picked { outline: 3px dashed var(--accent); outline-offset: 1px; border-radius: 50%; z-index: 3; }
.handle:focus-visible { border-radius: 50%; z-index: 2; }
.handle.ghost { opacity: 0; pointer-events: none; width: 28px; height: 28px; margin: -14px 0 0 -14px; }
.handle.ghost:focus, .handle.ghost.picked, .handle.ghost.held { opacity: 1; pointer-events: auto; outline: 3px solid var(--accent); outline-offset: 0; }
.handle.ghost.picked { outline-style: dashed; }

table { border-collapse: collapse; width: 100%; font-size: 0.93em; margin: 0; }
th, td { text-align: start; padding: 0.3em 0.5em 0.3em 0; border-bottom: 1px solid var(--line); font-weight: inherit; vertical-align: middle; background: none; }
thead th { color: var(--muted); font-size: 0.92em; }
td.num, th.num { text-align: end; font-variant-numeric: tabular-nums; padding-inline: 0.35em 0; }
td.num { white-space: nowrap; }
td select { min-height: 30px; padding-block: 0; max-width: 100%; }
.hidden { position: absolute !important; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (prefers-reduced-motion: reduce) { button:active { transform: none; } }
@media (forced-colors: active) { .handle { border: 1px solid; } }
@media print { .controls, .row { display: none !important; } }
`;
