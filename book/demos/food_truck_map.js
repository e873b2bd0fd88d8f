// Food trucks: drag people and trucks, take half-steps, watch the objective come down a staircase.

import { Delaunay } from "d3-delaunay";
import {
  assignClusters, button, checkbox, choose, clusterSizes, color, Curve, defineDemo, extent, grouped, h, Handle, heading, inkOn,
  kmeansObjective, matchHandles, MAX_GROUPS, packFloats, packLabels, playButton, Plot, seeded, seedField, select, setText,
  slider, squaredDistance, unpackFloats, unpackLabels, updateCenters,
} from "./toolkit/index.js";

const MOST_LINKS = 400; // beyond this, lines from people to trucks hide more than they show
const STARTS = [
  ["people", "on people"],
  ["far", "one far away"],
  ["corner", "in a corner"],
];

// ---- the state, and what can happen to it (pure functions) ----

const range = (data, axis) => extent(data.X.map((point) => point[axis]), 0.12);
const scaled = (points, stretch) => points.map(([a, b]) => [a * stretch, b]);
const format = (loss) => (loss >= 1000 ? grouped(loss) : loss.toPrecision(4));

/** The state with its objective; null as long as nobody has chosen a truck. */
function withLoss(state) {
  const { X, mu, y, stretch } = state;
  return { ...state, loss: y && kmeansObjective(scaled(X, stretch), scaled(mu, stretch), y) };
}

/** A new run from where things are now: the staircase starts again. */
function begin(state, patch) {
  const next = { ...state, ...patch };
  if (next.rechoose && next.y) next.y = assignClusters(scaled(next.X, next.stretch), scaled(next.mu, next.stretch));
  const fresh = withLoss({ ...next, k: next.mu.length, steps: "", losses: [], done: false, verdict: "" });
  return { ...fresh, run: { mu: fresh.mu, y: fresh.y, loss: fresh.loss } };
}

/** One half-step: "A" lets everybody choose, "M" moves the trucks. The same half-step twice changes nothing. */
function halfStep(state, kind) {
  if (kind === state.steps.at(-1) || (kind === "M" && !state.y)) return state;
  const X = scaled(state.X, state.stretch);
  const y = kind === "A" ? assignClusters(X, scaled(state.mu, state.stretch)) : state.y;
  const mu = kind === "M" ? updateCenters(state.X, state.y, state.mu) : state.mu;
  const changed = kind === "A" ? y.filter((truck, i) => truck !== state.y?.[i]).length : 0;
  const next = withLoss({ ...state, y, mu, changed, steps: state.steps + kind });
  const done = kind === "A" && changed === 0 && next.steps.includes("M");
  return { ...next, losses: [...state.losses, next.loss], done };
}

/** Where the trucks start: k people by lot, and two starts that go wrong in instructive ways. */
function startCenters(X, k, seed, how) {
  const random = seeded(seed);
  const mu = choose(X.length, Math.min(k, X.length), random).map((i) => [...X[i]]);
  while (mu.length < k) mu.push([...X[0]]);
  const [xs, ys] = [range({ X }, 0), range({ X }, 1)];
  const at = ([low, high], t) => low + t * (high - low);
  if (how === "corner") return mu.map(() => [at(xs, 0.03 + 0.12 * random()), at(ys, 0.97 - 0.12 * random())]);
  if (how === "far" && k > 1) mu[k - 1] = loneliestPlace(X, mu.slice(0, -1), xs, ys);
  return mu;
}

/** A place on the edge of the map that everybody is farthest from choosing. */
function loneliestPlace(X, others, [x0, x1], [y0, y1]) {
  const own = X.map((point) => Math.min(...others.map((truck) => squaredDistance(point, truck))));
  const places = [0.03, 0.25, 0.5, 0.75, 0.97].flatMap((t) => [0.03, 0.97].flatMap((edge) => [[t, edge], [edge, t]]))
    .map(([s, t]) => [x0 + s * (x1 - x0), y0 + t * (y1 - y0)]);
  const margin = (place) => Math.min(...X.map((point, i) => squaredDistance(point, place) - own[i]));
  return places.reduce((best, place) => (margin(place) > margin(best) ? place : best));
}

const restart = (state, patch) => {
  const { X, k, seed, how } = { ...state, ...patch };
  return begin(state, { ...patch, mu: startCenters(X, k, seed, how), y: null });
};

/** More trucks join (on people not yet taken), or the last ones leave; who loses a truck has to choose again. */
function withTrucks(state, k) {
  const more = startCenters(state.X, k, state.seed, state.how).slice(state.mu.length);
  const mu = [...state.mu, ...more].slice(0, k);
  return begin(state, { mu, y: state.y?.some((truck) => truck >= k) ? null : state.y });
}

