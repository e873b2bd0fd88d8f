// Basins of attraction: where does k-means end, if it starts here? Drag a start; then colour the plane by the answer.

import {
  assignClusters, button, canonical, checkbox, choose, clusterSizes, color, defineDemo, drawPaths, drawPoints, extent, grouped, h, halo, Handle, heading, lloyd, matchHandles, packFloats,
  PATTERN_NAMES, patternFor, playButton, Plot, seeded, seedField, select, setText, slider, strong, unpackFloats,
} from "./toolkit/index.js";

const COLUMNS = 48;
const ROWS = 36;
const MOST_ENDS = 6; // rows of the table; with more ends than that the rarest share the last row
const MOST_CENTERS = 4;
const GUESSES = ["1", "2", "3", "4 or more"];

// ---- the state, and what can happen to it (pure functions) ----

const box = (X) => [0, 1].map((c) => extent(X.map((point) => point[c]), 0.12));
const replaced = (list, index, value) => list.map((item, i) => (i === index ? value : item));

/** A new run from the starts mu. `moves` says how many moves of it are shown; null: all. */
function begin(state, patch) {
  const next = { ...state, ...patch };
  const run = lloyd(next.X, next.mu);
  return { ...next, k: next.mu.length, active: Math.min(next.active, next.mu.length - 1), run, loss: run.loss, moves: null, guess: null };
}

const startCenters = (X, k, seed) => choose(X.length, Math.min(k, X.length), seeded(seed)).map((i) => X[i]);
const restart = (state, seed) => begin(state, { seed, mu: startCenters(state.X, state.k, seed) });

/** More centres join, on points drawn by the seed, or the last ones leave. */
function withCenters(state, k) {
  const more = startCenters(state.X, k, state.seed).slice(state.k);
  return begin(state, { mu: [...state.mu, ...more].slice(0, k) });
}

const withStart = (state, j, place) => begin(state, { mu: replaced(state.mu, j, place), active: j });

function start({ X, mu, seed, active, colored }) {
  return begin({ X, seed, active, colored }, { mu });
}

/** The middle of cell (column, row) of the grid; row 0 is at the bottom. */
function cellPlace([[x0, x1], [y0, y1]], column, row) {
  return [x0 + ((column + 0.5) / COLUMNS) * (x1 - x0), y0 + ((row + 0.5) / ROWS) * (y1 - y0)];
}

/**
 * Run k-means once for every cell of the grid, with centre `active` starting there and the others where they are.
 * Returns `cells` (an end for each cell, row by row from below) and `ends`, least loss first: { loss, share, key }.
 */
function basins(X, mu, active) {
  const known = new Map(); // whoever makes the same first choices has the same fate
  const found = new Map();
  const domain = box(X);
  const keys = [];
  for (let row = 0; row < ROWS; row++) {
    for (let column = 0; column < COLUMNS; column++) keys.push(fate(X, replaced(mu, active, cellPlace(domain, column, row)), known, found));
  }
  const all = [...found.values()].sort((a, b) => a.loss - b.loss);
  const common = new Set([...all].sort((a, b) => b.count - a.count).slice(0, all.length > MOST_ENDS ? MOST_ENDS - 1 : MOST_ENDS));
  const rare = all.filter((end) => !common.has(end));
  const ends = [...all.filter((end) => common.has(end)).map(({ key, loss, count }) => ({ key, loss, share: count / keys.length })),
    ...(rare.length ? [{ others: rare.length, loss: rare[0].loss, most: rare.at(-1).loss, share: rare.reduce((sum, end) => sum + end.count, 0) / keys.length }] : [])];
  const place = new Map(ends.map(({ key }, i) => [key, i]));
  return { cells: keys.map((key) => place.get(key) ?? ends.length - 1), ends, count: all.length };
}

/** The end (a partition, as text) that a start leads to; notes it in `found`. */
function fate(X, mu, known, found) {
  const first = firstChoices(X, mu);
  if (!known.has(first)) {
    const { y, loss } = lloyd(X, mu);
    const key = canonical(y).join("");
    if (!found.has(key)) found.set(key, { key, loss, count: 0 });
    known.set(first, key);
  }
  const key = known.get(first);
  found.get(key).count += 1;
  return key;
}

/** What everybody chooses first, as text. A centre that nobody chooses may come into play later from where it stands: then its place counts too. */
function firstChoices(X, mu) {
  const y = assignClusters(X, mu);
  const idle = mu.filter((_, j) => !y.includes(j));
  return y.join("") + (idle.length ? idle.join() : "");
}

const endOf = ({ ends }, run) => {
  const key = canonical(run.y).join("");
  const index = ends.findIndex((end) => end.key === key);
  return index >= 0 ? index : ends.findIndex((end) => end.others); // -1: an end that no cell of the grid leads to
};

