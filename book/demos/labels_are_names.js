// Labels are only names: rename the groups, and see what changes (the labels) and what does not (the partition, its cost).

import {
  checkbox, clusterSizes, color, defineDemo, extent, h, Handle, heading, inkOn, kmeansObjective, matchHandles, packLabels,
  permutation, Plot, samePartition, seeded, seedField, setText, SHAPE_NAMES, markerPath, svg, unpackLabels, updateCenters,
} from "./toolkit/index.js";

// ---- the state, and what can happen to it (pure functions) ----
// groups (n,) says who is with whom; perm (k,) says what each group is called; the labels are y = perm[groups].

const labels = ({ groups, perm }) => groups.map((group) => perm[group]);
const withLabels = (state) => ({ ...state, y: labels(state) });

function start({ X, y, truth, seed }) {
  const k = Math.max(...y, ...(truth ?? [])) + 1;
  const perm = seed ? shuffled(k, seed) : Array.from({ length: k }, (_, j) => j);
  return withLabels({ X, truth, k, first: y, groups: y, perm, seed, showTruth: false, point: 0 });
}

/** Names of k groups drawn by the seed: seed 0 is how they were found. */
const shuffled = (k, seed) => (seed ? permutation(k, seeded(seed)) : Array.from({ length: k }, (_, j) => j));
const rename = (state, seed) => withLabels({ ...state, seed, perm: shuffled(state.k, seed) });

/** Group `group` takes the name `name`; whoever had it takes the old one. */
function swapNames(state, group, name) {
  const other = state.perm.indexOf(name);
  const perm = [...state.perm];
  [perm[group], perm[other]] = [perm[other], perm[group]];
  return withLabels({ ...state, perm });
}

/** Move one point into the next group: this does change the partition. */
function regroup(state, point) {
  const groups = state.groups.map((group, i) => (i === point ? (group + 1) % state.k : group));
  return withLabels({ ...state, groups, point });
}

const means = ({ X, groups, k }) => updateCenters(X, groups, Array.from({ length: k }, () => [0, 0]));

/** What the four lines of the verdict say. */
function measure(state) {
  const { X, y, first, groups, truth } = state;
  const n = y.length;
  let pairs = 0;
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) pairs += (groups[i] === groups[j]) !== (first[i] === first[j]);
  return {
    changed: y.filter((label, i) => label !== first[i]).length, pairs, allPairs: (n * (n - 1)) / 2, same: samePartition(first, y),
    loss: kmeansObjective(X, means(state), groups), right: truth ? y.filter((label, i) => label === truth[i]).length : null,
  };
}

// ---- the link ----

const sameList = (a, b) => a.every((value, i) => value === b[i]);

function pack(state, first) {
  const packed = { v: 1, perm: packLabels(state.perm) };
  if (state.seed !== first.seed) packed.seed = state.seed;
  if (state.showTruth) packed.truth = 1;
  const moved = state.groups.flatMap((group, i) => (group === first.groups[i] ? [] : [[i, group]]));
  if (moved.length) packed.moved = moved;
  return packed;
}

function unpack(packed, first) {
  const perm = unpackLabels(packed.perm);
  const groups = [...first.groups];
  for (const [i, group] of packed.moved ?? []) {
    if (!(i in groups) || !(group >= 0 && group < first.k)) throw new RangeError("the link moves a point that is not there");
    groups[i] = group;
  }
  if (!sameList([...perm].sort((a, b) => a - b), Array.from({ length: first.k }, (_, j) => j))) throw new RangeError("the link does not hold names");
  return withLabels({ ...first, perm, groups, seed: packed.seed ?? first.seed, showTruth: Boolean(packed.truth) });
}

// ---- words ----

function tell(state) {
  const { changed, same } = measure(state);
  return `${changed} of ${state.y.length} labels differ from the start. The partition is ${same ? "the same" : "another one"}.`;
}

function describe(state) {
  const sizes = clusterSizes(state.groups, state.k);
  const groups = state.perm.map((name, group) => `${sizes[group]} points called ${name + 1}, drawn as ${SHAPE_NAMES[name]}s`);
  return `${state.y.length} points in ${state.k} groups: ${groups.join("; ")}. ${tell(state)}`;
}

// ---- the picture ----

