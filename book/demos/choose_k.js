// How many clusters? Guess from the map; then three criteria speak, and do not always agree, or even make sense.

import {
  bestOf, button, Chart, clusterSizes, color, defineDemo, extent, gap, gapChoice, grouped, h, heading, inSlices, mean, Plot, seeded,
  seedField, select, setText, SHAPE_NAMES, silhouettes, slider, strong, uniformLike,
} from "./toolkit/index.js";

const MOST = 8;
const RESTARTS = 12;
const REFERENCES = 12;
const KS = Array.from({ length: MOST }, (_, i) => i + 1);

// ---- the state, and what can happen to it (pure functions) ----

const start = ({ sets, secrets, data, k, seed, guess }) => ({ sets, secrets, data, k, seed, guess: guess ?? null });
const withData = (state, data) => ({ ...state, data, guess: null });

/** The best runs for k = 1..8. With k centres one can do whatever fewer can do: a loss never exceeds the one before. */
function bestRuns(X, random) {
  const runs = [];
  for (const k of KS) {
    const run = bestOf(X, k, RESTARTS, random);
    runs.push({ ...run, least: Math.min(run.loss, runs.at(-1)?.least ?? Infinity) });
  }
  return runs;
}

const silhouetteOf = (X, { y }, k) => (k === 1 ? null : mean(silhouettes(X, y)));

/** What the store holds for these data and this seed: the runs and silhouettes at once, the references as they come. */
function measured(state, store) {
  const { sets, data, seed } = state;
  const key = `${seed}/${data}`;
  if (store.sets !== sets || store.key !== key) {
    const runs = bestRuns(sets[data], seeded(seed));
    Object.assign(store, { sets, key, runs, silhouettes: runs.map((run, i) => silhouetteOf(sets[data], run, i + 1)), references: [] });
  }
  return store;
}

/** The losses of evenly spread data for k = 1..8, one data set at a time. */
function* drawReferences(state, store) {
  const { references, key } = measured(state, store);
  while (references.length < REFERENCES && store.key === key) {
    const random = seeded(state.seed * 1009 + 1 + references.length);
    const X = uniformLike(state.sets[state.data], random);
    const losses = [];
    for (const k of KS) {
      losses.push(Math.min(bestOf(X, k, RESTARTS, random).loss, losses.at(-1) ?? Infinity));
      yield;
    }
    references.push(losses);
  }
}

const gapsOf = ({ runs, references }) => KS.map((_, i) => gap(runs[i].least, references.map((losses) => losses[i])));

/** What each criterion says; the gap's answer is null until all its reference data are drawn. */
function verdicts(found) {
  const best = found.silhouettes.reduce((top, value, i) => (value !== null && (top === null || value > found.silhouettes[top]) ? i : top), null);
  return { silhouette: best + 1, gap: found.references.length < REFERENCES ? null : gapChoice(gapsOf(found)) };
}

// ---- the link ----

const LINKED = ["data", "k", "seed", "guess"];
const pack = (state, first) => Object.fromEntries([["v", 1], ...LINKED.filter((name) => state[name] !== first[name]).map((name) => [name, state[name]])]);

function unpack(packed, first) {
  const state = { ...first, ...Object.fromEntries(LINKED.filter((name) => name in packed).map((name) => [name, packed[name]])) };
  const whole = (value, low, high) => Number.isInteger(value) && value >= low && value <= high;
  const sound = Object.hasOwn(state.sets, state.data) && whole(state.k, 1, MOST) && whole(state.seed, 0, 999999) && (state.guess === null || whole(state.guess, 0, MOST));
  if (!sound) throw new RangeError("the link does not describe a number of clusters");
  return state;
}

// ---- words ----

const format = (loss) => (loss >= 1000 ? grouped(loss) : loss.toPrecision(4));
const clusters = (k) => (k === 1 ? "1 cluster" : `${k} clusters`);
const guessed = (guess) => (guess === 0 ? "that there are no clusters" : clusters(guess));

function tell(state, found) {
  const value = found.silhouettes[state.k - 1];
  const open = state.guess === null ? "" : value === null ? " One cluster has no silhouette." : ` The mean silhouette is ${value.toFixed(2)}.`;
  return `k-means with k = ${state.k}: the loss is ${format(found.runs[state.k - 1].least)}.${open}`;
}

