// Eight codes of the same pictures, one simple probe. Bet first; then look at the curves, and at how much of them is luck.

import { button, Chart, color, defineDemo, h, heading, markerPath, select, setAttribute, setText, slider, svg } from "./toolkit/index.js";

const BASE = "pixels"; // what every code is measured against

// ---- the state, and what can happen to it (pure functions) ----

const indexOf = ({ curves }, id) => curves.codes.findIndex((code) => code.id === id);

function start({ curves, budget, draw }) {
  return { curves, budget, draw, best: "", worse: "", open: false, shown: curves.codes.map(({ id }) => id), focus: BASE };
}

/** What is drawn of a code: its mean over all draws, or the draw that is looked at. */
const valuesOf = ({ draw }, code) => (draw ? code.draws[draw - 1] : code.mean);
const at = (state, code) => valuesOf(state, code)[state.curves.per_class.indexOf(state.budget)];

/** Codes from the best to the worst at the present budget; the earlier in the list wins a tie. */
const ranking = (state) => [...state.curves.codes].sort((a, b) => at(state, b) - at(state, a));

/** The code that is best in the mean with fewest labels, and those that are worse than the pixels whatever the budget. */
const bestAtFirst = ({ curves }) => curves.codes.reduce((best, code) => (code.mean[0] > best.mean[0] ? code : best));
function alwaysWorse({ curves }) {
  const base = curves.codes.find(({ id }) => id === BASE);
  return curves.codes.filter(({ mean }) => mean.every((value, i) => value < base.mean[i]));
}

/**
 * How many labels a class the pixels need to be as good as `accuracy`: between budgets the mean curve is taken as straight in the logarithm
 * of the number of labels. 0: fewer than the least budget; Infinity: more than the largest.
 */
function worth({ curves }, accuracy) {
  const { per_class: counts, codes } = curves;
  const { mean } = codes.find(({ id }) => id === BASE);
  if (accuracy < mean[0]) return 0;
  const i = mean.findIndex((value) => value >= accuracy);
  if (i < 0) return Infinity;
  if (i === 0) return counts[0];
  const share = (accuracy - mean[i - 1]) / (mean[i] - mean[i - 1]);
  return Math.exp(Math.log(counts[i - 1]) + share * (Math.log(counts[i]) - Math.log(counts[i - 1])));
}

// ---- the link ----

const LINKED = ["budget", "draw", "best", "worse", "open", "shown", "focus"];
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const pack = (state, first) => Object.fromEntries([["v", 1], ...LINKED.filter((name) => !same(state[name], first[name])).map((name) => [name, state[name]])]);

function unpack(packed, first) {
  const state = { ...first, ...Object.fromEntries(LINKED.filter((name) => name in packed).map((name) => [name, packed[name]])) };
  const known = (id) => indexOf(state, id) >= 0;
  const sound = state.curves.per_class.includes(state.budget) && Number.isInteger(state.draw) && state.draw >= 0 && state.draw <= state.curves.codes[0].draws.length
    && typeof state.open === "boolean" && known(state.focus) && Array.isArray(state.shown) && state.shown.every(known)
    && [state.best, state.worse].every((id) => id === "" || known(id));
  if (!sound) throw new RangeError("the link does not describe label-efficiency curves");
  return state;
}

// ---- words ----

const percent = (value) => `${Math.round(100 * value)} %`;
const labels = (count) => (count === 1 ? "1 label a class" : `${count} labels a class`);
const which = ({ draw, curves }) => (draw ? `draw ${draw} alone` : `mean of ${curves.repeats} draws`);
const list = (codes) => codes.map(({ name }) => name).join(" and ");

function worthInWords(state, accuracy) {
  const most = state.curves.per_class.at(-1);
  const count = worth(state, accuracy);
  return count === 0 ? "< 1" : count === Infinity ? `> ${most}` : count < 9.95 ? count.toFixed(1).replace(".0", "") : String(Math.round(count));
}

function tell(state) {
  const base = state.curves.codes.find(({ id }) => id === BASE);
  if (!state.open) return `With ${labels(state.budget)} the probe on pixels is right at ${percent(at(state, base))} (${which(state)}). Make your bet.`;
  const [first] = ranking(state);
  const last = ranking(state).at(-1);
  return `${labels(state.budget)}, ${which(state)}: best is ${first.name} with ${percent(at(state, first))}, last ${last.name} with ${percent(at(state, last))}.`;
}