// ---- the link ----

function pack(state, first) {
  const packed = { v: 1 };
  for (const name of ["seed", "active", "colored", "moves", "guess"]) if (state[name] !== first[name]) packed[name] = state[name];
  if (String(state.mu) !== String(first.mu)) packed.mu = packFloats(state.mu.flat());
  return packed;
}

function unpack(packed, first) {
  const flat = packed.mu ? unpackFloats(packed.mu) : first.mu.flat();
  const mu = Array.from({ length: flat.length / 2 }, (_, j) => [flat[2 * j], flat[2 * j + 1]]);
  const { seed, active, colored, moves, guess } = { ...first, ...packed };
  const begun = begin(first, { mu, seed, active, colored: Boolean(colored) });
  const whole = (value, most) => value === null || (Number.isInteger(value) && value >= 0 && value <= most);
  const sound = mu.length >= 2 && mu.length <= MOST_CENTERS && flat.every(Number.isFinite) && Number.isInteger(seed) && active in mu
    && whole(moves, begun.run.path.length - 1) && whole(guess, GUESSES.length - 1);
  if (!sound) throw new RangeError("the link does not describe starting centres");
  return { ...begun, moves, guess };
}

// ---- words ----

const format = (loss) => (loss >= 1000 ? grouped(loss) : loss.toPrecision(4));
const at = ([a, b]) => `${a.toFixed(1)}, ${b.toFixed(1)}`;
const percent = (share) => (share < 0.01 ? "under 1 %" : `${Math.round(100 * share)} %`);
const times = (loss, least) => (loss <= least * (1 + 1e-9) ? "the least of all ends on this map" : `${(loss / least).toPrecision(3)} × the least on this map`);

const moved = (moves) => `${moves} move${moves === 1 ? "" : "s"}`;

/** "after 5 moves the loss is 89.78" and whether a centre is out of work. */
function tell({ run, k }) {
  const idle = clusterSizes(run.y, k).flatMap((size, j) => (size ? [] : [j + 1]));
  return `The run ends after ${moved(run.path.length - 1)} at a loss of ${format(run.loss)}.${idle.length ? ` Centre ${idle.join(" and ")} serves nobody.` : ""}`;
}

function tellEnds({ ends, count }, active) {
  if (count === 1) return `Wherever centre ${active + 1} starts, the run ends at a loss of ${format(ends[0].loss)}.`;
  return `Centre ${active + 1} can lead to ${count} different ends. ${percent(ends[0].share)} of the places lead to the least loss, ${format(ends[0].loss)}; the worst end costs ${format(Math.max(...ends.map((end) => end.most ?? end.loss)))}.`;
}

const listEnds = ({ ends }) => ends.map((end, i) => `${end.others ? `${end.others} others` : `loss ${format(end.loss)}`} (${PATTERN_NAMES[i]}) from ${percent(end.share)}`).join("; ");

const tellMap = (map, active) => ` ${tellEnds(map, active)} Shares of the places: ${listEnds(map)}.`;

function describe(state) {
  const centers = state.mu.map((place, j) => `centre ${j + 1} starts at ${at(place)} and ends at ${at(state.run.mu[j])}`);
  const map = state.colored ? tellMap(basins(state.X, state.mu, state.active), state.active) : "";
  return `${state.X.length} points; ${centers.join("; ")}. ${tell(state)}${map}`;
}

// ---- the picture ----

/** The coloured map, drawn once and kept until it changes. */
function mapPainter(demo, plot) {
  let kept = {};
  return (ctx, map) => {
    const { tone } = demo;
    if (kept.map !== map || kept.tone !== tone || kept.width !== plot.width) {
      const canvas = demo.doc.createElement("canvas");
      Object.assign(canvas, { width: plot.canvas.width, height: plot.canvas.height });
      const pen = canvas.getContext("2d");
      pen.scale(plot.ratio, plot.ratio);
      drawMap(demo, pen, plot, map);
      kept = { map, tone, width: plot.width, canvas };
    }
    ctx.drawImage(kept.canvas, 0, 0, plot.width, plot.height);
  };
}