const reveal = ({ secrets, data, guess }) => `You said ${guessed(guess)}.${secrets[data] ? ` ${secrets[data]}` : ""}`;

function judge(state, found) {
  const { silhouette, gap: byGap } = verdicts(found);
  const secret = state.secrets[state.data] ? `${state.secrets[state.data]} ` : "";
  return `${secret}Silhouette: highest at ${silhouette} (it cannot say 1). Gap rule: ${byGap ?? "still at work"}.`;
}

function describe(state, { store = {} } = {}) {
  const found = measured(state, store);
  const sizes = clusterSizes(found.runs[state.k - 1].y, state.k);
  const groups = sizes.map((size, j) => `${size} ${SHAPE_NAMES[j]}s`).join(", ");
  return `${state.sets[state.data].length} points (data: ${state.data}) in ${clusters(state.k)}: ${groups}. ${tell(state, found)} ${state.guess === null ? "The criteria are hidden until you guess." : judge(state, found)}`;
}

// ---- the picture ----

function build(demo) {
  const { doc } = demo;
  const store = (demo.store = {});
  const plots = {};
  const change = (state) => demo.set(state, tell(state, measured(state, store)));

  /** The gap needs a few hundred runs: they are made while the page stays alive. */
  const work = (state) => inSlices(demo, "references", drawReferences(state, store), (finished) => {
    demo.redraw();
    if (finished && demo.state.guess !== null) demo.say(judge(demo.state, measured(demo.state, store))); // never before a guess
  });
  const guess = (value) => {
    demo.set({ guess: value }, judge({ ...demo.state, guess: value }, measured(demo.state, store)));
    work(demo.state);
  };

  const plotOf = ({ sets, data }) => {
    const axis = (c) => extent(sets[data].map((point) => point[c]), 0.07);
    plots[data] ??= new Plot(demo, { x: axis(0), y: axis(1), xLabel: "x₁", yLabel: "x₂", equal: true });
    return plots[data];
  };
  const map = h(doc, "div");

  const k = slider(demo, { label: "Clusters (k)", min: 1, max: MOST, step: 1, onInput: (value) => change({ ...demo.state, k: value }) });
  const say = button(demo, "My guess: k = 8", () => guess(demo.state.k));
  const none = button(demo, "There are no clusters", () => guess(0));
  const again = button(demo, "Hide the criteria", () => demo.set({ guess: null }, "The criteria are hidden. How many clusters do you see?"), "plain");
  const number = h(doc, "p", { class: "number" });
  const verdict = h(doc, "p", { class: "quiet", style: "min-height:4.4em" });
  const data = select(demo, { label: "Data", options: Object.keys(demo.origin.sets).map((name) => [name, name]), onChange: (value) => change(withData(demo.state, value)) });
  const seed = seedField(demo, { label: "Seed of all starts", onChange: (value) => {
    change({ ...demo.state, seed: value });
    if (demo.state.guess !== null) work(demo.state);
  } });

  const panels = ["Loss", "Mean silhouette", "Gap"].map((name) => {
    const chart = new Chart(demo, { xLabel: "k", height: 170 });
    const title = h(doc, "p", { class: "quiet two-lines" }, name);
    return { name, chart, title, node: h(doc, "div", {}, title, chart.node) };
  });

  demo.root.append(
    heading(demo, "How many clusters do you see? Move k, look at the map, and say your guess. Then three criteria speak."),
    h(doc, "div", { class: "body" },
      h(doc, "div", {}, map, demo.status),
      h(doc, "div", { class: "side" }, h(doc, "div", { class: "row" }, data.node), h(doc, "div", { class: "row" }, k.node),
        h(doc, "div", {}, h(doc, "p", { class: "quiet" }, "Loss"), number), h(doc, "div", { class: "row" }, say.node, none.node), verdict)),
    h(doc, "div", { class: "panels", style: "margin-top:0.9em" }, ...panels.map(({ node }) => node)),
    h(doc, "div", { class: "controls" }, seed.node, again.node),
  );
  demo.status.style.minHeight = "4.5em";
  demo.say("How many clusters do you see?");

  /** One panel: values for each k, the present k by a dotted line; a question mark as long as nobody has guessed. */
  const show = ({ name, chart, title }, state, { values, errors, verb, says, missing = "guess first" }, group) => {
    const points = values.flatMap((value, i) => (value === null ? [] : [[i + 1, value]]));
    const open = points.length > 0;
    const reach = points.flatMap(([, value], i) => [value - (errors?.[i] ?? 0), value + (errors?.[i] ?? 0)]);
    const hue = open ? color(demo.tone, group) : strong(demo.tone);
    setText(title, `${name}${open && verb ? `: ${verb}` : ""}`);
    chart.draw({
      x: [0.6, MOST + 0.4], y: open ? extent(reach, 0.12) : [0, 1], rule: open ? state.k : null, lines: open ? [{ points, color: hue, group, errors }] : [],
      notes: open ? [] : [{ at: [MOST / 2 + 0.5, 0.5], text: missing, anchor: "middle" }],
      words: open ? `${name} for k = 1 to ${MOST}: ${points.map(([at, value]) => `${at}: ${value.toPrecision(3)}`).join("; ")}.${says ? ` ${says}` : ""}` : `${name}: hidden, ${missing}.`,
    });
  };

  return (state) => {
    const found = measured(state, store);
    const X = state.sets[state.data];
    const { y, mu } = found.runs[state.k - 1];
    const open = state.guess !== null;
    if (open && found.references.length < REFERENCES && !demo.slices.has("references")) work(state); // after a link
    const plot = plotOf(state);
    if (map.firstChild !== plot.node) map.replaceChildren(plot.node);
    plot.paint((ctx) => {
      ctx.lineWidth = 0.75;
      mu.forEach((_, j) => plot.markers(ctx, X.filter((_, i) => y[i] === j), j, { radius: 4, fill: color(demo.tone, j), stroke: demo.tone === "dark" ? "#11161c" : "#fff" }));
      ctx.lineWidth = 2.5;
      mu.forEach((center, j) => plot.markers(ctx, [center], j, { radius: 8, fill: strong(demo.tone), stroke: demo.tone === "dark" ? "#14181e" : "#fff" }));
    });
    plot.drawAxes();
    const { silhouette, gap: byGap } = verdicts(found);
    const nothing = KS.map(() => null);
    const gaps = open && byGap !== null ? gapsOf(found) : null;
    show(panels[0], state, { values: open ? found.runs.map(({ least }) => least) : nothing, verb: "it always falls" }, 0);
    show(panels[1], state, { values: open ? found.silhouettes : nothing, verb: `highest at k = ${silhouette}`, says: `It is highest at ${silhouette}.` }, 2);
    show(panels[2], state, {
      values: gaps ? gaps.map(({ gap: value }) => value) : nothing, errors: gaps?.map(({ error }) => error), verb: `its rule says k = ${byGap}`,
      says: `Its rule says ${byGap}.`, missing: open ? `${found.references.length} of ${REFERENCES} reference sets` : undefined,
    }, 1);
    setText(number, format(found.runs[state.k - 1].least));
    say.show(`My guess: k = ${state.k}`);
    say.mark(!open);
    none.node.setAttribute("aria-pressed", state.guess === 0);
    again.node.style.visibility = open ? "visible" : "hidden";
    setText(verdict, open ? reveal(state) : "\u00a0");
    k.show(state.k);
    data.show(state.data);
    seed.show(state.seed);
  };
}

/** A kernel set a trait: the same as if a hand had done it. */
const adopt = (name, value, state) => (name === "data" ? withData(state, value) : { [name]: value ?? null });

/** For tests in Node: what the demo does without a page. */
export const algorithm = { start, withData, bestRuns, measured, drawReferences, gapsOf, verdicts, pack, unpack, describe, MOST, REFERENCES };

export default defineDemo({
  name: "choose-k",
  title: "How many clusters?",
  traits: ["sets", "secrets", "data", "k", "seed", "guess"],
  sync: ["data", "k", "seed", "guess"],
  start, pack, unpack, describe, adopt, build,
});