function withoutTruck(state, gone) {
  if (state.mu.length === 1) return state;
  const mu = state.mu.filter((_, j) => j !== gone);
  const orphaned = state.y?.includes(gone);
  return begin(state, { mu, y: orphaned || !state.y ? null : state.y.map((truck) => truck - (truck > gone)) });
}

function withPerson(state, place) {
  const y = state.y && [...state.y, ...assignClusters(scaled([place], state.stretch), scaled(state.mu, state.stretch))];
  return begin(state, { X: [...state.X, place], origin: [...state.origin, -1], y, person: state.X.length });
}

function withoutPerson(state, gone) {
  if (state.X.length === 1) return state;
  const keep = (list) => list && list.filter((_, i) => i !== gone);
  const person = Math.max(0, Math.min(gone, state.X.length - 2));
  return begin(state, { X: keep(state.X), origin: keep(state.origin), y: keep(state.y), person });
}

const replaced = (list, index, value) => list.map((item, i) => (i === index ? value : item));

function start(data) {
  const origin = data.X.map((_, i) => i);
  const state = { X: data.X, origin, seed: data.seed, stretch: data.stretch, how: "people", rechoose: false, person: 0, right: 0, guesses: 0 };
  return begin({ ...state, mu: data.mu, y: data.y ?? null }, {});
}

// ---- the link ----

const sameRows = (A, B) => A.length === B.length && A.every((row, i) => row[0] === B[i][0] && row[1] === B[i][1]);

/** Only what differs from the start: settings, the people that were touched, the run's start, and its half-steps. */
function pack(state, first) {
  const packed = { v: 1 };
  for (const name of ["seed", "stretch", "how", "rechoose"]) if (state[name] !== first[name]) packed[name] = state[name];
  if (!sameRows(state.X, first.X)) {
    const kept = new Set(state.origin);
    packed.gone = first.X.map((_, i) => i).filter((i) => !kept.has(i));
    packed.moved = state.X.flatMap((point, i) => (point === first.X[state.origin[i]] ? [] : [[state.origin[i], ...point]]));
  }
  if (!sameRows(state.run.mu, first.mu)) packed.mu = packFloats(state.run.mu.flat());
  if (state.run.y) packed.y = packLabels(state.run.y);
  if (state.steps) packed.steps = state.steps;
  return packed;
}

function unpack(packed, first) {
  const { seed, stretch, how, rechoose } = { ...first, ...packed };
  const gone = new Set(packed.gone);
  const rows = first.X.map((point, i) => ({ point, i })).filter(({ i }) => !gone.has(i));
  for (const [i, ...point] of packed.moved ?? []) {
    const row = rows.find((other) => other.i === i);
    if (row) row.point = point;
    else rows.push({ point, i: -1 });
  }
  const flat = packed.mu ? unpackFloats(packed.mu) : first.mu.flat();
  const mu = Array.from({ length: flat.length / 2 }, (_, j) => [flat[2 * j], flat[2 * j + 1]]);
  const y = packed.y ? unpackLabels(packed.y) : null;
  const X = rows.map(({ point }) => point);
  const sound = X.length && mu.length && mu.length <= MAX_GROUPS && [...X.flat(), ...flat, seed, stretch].every(Number.isFinite)
    && stretch > 0 && (!y || (y.length === X.length && y.every((j) => j >= 0 && j < mu.length)));
  if (!sound) throw new RangeError("the link does not describe a map");
  // `rechoose` must not touch the labels that the link holds
  const begun = begin({ ...first, X, origin: rows.map(({ i }) => i), seed, stretch, how, mu, y, rechoose: false }, {});
  return [...String(packed.steps ?? "")].reduce(halfStep, { ...begun, rechoose });
}

// ---- words ----

const people = (count) => (count === 1 ? "1 person" : `${count} people`);
const at = ([a, b]) => `${a.toFixed(1)} east, ${b.toFixed(1)} north`;

function describe(state) {
  const sizes = state.y && clusterSizes(state.y, state.k);
  const trucks = state.mu.map((truck, j) => `truck ${j + 1} at ${at(truck)}${sizes ? ` serves ${sizes[j] || "nobody"}` : ""}`);
  const loss = state.y ? `The objective is ${format(state.loss)}.` : "Nobody has chosen a truck yet.";
  return `Map of ${people(state.X.length)} and ${state.k} food trucks: ${trucks.join("; ")}. ${loss}`;
}