function drawMap(demo, pen, plot, { cells, ends }) {
  const [left, right] = plot.x.range;
  const [bottom, top] = plot.y.range;
  const across = (column) => left + (column / COLUMNS) * (right - left);
  const up = (row) => bottom + (row / ROWS) * (top - bottom);
  ends.forEach((_, end) => {
    const area = new Path2D();
    cells.forEach((owner, i) => {
      const [column, row] = [i % COLUMNS, Math.floor(i / COLUMNS)];
      if (owner === end) area.rect(across(column), up(row + 1), across(column + 1) - across(column), up(row) - up(row + 1));
    });
    const pattern = pen.createPattern(patternFor(demo.doc, end, color(demo.tone, end), plot.ratio), "repeat");
    pattern.setTransform(new demo.win.DOMMatrix().scale(1 / plot.ratio));
    pen.fillStyle = pattern;
    pen.fill(area);
  });
  pen.beginPath();
  cells.forEach((owner, i) => {
    const [column, row] = [i % COLUMNS, Math.floor(i / COLUMNS)];
    if (column + 1 < COLUMNS && cells[i + 1] !== owner) { pen.moveTo(across(column + 1), up(row)); pen.lineTo(across(column + 1), up(row + 1)); }
    if (row + 1 < ROWS && cells[i + COLUMNS] !== owner) { pen.moveTo(across(column), up(row + 1)); pen.lineTo(across(column + 1), up(row + 1)); }
  });
  pen.strokeStyle = strong(demo.tone);
  pen.lineWidth = 1.2;
  pen.stroke();
}

