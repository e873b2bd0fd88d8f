// Three layers, so eight ways to freeze. Say what you expect, train, and compare: pretrained or not, one label a class or twenty.

import { button, color, defineDemo, grouped, h, heading, linear, markerPath, setAttribute, setText, slider, strong, svg } from "./toolkit/index.js";

// ---- the state, and what can happen to it (pure functions) ----

const start = ({ runs, frozen, begin, per_class }) => ({ runs, frozen: inOrder(runs, frozen), begin, per_class, guess: 0.5, tried: "" });
const inOrder = ({ layers }, names) => layers.filter((name) => names.includes(name));
const toggled = (state, name) => inOrder(state.runs, state.frozen.includes(name) ? state.frozen.filter((other) => other !== name) : [...state.frozen, name]);

/** Position in the list of results of what is set up now. */
function current({ runs, frozen, begin, per_class }) {
  return runs.results.findIndex((run) => run.start === begin && run.per_class === per_class && run.frozen.join() === frozen.join());
}

// What was tried is kept as positions in that list, one character each; the latest last.
const BASE = 36;
const place = (index) => index.toString(BASE).padStart(2, "0");
const triedOf = ({ tried }) => Array.from({ length: tried.length / 2 }, (_, i) => parseInt(tried.slice(2 * i, 2 * i + 2), BASE));
const withTried = (state, indices) => ({ ...state, tried: [...triedOf(state).filter((i) => !indices.includes(i)), ...indices].map(place).join("") });
const train = (state) => withTried(state, [current(state)]);
const trainAll = (state) => withTried(state, [...state.runs.results.keys()].filter((i) => state.runs.results[i].per_class === state.per_class));

/** How many numbers learn when these layers are frozen. */
const learning = ({ runs, frozen }) => runs.layers.reduce((sum, name, i) => sum + (frozen.includes(name) ? 0 : runs.parameters[i]), 0);

/** The best of what was tried with the present number of labels, or null. */
function bestTried(state) {
  const runs = triedOf(state).map((i) => state.runs.results[i]).filter(({ per_class }) => per_class === state.per_class);
  return runs.reduce((best, run) => (best && best.mean >= run.mean ? best : run), null);
}

// ---- the link ----

const LINKED = ["frozen", "begin", "per_class", "guess", "tried"];
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const pack = (state, first) => Object.fromEntries([["v", 1], ...LINKED.filter((name) => !same(state[name], first[name])).map((name) => [name, state[name]])]);

function unpack(packed, first) {
  const state = { ...first, ...Object.fromEntries(LINKED.filter((name) => name in packed).map((name) => [name, packed[name]])) };
  const sound = Array.isArray(state.frozen) && current(state) >= 0 && typeof state.guess === "number" && state.guess >= 0 && state.guess <= 1
    && typeof state.tried === "string" && state.tried.length % 2 === 0 && triedOf(state).every((i) => i >= 0 && i < state.runs.results.length);
  if (!sound) throw new RangeError("the link does not describe a way to freeze");
  return state;
}

// ---- words ----

const percent = (value) => `${Math.round(100 * value)} %`;
const labels = (count) => (count === 1 ? "1 label a class" : `${count} labels a class`);
const numbers = (count) => grouped(count);
const origin = (begin) => (begin === "pretrained" ? "pretrained on the digits 0 to 4" : "from scratch");
const way = (frozen, { layers }) => (frozen.length === 0 ? "nothing frozen" : frozen.length === layers.length ? "everything frozen" : `${frozen.join(" and ")} frozen`);
const total = ({ parameters }) => parameters.reduce((sum, count) => sum + count, 0);

const setUp = (state) => `${labels(state.per_class)}, ${origin(state.begin)}, ${way(state.frozen, state.runs)}: ${numbers(learning(state))} of ${numbers(total(state.runs))} numbers may learn.`;

function result(state, index = current(state)) {
  const run = state.runs.results[index];
  return `${way(run.frozen, state.runs)}, ${run.start === "pretrained" ? "pretrained" : "from scratch"}: ${percent(run.mean)} of the test pictures are named rightly (${state.runs.repeats} draws of the labels; eight in ten between ${percent(run.low)} and ${percent(run.high)})`;
}

function judge(state) {
  const run = state.runs.results[current(state)];
  const off = Math.round(100 * run.mean) - Math.round(100 * state.guess);
  return `You expected ${percent(state.guess)}${Math.abs(off) <= 3 ? ": about right" : off > 0 ? `; it is ${off} points more` : `; it is ${-off} points less`}. ${result(state)}.`;
}

const isTried = (state) => triedOf(state).includes(current(state));