function compare(before, after) {
  if (before === null) return `The objective is ${format(after)}.`;
  const same = Math.abs(before - after) <= 1e-9 * Math.max(1, before);
  return same ? `The objective stays at ${format(after)}.` : `The objective ${after < before ? "fell" : "rose"} from ${format(before)} to ${format(after)}.`;
}

function tell(before, after, kind) {
  if (kind === "M" && !before.y) return "Nobody has chosen a truck yet, so there is no middle to move to. Assign comes first.";
  if (before === after) return kind === "A" ? "Everybody already walks to the nearest truck. Move comes next." : "Every truck already stands in the middle of its people. Assign comes next.";
  const loss = compare(before.loss, after.loss);
  if (kind === "A") {
    if (after.done) return `Assign: nobody changed truck, so the algorithm stops. ${loss}`;
    return `Assign: ${before.y ? `${people(after.changed)} changed truck` : "everybody chose the nearest truck"}. ${loss}`;
  }
  const empty = clusterSizes(after.y, after.k).flatMap((size, j) => (size ? [] : [j + 1]));
  const stay = empty.length ? ` Truck ${empty.join(" and ")} serves nobody and stays where it is.` : "";
  return `Move: each truck went to the mean of its people.${stay} ${loss}`;
}

// ---- the picture ----

function drawCells(ctx, plot, mu, { stretch, tone }) {
  const [[x0, x1], [y0, y1]] = [plot.x.domain, plot.y.domain];
  const cells = Delaunay.from(scaled(mu, stretch)).voronoi([x0 * stretch, y0, x1 * stretch, y1]);
  ctx.lineWidth = 1.25;
  ctx.strokeStyle = tone === "dark" ? "rgba(255,255,255,.35)" : "rgba(0,0,0,.3)";
  mu.forEach((_, j) => {
    const corners = cells.cellPolygon(j);
    if (!corners) return; // another truck stands on the same spot, and has the cell
    const path = new Path2D();
    corners.forEach(([a, b], i) => path[i ? "lineTo" : "moveTo"](plot.x(a / stretch), plot.y(b)));
    ctx.globalAlpha = tone === "dark" ? 0.2 : 0.13;
    ctx.fillStyle = color(tone, j);
    ctx.fill(path);
    ctx.globalAlpha = 1;
    ctx.stroke(path);
  });
}

function drawPeople(ctx, plot, mu, state, tone) {
  const radius = state.X.length > 600 ? 2 : 3.6;
  if (!state.y) {
    const grey = tone === "dark" ? "#aab4be" : "#5c6670";
    return plot.markers(ctx, state.X, 0, { radius, fill: grey });
  }
  mu.forEach((truck, j) => {
    const mine = state.X.filter((_, i) => state.y[i] === j);
    if (state.X.length <= MOST_LINKS) {
      ctx.beginPath();
      for (const point of mine) {
        ctx.moveTo(plot.x(point[0]), plot.y(point[1]));
        ctx.lineTo(plot.x(truck[0]), plot.y(truck[1]));
      }
      ctx.globalAlpha = 0.45;
      ctx.lineWidth = 1;
      ctx.strokeStyle = color(tone, j);
      ctx.stroke();
      ctx.globalAlpha = 1;
    }
    ctx.lineWidth = 0.75;
    plot.markers(ctx, mine, j, { radius, fill: color(tone, j), stroke: tone === "dark" ? "#11161c" : "#fff" });
  });
}