/** Who is with whom: one cell for each pair, filled when both are in one group; a cell that has changed is orange. */
function drawMatrix(canvas, order, { groups, first }, tone) {
  const n = order.length;
  canvas.width = canvas.height = n;
  const ctx = canvas.getContext("2d");
  const image = ctx.createImageData(n, n);
  const [together, apart, news] = tone === "dark" ? [[150, 165, 180], [38, 45, 53], [240, 140, 60]] : [[70, 84, 98], [233, 236, 240], [213, 94, 0]];
  for (let a = 0; a < n; a++) {
    for (let b = 0; b < n; b++) {
      const [i, j] = [order[a], order[b]];
      const now = groups[i] === groups[j];
      const shade = now !== (first[i] === first[j]) ? news : now ? together : apart;
      image.data.set([...shade, 255], 4 * (a * n + b));
    }
  }
  ctx.putImageData(image, 0, 0);
}

function build(demo) {
  const { doc } = demo;
  const species = demo.model.get("names");
  const change = (state) => demo.set(state, tell(state));
  const swap = (group, name) => change(swapNames(demo.state, group, name));

  const axis = (c) => extent(demo.origin.X.map((point) => point[c]), 0.08);
  const plot = new Plot(demo, {
    x: axis(0), y: axis(1), xLabel: demo.model.get("x_label"), yLabel: demo.model.get("y_label"),
    onTap(place, event) {
      const point = plot.find(demo.state.X, place, event.pointerType === "touch" ? 22 : 14);
      if (point >= 0) change(regroup(demo.state, point));
    },
  });

  // the names stand at the means of their groups; dropping one on another group swaps the two
  let held = null;
  const chips = [];
  const nearestOther = (place, group) => {
    const distances = means(demo.state).map(([a, b]) => (plot.x(a) - plot.x(place[0])) ** 2 + (plot.y(b) - plot.y(place[1])) ** 2);
    const best = distances.indexOf(Math.min(...distances));
    return best === group ? null : best;
  };
  const makeChip = (group) => new Handle(plot, {
    name: () => `Name ${demo.state.perm[group] + 1}`,
    onMove(place) {
      held = { group, place };
      demo.redraw();
    },
    onDrop() {
      const other = nearestOther(held.place, group);
      held = null;
      if (other === null) demo.redraw();
      else {
        swap(group, demo.state.perm[other]);
        chips[other].node.focus({ preventScroll: true }); // the name that was held is there now
      }
    },
    onKey({ key }) {
      const hop = { ArrowRight: 1, ArrowUp: 1, ArrowLeft: -1, ArrowDown: -1 }[key];
      if (!hop) return false;
      const other = (group + hop + demo.state.k) % demo.state.k;
      swap(group, demo.state.perm[other]);
      chips[other].node.focus({ preventScroll: true });
      return true;
    },
  });
  const ghost = new Handle(plot, {
    ghost: true,
    role: "point",
    name: () => `Point ${demo.state.point + 1} of ${demo.state.y.length}; arrow keys choose another, Enter puts it into the next group`,
    onMove: () => {},
    onKey({ key }) {
      const { point, y } = demo.state;
      const hop = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[key];
      if (hop) demo.set({ point: (point + hop + y.length) % y.length });
      const put = key === "Enter" || key === " ";
      if (put) change(regroup(demo.state, point));
      return hop || put;
    },
  });

  const n = demo.origin.y.length;
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => demo.origin.y[i] - demo.origin.y[j] || i - j);
  const matrix = h(doc, "canvas", { role: "img", style: "width:100%;max-width:20rem;aspect-ratio:1;image-rendering:pixelated;display:block;border-radius:4px" });

  const seed = seedField(demo, { label: "Shuffle the names by seed", onChange: (value) => change(rename(demo.state, value)) });
  const truth = checkbox(demo, { label: `Read the names as classes: ${species.map((name, j) => `${j + 1} is ${name}`).join(", ")}`, onChange: (showTruth) => change({ ...demo.state, showTruth }) });

  const rows = h(doc, "tbody");
  const table = h(doc, "table", {},
    h(doc, "thead", {}, h(doc, "tr", {}, ...["Group of", "called at the start", "called now"].map((text) => h(doc, "th", { scope: "col" }, text)))), rows);
  const pickers = Array.from({ length: start(demo.origin).k }, (_, group) => {
    const picker = h(doc, "select", { "aria-label": `Name of group ${group + 1}`, onchange: () => swap(group, Number(picker.value)) },
      ...demo.state.perm.map((_, name) => h(doc, "option", { value: name }, `${name + 1}`)));
    const mark = svg(doc, "svg", { viewBox: "-9 -9 18 18", width: 18, height: 18, "aria-hidden": "true", style: "position:static;display:inline-block;vertical-align:-4px;margin-inline-end:6px" }, svg(doc, "path"));
    const size = h(doc, "td");
    rows.append(h(doc, "tr", {}, size, h(doc, "td", {}, `${group + 1}`), h(doc, "td", {}, mark, picker)));
    return { picker, mark, size };
  });
  const lines = ["Labels that differ", "Pairs that differ", "Same partition?", "Objective", "Right as classes"].map((text) => {
    const value = h(doc, "td", { class: "num" });
    return { value, row: h(doc, "tr", {}, h(doc, "th", { scope: "row" }, text), value) };
  });
  const verdict = h(doc, "table", {}, h(doc, "tbody", {}, ...lines.map(({ row }) => row)));

  demo.root.append(
    heading(demo, "Drag one name onto another, or shuffle all names. Then click a point to move it into another group. Before each: which of the numbers will change?"),
    h(doc, "div", { class: "body" },
      h(doc, "div", { class: "side" }, plot.node, table, demo.status),
      h(doc, "div", { class: "side" },
        h(doc, "div", {}, h(doc, "p", { class: "quiet" }, "Who is with whom: a dark cell for two points in one group"), matrix), verdict)),
    h(doc, "div", { class: "controls" }, seed.node, species.length ? truth.node : null),
  );
  demo.say(tell(demo.state));

  return (state) => {
    const { tone } = demo;
    const { changed, pairs, allPairs, same, loss, right } = measure(state);
    const wrong = state.showTruth ? state.X.filter((_, i) => state.y[i] !== state.truth[i]) : [];
    plot.paint((ctx) => {
      for (let name = 0; name < state.k; name++) {
        ctx.lineWidth = 0.75;
        plot.markers(ctx, state.X.filter((_, i) => state.y[i] === name), name, { radius: 3.8, fill: color(tone, name), stroke: tone === "dark" ? "#11161c" : "#fff" });
      }
      ctx.lineWidth = 1.25;
      plot.markers(ctx, wrong, 0, { radius: 7.5, stroke: tone === "dark" ? "#fff" : "#000" });
    });
    plot.drawAxes();
    const centers = means(state);
    matchHandles(chips, state.k, makeChip).forEach((chip, group) => {
      const name = state.perm[group];
      chip.place(held?.group === group ? held.place : centers[group], {
        valueText: `on a group of ${clusterSizes(state.groups, state.k)[group]}`, group: name, text: `${name + 1}`,
        fill: color(tone, name), ink: inkOn(tone, name), stroke: tone === "dark" ? "#000" : "#fff",
      });
    });
    ghost.place(state.X[state.point], { valueText: `called ${state.y[state.point] + 1}` });
    if (state.groups !== matrix.groups || tone !== matrix.tone) drawMatrix(matrix, order, state, tone);
    Object.assign(matrix, { groups: state.groups, tone });
    matrix.setAttribute("aria-label", `Table of all pairs of points: ${pairs || "none"} of ${allPairs} pairs changed between being together and being apart.`);
    const sizes = clusterSizes(state.groups, state.k);
    pickers.forEach(({ picker, mark, size }, group) => {
      const name = state.perm[group];
      picker.value = name;
      mark.firstChild.setAttribute("d", markerPath(name, 7));
      mark.firstChild.setAttribute("fill", color(tone, name));
      setText(size, `${sizes[group]} points`);
    });
    [`${changed} of ${state.y.length}`, `${pairs} of ${allPairs}`, same ? "yes" : "no", loss.toPrecision(4), `${right} of ${state.y.length}`].forEach((text, i) => setText(lines[i].value, text));
    lines.at(-1).row.hidden = !state.showTruth;
    seed.show(state.seed);
    truth.show(state.showTruth);
  };
}

function adopt(name, value, state) {
  if (name === "seed") return rename(state, value);
  return withLabels({ ...state, groups: value, first: value, perm: shuffled(state.k, 0) });
}

/** For tests in Node: what the demo does without a page. */
export const algorithm = { start, rename, swapNames, regroup, measure, pack, unpack, describe };

export default defineDemo({
  name: "labels-are-names",
  title: "Labels are only names",
  traits: ["X", "y", "truth", "seed"],
  sync: ["y", "seed"],
  start, pack, unpack, describe, adopt, build,
});