function describe(state) {
  const seen = triedOf(state).filter((i) => state.runs.results[i].per_class === state.per_class).sort((a, b) => a - b);
  const list = seen.map((i) => state.runs.results[i]).map((run) => `${way(run.frozen, state.runs)}, ${run.start} ${percent(run.mean)}`);
  return `${setUp(state)} Your guess: ${percent(state.guess)}; guessing at random gives ${percent(state.runs.chance)}. ${list.length ? `Tried with ${labels(state.per_class)}: ${list.join("; ")}.` : "Nothing tried yet with so many labels."}`;
}

// ---- the picture ----

const ROW = 30;
const TOP = 8;

/** Rows for the ways to freeze, a mark for each start, a bar for eight draws in ten; the present guess as a dotted line. */
function resultChart(demo, ways, { layers, starts, chance, results }) {
  const { doc } = demo;
  const height = TOP + ROW * ways.length + 36;
  const node = svg(doc, "svg", { role: "img", width: "100%", height, "data-figure": "" });
  node.style.cssText = "position:static;display:block;overflow:visible";
  const box = h(doc, "div", {}, node);
  const observer = new demo.win.ResizeObserver(() => box.clientWidth !== box.drawn && demo.redraw());
  observer.observe(box);
  demo.onDispose(() => observer.disconnect());
  const text = (x, y, words, anchor = "middle") => svg(doc, "text", { x, y, "text-anchor": anchor }, words);
  const cell = (i, on) => ({ x: 2 + 17 * i, width: 14, height: 14, rx: 2, fill: on ? "currentColor" : "none", stroke: "currentColor", "stroke-opacity": 0.6, "fill-opacity": 0.75 });

  const draw = (state) => {
    const width = box.clientWidth;
    const key = JSON.stringify([width, state.tried, state.per_class, state.guess, state.frozen, state.begin, demo.tone]);
    if (!width || key === box.key) return;
    Object.assign(box, { key, drawn: width });
    const x = linear([0, 1], [17 * layers.length + 24, width - 14]);
    const y = (row) => TOP + ROW * (row + 0.5);
    const foot = TOP + ROW * ways.length;
    const now = ways.indexOf(state.frozen.join());
    const parts = [svg(doc, "rect", { x: -4, y: TOP + ROW * now + 1, width: width + 4, height: ROW - 2, rx: 5, fill: "var(--soft)", stroke: "var(--line)" })];
    for (const value of [0, 0.2, 0.4, 0.6, 0.8, 1]) {
      const close = x(0.2) - x(0) < 42; // then every second one is written
      const label = text(x(value), foot + 16, close && (10 * value) % 4 ? "" : percent(value));
      parts.push(svg(doc, "path", { d: `M${x(value)},${TOP}V${foot}`, stroke: value === chance ? "var(--muted)" : "var(--line)", "stroke-dasharray": value === chance ? "1 4" : "none" }), svg(doc, "g", { class: "tick" }, label));
    }
    parts.push(svg(doc, "path", { d: `M${x(state.guess)},${TOP}V${foot}`, stroke: "var(--accent)", "stroke-width": 2, "stroke-dasharray": "5 3" }));
    const axis = text((x(0) + x(1)) / 2, foot + 32, "right on test pictures");
    axis.setAttribute("class", "axis-label");
    parts.push(axis);
    ways.forEach((key, row) => {
      for (const [i, name] of layers.entries()) parts.push(svg(doc, "rect", { ...cell(i, key.split(",").includes(name)), y: y(row) - 7 }));
    });
    const tried = triedOf(state);
    for (const index of tried.filter((i) => results[i].per_class === state.per_class)) {
      const run = results[index];
      const group = starts.indexOf(run.start);
      const at = y(ways.indexOf(run.frozen.join())) + (group - 0.5) * 11;
      const fill = color(demo.tone, group);
      parts.push(svg(doc, "path", { d: `M${x(run.low)},${at}H${x(run.high)}`, stroke: fill, "stroke-width": 3, "stroke-opacity": 0.55 }));
      parts.push(svg(doc, "path", { d: markerPath(group, index === tried.at(-1) ? 6 : 4.6), transform: `translate(${x(run.mean)},${at})`, fill, stroke: index === tried.at(-1) ? strong(demo.tone) : "none", "stroke-width": 1.5 }));
    }
    node.replaceChildren(...parts);
  };
  return { node: box, svg: node, draw };
}