function build(demo) {
  const { doc } = demo;
  let shown = null; // where the trucks are drawn while they glide; otherwise where they are

  const settle = () => {
    demo.player.stop();
    demo.stopAnimation?.();
    shown = null;
  };
  const edit = (state, message) => {
    settle();
    demo.set(state, message ?? (state.y ? `The objective is now ${format(state.loss)}.` : "Press Assign: everybody chooses the nearest truck."));
  };
  const step = (kind) => {
    demo.stopAnimation?.();
    const before = demo.state;
    const after = halfStep(before, kind);
    demo.set({ ...after, verdict: "" }, tell(before, after, kind));
    if (kind === "M" && before !== after) demo.animate(450, (t) => {
      shown = t < 1 ? before.mu.map((from, j) => from.map((value, c) => value + t * (after.mu[j][c] - value))) : null;
      demo.redraw();
    });
    return !after.done;
  };
  const next = () => (demo.state.steps.at(-1) === "A" ? "M" : "A");
  const guess = (answer) => {
    demo.player.stop();
    const before = demo.state;
    const kind = next();
    step(kind);
    const after = demo.state;
    const change = after.loss - before.loss;
    const truth = Math.abs(change) <= 1e-9 * Math.max(1, before.loss) ? "stay" : change < 0 ? "fall" : "rise";
    const right = demo.state.right + (answer === truth);
    const guesses = demo.state.guesses + 1;
    const judged = answer === truth ? "Right" : "Not so";
    const tally = `${right} of ${guesses} right`;
    const verdict = `${judged}: ${compare(before.loss, after.loss).toLowerCase().replace(/\.$/, "")}. ${tally}.`;
    demo.set({ right, guesses, verdict }, `${judged}, ${tally}. ${tell(before, after, kind)}`);
  };

  // the map
  const plot = new Plot(demo, {
    x: range(demo.origin, 0), y: range(demo.origin, 1), xLabel: demo.model.get("x_label"), yLabel: demo.model.get("y_label"), equal: true,
    onPress(place, event) {
      const person = plot.find(demo.state.X, place, event.pointerType === "touch" ? 22 : 14);
      if (person < 0 || plot.picked || event.button > 0) return;
      demo.set({ person });
      ghost.placeAt(person);
      if (event.pointerType === "mouse") ghost.press(event); // a finger may be about to scroll: it taps first, then drags
      else ghost.tapped = true;
    },
    onTap() {
      if (ghost.tapped) ghost.node.focus({ preventScroll: true });
      ghost.tapped = false;
    },
    onDoubleTap: (place) => edit(withPerson(demo.state, plot.clamp(place)), "A person moved to town."),
  });
  const trucks = [];
  const makeTruck = (j) => new Handle(plot, {
    name: () => `Truck ${j + 1}`,
    onMove: (place) => edit(begin(demo.state, { mu: replaced(demo.state.mu, j, place) })),
    onDelete: () => {
      edit(withoutTruck(demo.state, j), demo.state.k === 1 ? "The last truck stays." : `Truck ${j + 1} left.`);
      trucks[0].node.focus();
    },
  });
  const addPerson = () => {
    const [a, b] = demo.state.X[demo.state.person];
    const aside = 0.04 * (plot.x.domain[1] - plot.x.domain[0]);
    edit(withPerson(demo.state, plot.clamp([a + aside, b + aside])), "A person moved to town: drag them, or use the arrow keys.");
    ghost.placeAt(demo.state.person);
    ghost.node.focus({ preventScroll: true });
  };
  const removePerson = () => edit(withoutPerson(demo.state, demo.state.person), demo.state.X.length === 1 ? "The last person stays." : "A person left town.");
  const ghost = new Handle(plot, {
    ghost: true,
    name: () => `Person ${demo.state.person + 1} of ${demo.state.X.length}; Page Up and Page Down choose another`,
    onMove: (place) => edit(begin(demo.state, { X: replaced(demo.state.X, demo.state.person, place) })),
    onDelete: removePerson,
    onDouble: removePerson,
    onKey({ key }) {
      const hop = { PageDown: 1, PageUp: -1 }[key];
      const { person, X } = demo.state;
      if (hop) demo.set({ person: (person + hop + X.length) % X.length });
      if (key === "Insert") addPerson();
      return hop || key === "Insert";
    },
  });
  ghost.placeAt = (person) => {
    const { X, y } = demo.state;
    ghost.place(X[person], { valueText: `${at(X[person])}${y ? `, walks to truck ${y[person] + 1}` : ""}` });
  };

  // beside it: the objective and the half-steps
  const number = h(doc, "p", { class: "number" });
  const curve = new Curve(demo, { label: "Objective", xLabel: "A: assign, M: move", format });
  const assign = button(demo, "Assign", () => { demo.player.stop(); step("A"); });
  const move = button(demo, "Move", () => { demo.player.stop(); step("M"); });
  const play = playButton(demo, { step: () => (demo.state.done ? (demo.say("The algorithm has stopped: nobody would change truck."), false) : step(next())) });
  const question = h(doc, "legend", { class: "quiet" });
  const verdict = h(doc, "p", { class: "quiet two-lines" });
  const answers = [["fall", "fall"], ["stay", "stay"], ["rise", "rise"]].map(([value, text]) => button(demo, text, () => guess(value)).node);
  const prompt = h(doc, "fieldset", {}, question, h(doc, "div", { class: "row" }, ...answers), verdict);

  // below: the settings
  const count = slider(demo, { label: "Trucks (k)", min: 1, max: MAX_GROUPS, step: 1, onInput: (k) => edit(withTrucks(demo.state, k)) });
  const stretch = slider(demo, {
    label: "Stretch x axis", min: -3, max: 3, step: 0.25, format: (value) => `× ${Number((2 ** value).toPrecision(3))}`,
    onInput: (value) => edit(begin(demo.state, { stretch: 2 ** value })),
  });
  const how = select(demo, { label: "Trucks start", options: STARTS, onChange: (value) => edit(restart(demo.state, { how: value })) });
  const seed = seedField(demo, { onChange: (value) => edit(restart(demo.state, { seed: value })) });
  const rechoose = checkbox(demo, { label: "People choose again as I drag", onChange: (on) => edit(on ? begin(demo.state, { rechoose: on }) : { ...demo.state, rechoose: on }) });

  demo.root.append(
    heading(demo, "Drag a truck or a person. Double-click adds or removes a person."),
    h(doc, "div", { class: "body" },
      h(doc, "div", {}, plot.node, demo.status),
      h(doc, "div", { class: "side" },
        h(doc, "div", {}, h(doc, "p", { class: "quiet" }, "Sum of all squared walks"), number),
        h(doc, "div", { class: "row" }, assign.node, move.node, play.node), curve.node, prompt)),
    h(doc, "div", { class: "controls settings" }, count.node, stretch.node, how.node, seed.node),
    h(doc, "div", { class: "controls" }, rechoose.node,
      h(doc, "div", { class: "row push" }, button(demo, "Add a person", addPerson).node, button(demo, "Remove one", removePerson).node)),
  );
  demo.say("Press Assign: everybody chooses the nearest truck.");

  const unit = demo.model.get("unit");
  return (state) => {
    const { tone } = demo;
    const mu = shown?.length === state.k ? shown : state.mu;
    const sizes = state.y && clusterSizes(state.y, state.k);
    plot.paint((ctx) => {
      drawCells(ctx, plot, mu, { stretch: state.stretch, tone });
      drawPeople(ctx, plot, mu, state, tone);
    });
    plot.drawAxes({ stretch: state.stretch, xLabel: state.stretch === 1 ? plot.options.xLabel : `${plot.options.xLabel} × ${Number(state.stretch.toPrecision(3))}` });
    matchHandles(trucks, state.k, makeTruck).forEach((truck, j) => {
      const empty = sizes && !sizes[j];
      truck.place(mu[j], {
        valueText: `${at(mu[j])}${sizes ? `, serves ${sizes[j] ? people(sizes[j]) : "nobody"}` : ""}`, group: j, text: `${j + 1}`, dashed: empty,
        fill: empty ? "var(--raised)" : color(tone, j), ink: empty ? "inherit" : inkOn(tone, j), stroke: empty ? color(tone, j) : tone === "dark" ? "#000" : "#fff",
      });
    });
    ghost.placeAt(state.person);
    number.replaceChildren(state.y ? format(state.loss) : "not yet defined", h(doc, "small", {}, state.y ? (state.stretch === 1 ? unit : "in stretched units") : ""));
    const first = state.run.y ? [{ value: state.run.loss, mark: "·" }] : [];
    curve.draw([...first, ...state.losses.map((value, i) => ({ value, mark: state.steps[i], filled: state.steps[i] === "A" }))]);
    assign.mark(next() === "A" && !state.done);
    move.mark(next() === "M" && !state.done);
    prompt.style.visibility = state.y ? "visible" : "hidden";
    setText(question, `Guess first: will ${next() === "A" ? "Assign" : "Move"} make the objective …`);
    setText(verdict, state.verdict);
    count.show(state.k);
    stretch.show(Math.log2(state.stretch));
    how.show(state.how);
    seed.show(state.seed);
    rechoose.show(state.rechoose);
  };
}

/** A kernel set a trait: the same as if a hand had done it. */
function adopt(name, value, state) {
  if (name === "k") return value === state.k ? {} : withTrucks(state, value);
  if (name === "seed") return restart(state, { seed: value });
  if (name === "X") return begin(state, { X: value, origin: value.map(() => -1), y: value.length === state.X.length ? state.y : null, person: 0 });
  if (name === "mu") return begin(state, { mu: value, y: value.length === state.k ? state.y : null });
  if (name === "y" || name === "stretch") return begin(state, { [name]: value });
  return {};
}

/** For tests in Node: what the demo does without a page. */
export const algorithm = { begin, halfStep, start, startCenters, withTrucks, withoutTruck, withPerson, withoutPerson, pack, unpack, describe };

export default defineDemo({
  name: "food-truck-map",
  title: "Food trucks",
  traits: ["X", "mu", "y", "seed", "stretch"],
  sync: ["X", "mu", "y", "k", "seed", "stretch", "loss"],
  start, pack, unpack, describe, adopt, build,
});