/** One sentence on the code looked at more closely. */
function closer(state) {
  const code = state.curves.codes[indexOf(state, state.focus)];
  const i = state.curves.per_class.indexOf(state.budget);
  return `${code.made_from} ${code.labels_used === "none" ? "No labels" : `Labels (${code.labels_used})`} went into it. Participation ratio ${code.participation_ratio.toFixed(1)}. `
    + `With ${labels(state.budget)}, eight draws in ten lie between ${percent(code.low[i])} and ${percent(code.high[i])}.`;
}

function judge(state) {
  const best = bestAtFirst(state);
  const worse = alwaysWorse(state);
  const mine = (id) => state.curves.codes[indexOf(state, id)]?.name;
  const said = state.best ? `You said ${mine(state.best)}${state.best === best.id ? ": yes" : ""}. ` : "";
  const low = state.worse ? ` You said ${mine(state.worse)}${worse.some(({ id }) => id === state.worse) ? ": yes" : ""}.` : "";
  return `With one label, ${best.name} is best. ${said}Worse than pixels at every budget: ${list(worse)}.${low}`;
}

/** What has been bet; once the curves are open, also how it went. */
function betText(state) {
  if (state.open) return judge(state);
  const name = (id) => state.curves.codes[indexOf(state, id)]?.name ?? "not said yet";
  return `Your bet. Best with one label: ${name(state.best)}. Worse than the pixels: ${name(state.worse)}.`;
}

function describe(state) {
  if (!state.open) return `Accuracy against labels a class. So far only the pixels are shown: ${state.curves.per_class.map((count, i) => `${count}: ${percent(valuesOf(state, state.curves.codes[indexOf(state, BASE)])[i])}`).join(", ")}. Seven other codes wait for your bet.`;
  const shown = ranking(state).filter(({ id }) => state.shown.includes(id));
  return `Accuracy with ${labels(state.budget)} (${which(state)}), guessing ${percent(state.curves.chance)}. ${shown.length ? `Curves shown, best first: ${shown.map((code) => `${code.name} ${percent(at(state, code))}`).join(", ")}.` : "No curve is shown."} Looked at closely: ${closer(state)}`;
}

// ---- the picture ----