function build(demo) {
  const { doc } = demo;
  let kept = {};
  /** The basins of the shown state: they depend on the other centres, and not on where the mapped one starts. */
  const mapOf = ({ X, mu, active }) => {
    const key = `${active}/${mu.filter((_, j) => j !== active).join()}/${mu.length}`;
    if (kept.X !== X || kept.key !== key) kept = { X, key, map: basins(X, mu, active) };
    return kept.map;
  };
  const edit = (state, message) => {
    demo.player.stop();
    demo.set(state, message ?? tell(state));
  };

  const [xs, ys] = box(demo.origin.X);
  const plot = new Plot(demo, {
    x: xs, y: ys, xLabel: demo.model.get("x_label"), yLabel: demo.model.get("y_label"), equal: true,
    onTap: (place) => edit(withStart(demo.state, demo.state.active, plot.clamp(place))),
  });
  const paintMap = mapPainter(demo, plot);
  const handles = [];
  const makeHandle = (j) => {
    const handle = new Handle(plot, { name: () => `Start of centre ${j + 1}`, onMove: (place) => edit(withStart(demo.state, j, place)) });
    demo.listen(handle.node, "focus", () => {
      if (demo.state.active !== j) demo.set({ active: j, guess: null });
    });
    return handle;
  };

  const swatch = h(doc, "span", { class: "swatch", "aria-hidden": "true" });
  const number = h(doc, "span", {});
  const ratio = h(doc, "p", { class: "quiet" });
  const shade = (node, end) => {
    const key = `${end}${demo.tone}`;
    if (node.dataset.key === key) return;
    node.dataset.key = key;
    node.style.visibility = end < 0 ? "hidden" : "visible";
    if (end >= 0) node.style.background = `url(${patternFor(doc, end, color(demo.tone, end)).toDataURL()})`;
  };
  const rows = Array.from({ length: MOST_ENDS }, () => {
    const [mark, loss, share] = [h(doc, "span", { class: "swatch", "aria-hidden": "true" }), h(doc, "span"), h(doc, "td", { class: "num" })];
    return { mark, loss, share, row: h(doc, "tr", {}, h(doc, "td", {}, mark, loss), share) };
  });
  const table = h(doc, "table", {},
    h(doc, "thead", {}, h(doc, "tr", {}, h(doc, "th", { scope: "col" }, "Loss at the end"), h(doc, "th", { scope: "col", class: "num" }, "Share of the places"))),
    h(doc, "tbody", {}, ...rows.map(({ row }) => row)));

  const question = h(doc, "legend", { class: "quiet" });
  const verdict = h(doc, "p", { class: "quiet" }, "\u00a0");
  const guess = (answer) => {
    const { count } = mapOf(demo.state);
    const right = Math.min(count, GUESSES.length) === answer + 1;
    edit({ ...demo.state, guess: answer, colored: true }, `${right ? "Right" : "Not so"}. ${tellEnds(mapOf(demo.state), demo.state.active)}`);
  };
  const answers = GUESSES.map((text, i) => button(demo, text, () => guess(i)));
  const prompt = h(doc, "fieldset", {}, question, h(doc, "div", { class: "row" }, ...answers.map(({ node }) => node)), verdict);
  const colored = checkbox(demo, { label: "Colour each place by its end", onChange: (on) => edit({ ...demo.state, colored: on }, on ? tellEnds(mapOf(demo.state), demo.state.active) : "The map is hidden.") });

  const moves = slider(demo, {
    label: "Moves shown", min: 0, max: 1, step: 1, format: (value) => `${value} of ${demo.state.run.path.length - 1}`,
    onInput: (value) => edit({ ...demo.state, moves: value }, `After ${moved(value)}.`),
  });
  const play = playButton(demo, {
    interval: 450,
    step() {
      const last = demo.state.run.path.length - 1;
      const next = demo.state.moves === null || demo.state.moves === last ? 0 : demo.state.moves + 1;
      demo.set({ moves: next }, next === last ? tell(demo.state) : `After ${moved(next)}.`);
      return next < last;
    },
  });
  const active = select(demo, { label: "The map is for", options: [], onChange: (value) => edit({ ...demo.state, active: Number(value), guess: null }) });
  const count = slider(demo, { label: "Centres (k)", min: 2, max: Math.min(MOST_CENTERS, demo.origin.X.length), step: 1, onInput: (k) => edit(withCenters(demo.state, k)) });
  const seed = seedField(demo, { label: "Start on points, seed", onChange: (value) => edit(restart(demo.state, value)) });

  demo.root.append(
    heading(demo, "Drag a start, or click where the chosen centre should start. The line shows where k-means takes each centre. Then guess, and colour the map."),
    h(doc, "div", { class: "body" },
      h(doc, "div", {}, plot.node, demo.status),
      h(doc, "div", { class: "side" },
        h(doc, "div", {}, h(doc, "p", { class: "quiet" }, "Loss at the end of the run"), h(doc, "p", { class: "number" }, swatch, number), ratio),
        h(doc, "div", { class: "row", style: "flex-wrap:nowrap" }, play.node, moves.node), prompt,
        h(doc, "div", { style: "min-height:15.5em" }, colored.node, table))),
    h(doc, "div", { class: "controls settings" }, active.node, count.node, seed.node),
  );
  demo.say(tell(demo.state));

  return (state) => {
    const { tone } = demo;
    const { run, k } = state;
    const last = run.path.length - 1;
    const shown = state.moves ?? last;
    const map = state.colored ? mapOf(state) : null;
    const y = shown === last ? run.y : assignClusters(state.X, run.path[shown]);
    plot.paint((ctx) => {
      if (map) paintMap(ctx, map);
      drawPoints(ctx, plot, state.X, run.path[shown], y, tone);
      drawPaths(ctx, plot, run.path.slice(0, shown + 1), tone);
    });
    plot.drawAxes();
    matchHandles(handles, k, makeHandle).forEach((handle, j) => {
      const mine = j === state.active;
      handle.place(state.mu[j], {
        valueText: `${at(state.mu[j])}; ends at ${at(run.mu[j])}, loss ${format(run.loss)}`, group: j, text: `${j + 1}`,
        fill: mine ? "var(--accent)" : halo(tone), ink: mine ? "var(--on-accent)" : strong(tone), stroke: mine ? halo(tone) : strong(tone),
      });
    });
    setText(number, format(run.loss));
    shade(swatch, map ? endOf(map, run) : -1);
    swatch.style.display = map ? "" : "none";
    setText(ratio, map ? times(run.loss, Math.min(run.loss, map.ends[0].loss)) : "Is that the least that is possible?");
    table.style.visibility = map ? "visible" : "hidden";
    rows.forEach(({ row, mark, loss, share }, i) => {
      const end = map?.ends[i];
      row.style.visibility = end ? "inherit" : "hidden";
      shade(mark, end ? i : -1);
      setText(loss, end ? (end.others ? `${end.others} others, from ${format(end.loss)}` : format(end.loss)) : "\u00a0");
      setText(share, end ? percent(end.share) : "\u00a0");
    });
    setText(question, `Guess: how many different ends can moving centre ${state.active + 1} alone lead to?`);
    answers.forEach(({ node }, i) => node.setAttribute("aria-pressed", state.guess === i));
    setText(verdict, state.guess === null || !map ? "\u00a0" : `${Math.min(map.count, GUESSES.length) === state.guess + 1 ? "Right" : "Not so"}: ${map.count} on this grid.`);
    colored.show(state.colored);
    moves.input.max = last;
    moves.show(shown);
    if (active.input.length !== k) active.input.replaceChildren(...state.mu.map((_, j) => h(doc, "option", { value: j }, `centre ${j + 1}`)));
    active.show(`${state.active}`);
    count.show(k);
    seed.show(state.seed);
  };
}

/** A kernel set a trait: the same as if a hand had done it. */
function adopt(name, value, state) {
  if (name === "mu") return begin(state, { mu: value });
  if (name === "k") return value === state.k ? {} : withCenters(state, value);
  if (name === "seed") return restart(state, value);
  if (name === "active") return { active: Math.min(value, state.k - 1), guess: null };
  return { [name]: value };
}

/** For tests in Node: what the demo does without a page. */
export const algorithm = { start, begin, restart, withCenters, withStart, basins, cellPlace, box, endOf, pack, unpack, describe, COLUMNS, ROWS };

export default defineDemo({
  name: "basin-map",
  title: "Where does it end?",
  traits: ["X", "mu", "seed", "active", "colored"],
  sync: ["mu", "k", "seed", "active", "colored", "loss"],
  start, pack, unpack, describe, adopt, build,
});