function build(demo) {
  const { doc } = demo;
  const { runs } = demo.origin;
  const { layers, parameters, starts, per_class: counts } = runs;
  const ways = [...new Set(runs.results.map(({ frozen }) => frozen.join()))];
  const change = (patch) => demo.set(patch, setUp({ ...demo.state, ...patch }));

  const boxes = layers.map((name, i) => {
    const does = h(doc, "span", { style: "font-weight:450" });
    const node = h(doc, "button", { type: "button", onclick: () => change({ frozen: toggled(demo.state, name) }), style: "display:grid;justify-items:center;padding:0.4em 0.2em;line-height:1.3;min-width:0;flex:1 1 5.2em;border-width:2px" },
      h(doc, "span", {}, name), h(doc, "small", { style: "font-weight:400" }, `${numbers(parameters[i])} numbers`), does);
    return { name, node, does };
  });
  const arrow = () => h(doc, "span", { "aria-hidden": "true", style: "align-self:center" }, "→");
  const chain = h(doc, "div", { class: "row", role: "group", "aria-label": "Layers, from pixels to scores; press one to freeze it", style: "flex-wrap:nowrap;gap:0.3em;align-items:stretch" },
    ...boxes.flatMap(({ node }, i) => (i ? [arrow(), node] : [node])));

  const begins = starts.map((value, g) => {
    const path = svg(doc, "path", { d: markerPath(g, 5) });
    const mark = svg(doc, "svg", { viewBox: "-8 -8 16 16", width: 16, height: 16, "aria-hidden": "true", style: "vertical-align:-3px" }, path);
    return { value, path, node: h(doc, "button", { type: "button", onclick: () => change({ begin: value }) }, mark, ` ${value === "pretrained" ? "Pretrained" : "From scratch"}`), g };
  });
  const count = slider(demo, { label: "Labels a class", min: 0, max: counts.length - 1, step: 1, format: (i) => String(counts[i]), onInput: (i) => change({ per_class: counts[i] }) });
  const guess = slider(demo, { label: "I expect", min: 0, max: 100, step: 1, format: (value) => `${value} % right`, onInput: (value) => demo.set({ guess: value / 100 }, `You expect ${value} %. Train, and see.`) });
  const go = button(demo, "Train", () => {
    const next = train(demo.state);
    demo.set(next, judge(next));
  });
  const all = button(demo, "Show all eight ways", () => {
    const next = trainAll(demo.state);
    demo.set(next, `${labels(next.per_class)}: best is ${result(next, runs.results.indexOf(bestTried(next)))}.`);
  });
  const chart = resultChart(demo, ways, runs);
  const number = h(doc, "p", { class: "number" });
  const fit = h(doc, "p", { class: "quiet", style: "min-height:5.8em" });

  demo.root.append(
    heading(demo, "Press a layer to freeze or free it, say what you expect, then train. Each mark is the mean over ten draws of the labels."),
    h(doc, "div", { class: "body" },
      h(doc, "div", {}, chain, h(doc, "p", { class: "quiet", style: "margin:0.8em 0 0.2em" }, "Squares: eye, middle, head; filled: frozen. Dotted line: by chance; dashed: your guess. Bars: eight draws in ten."), chart.node, demo.status),
      h(doc, "div", { class: "side" }, h(doc, "div", { class: "row", role: "group", "aria-label": "Start" }, ...begins.map(({ node }) => node)), h(doc, "div", { class: "row" }, count.node), h(doc, "div", { class: "row" }, guess.node),
        h(doc, "div", { class: "row" }, go.node, all.node), h(doc, "div", {}, h(doc, "p", { class: "quiet" }, "Right on test pictures"), number, fit))),
  );
  demo.status.style.minHeight = "5.8em";
  demo.say(setUp(demo.state));

  return (state) => {
    const { tone } = demo;
    for (const { name, node, does } of boxes) {
      const on = state.frozen.includes(name);
      setAttribute(node, "aria-pressed", on);
      setText(does, on ? "frozen" : "learns");
      node.style.borderStyle = on ? "solid" : "dashed";
    }
    for (const { value, node, path, g } of begins) {
      setAttribute(node, "aria-pressed", value === state.begin);
      setAttribute(path, "fill", value === state.begin ? "currentColor" : color(tone, g));
    }
    const run = state.runs.results[current(state)];
    const known = isTried(state);
    setText(number, known ? percent(run.mean) : "?");
    setText(fit, known ? `On the ${state.per_class * 5} pictures it learned from: ${percent(run.train)}. ${numbers(run.trained)} numbers learned in ${state.runs.steps} steps.` : `${numbers(learning(state))} of ${numbers(total(state.runs))} numbers would learn from ${state.per_class * 5} pictures.`);
    chart.draw(state);
    setAttribute(chart.svg, "aria-label", describe(state));
    go.mark(!known);
    count.show(counts.indexOf(state.per_class));
    guess.show(Math.round(100 * state.guess));
  };
}

/** A kernel set a trait: the same as if a hand had done it. */
const adopt = (name, value, state) => ({ [name]: name === "frozen" ? inOrder(state.runs, value) : value });

/** For tests in Node: what the demo does without a page. */
export const algorithm = { start, toggled, current, triedOf, train, trainAll, learning, bestTried, pack, unpack, describe, judge };

export default defineDemo({
  name: "freeze-layers",
  title: "Which layers may learn?",
  traits: ["runs", "frozen", "begin", "per_class"],
  sync: ["frozen", "begin", "per_class"],
  start, pack, unpack, describe, adopt, build,
});