function build(demo) {
  const { doc } = demo;
  const { codes, per_class: counts } = demo.origin.curves;
  const change = (patch) => demo.set(patch, tell({ ...demo.state, ...patch }));
  const swatch = (j) => {
    const path = svg(doc, "path", { d: markerPath(j, 5) });
    return { path, node: svg(doc, "svg", { viewBox: "-9 -9 18 18", width: 18, height: 18, "aria-hidden": "true", style: "vertical-align:-3px" }, path) };
  };

  const chart = new Chart(demo, { xLabel: "labels a class", height: 330 });
  chart.svg.dataset.figure = "";
  const budget = slider(demo, { label: "Labels a class", min: 0, max: counts.length - 1, step: 1, format: (i) => String(counts[i]), onInput: (i) => change({ budget: counts[i] }) });
  const draw = slider(demo, { label: "Draw", min: 0, max: codes[0].draws.length, step: 1, format: (i) => (i ? `${i} alone` : "mean"), onInput: (value) => change({ draw: value }) });

  const options = [["", "…"], ...codes.filter(({ id }) => id !== BASE).map(({ id, name }) => [id, name])];
  const bet = (name) => (value) => demo.set({ [name]: value }, betText({ ...demo.state, [name]: value }));
  const best = select(demo, { label: "Best with one label", options, onChange: bet("best") });
  const worse = select(demo, { label: "Worse than the pixels", options, onChange: bet("worse") });
  const reveal = button(demo, "Show the curves", () => demo.set({ open: !demo.state.open }, demo.state.open ? "The curves are hidden." : tell({ ...demo.state, open: true })));

  const rows = codes.map(({ id, name }, j) => {
    const mark = swatch(j);
    const box = h(doc, "input", { type: "checkbox", "aria-label": `show ${name}`, onchange: () => {
      const on = box.checked;
      const shown = codes.map((code) => code.id).filter((other) => (other === id ? on : demo.state.shown.includes(other)));
      demo.set({ shown, focus: on ? id : demo.state.focus }, `${name} is ${on ? "shown" : "hidden"}.`);
    } });
    const look = button(demo, name, () => {
      const shown = codes.map((code) => code.id).filter((other) => other === id || demo.state.shown.includes(other));
      demo.set({ focus: id, shown }, closer({ ...demo.state, focus: id }));
    }, "plain");
    look.node.style.cssText = "padding:0.1em 0.3em;min-height:28px;text-align:start;line-height:1.2";
    const [value, needs] = ["td", "td"].map((tag) => h(doc, tag, { class: "num" }));
    const row = h(doc, "tr", {}, h(doc, "th", { scope: "row", style: "padding:0.05em 0" }, h(doc, "div", { class: "row", style: "flex-wrap:nowrap;gap:0.1em" }, h(doc, "label", { class: "check", style: "gap:0.1em" }, box, mark.node), look.node)), value, needs);
    return { id, mark, box, look, value, needs, row };
  });
  const head = ["Code", "right", "pixels need"].map((text, i) => h(doc, "th", { scope: "col", class: i ? "num" : "", style: i ? "vertical-align:bottom" : "" }, text));
  const table = h(doc, "table", {}, h(doc, "thead", {}, h(doc, "tr", {}, ...head)), h(doc, "tbody", {}, ...rows.map(({ row }) => row)));
  const about = h(doc, "p", { class: "quiet", style: "min-height:8.6em" });
  const verdict = h(doc, "p", { class: "quiet", style: "min-height:4.4em" });

  demo.root.append(
    heading(demo, "One simple probe, eight codes of the same pictures. Bet before you look; then move the number of labels, and look at single draws."),
    h(doc, "div", { class: "controls", style: "margin:0 0 0.8em" }, best.node, worse.node, reveal.node),
    h(doc, "div", { class: "body even" },
      h(doc, "div", {}, h(doc, "p", { class: "quiet" }, "Accuracy on test pictures"), chart.node, h(doc, "div", { class: "controls" }, budget.node, draw.node), demo.status),
      h(doc, "div", { class: "side", style: "gap:0.5em" }, table, about)),
    verdict,
  );
  demo.status.style.minHeight = "4.4em";
  demo.say(tell(demo.state));

  const x = (count) => Math.log(count);
  const ticks = { x: counts.map((count) => ({ value: x(count), text: String(count) })), y: [0, 0.2, 0.4, 0.6, 0.8].map((value) => ({ value, text: percent(value) })) };

  return (state) => {
    const { tone } = demo;
    const chance = { points: [[x(counts[0]) - 0.15, state.curves.chance], [x(counts.at(-1)) + 0.15, state.curves.chance]], color: "currentColor", width: 1, dash: "1 4" };
    const visible = (id) => (state.open ? state.shown.includes(id) : id === BASE);
    const lines = codes.flatMap((code, j) => {
      if (!visible(code.id)) return [];
      const focused = code.id === state.focus;
      return [{
        points: valuesOf(state, code).map((value, i) => [x(counts[i]), value]), color: color(tone, j), group: j, width: focused ? 3 : 1.6,
        band: focused ? code.low.map((low, i) => [low, code.high[i]]) : undefined,
      }];
    });
    chart.draw({
      x: [x(counts[0]) - 0.15, x(counts.at(-1)) + 0.15], y: [0, 0.86], lines: [chance, ...lines], rule: x(state.budget), ticks, words: describe(state),
      notes: [{ at: [x(counts.at(-1)), state.curves.chance - 0.045], text: "guessing", anchor: "end" }, ...(state.open ? [] : [{ at: [x(7), 0.78], text: "seven more curves, after your bet", anchor: "middle" }])],
    });
    for (const [j, { id, mark, box, look, value, needs, row }] of rows.entries()) {
      const on = visible(id);
      setAttribute(mark.path, "fill", on ? color(tone, j) : "none");
      setAttribute(mark.path, "stroke", color(tone, j));
      box.checked = on;
      box.disabled = !state.open;
      look.node.disabled = !state.open && id !== BASE;
      setAttribute(look.node, "aria-pressed", id === state.focus && on);
      const known = state.open || id === BASE;
      const accuracy = at(state, codes[j]);
      setText(value, known ? percent(accuracy) : "?");
      setText(needs, !known ? "?" : id === BASE ? "–" : worthInWords(state, accuracy));
      row.style.fontWeight = id === state.focus ? 600 : "";
    }
    setText(about, closer(state.open ? state : { ...state, focus: BASE }));
    setText(verdict, state.open ? judge(state) : "\u00a0");
    setAttribute(reveal.node, "aria-pressed", state.open);
    best.show(state.best);
    worse.show(state.worse);
    budget.show(counts.indexOf(state.budget));
    draw.show(state.draw);
  };
}

/** A kernel set a trait. */
const adopt = (name, value) => ({ [name]: value });

/** For tests in Node: what the demo does without a page. */
export const algorithm = { start, ranking, bestAtFirst, alwaysWorse, worth, valuesOf, pack, unpack, describe, judge };

export default defineDemo({
  name: "label-efficiency",
  title: "How many labels does a code save?",
  traits: ["curves", "budget", "draw"],
  sync: ["budget", "draw"],
  start, pack, unpack, describe, adopt, build,
});
