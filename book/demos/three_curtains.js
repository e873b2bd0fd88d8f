// One data set behind three curtains: labels, rewards, nothing. What can be learned from each?

import {
  bestOf, button, Chart, checkbox, color, defineDemo, extent, h, halo, Handle, heading, mean, packFloats, permutation, playButton, Plot, seeded,
  seedField, setText, slider, squaredDistance, strong, unpackFloats,
} from "./toolkit/index.js";

const NEIGHBOURS = 5;
const MOST_GROUPS = 5;
const CURTAINS = {
  labels: { title: "Labels", given: "every point comes with its answer", learned: "to predict the answer of a new one", judged: "by answers that were kept back" },
  rewards: { title: "Rewards", given: "a number for each thing you try", learned: "what to do, by trying and failing", judged: "by the rewards collected" },
  nothing: { title: "Nothing", given: "the points alone", learned: "what is alike: groups without names", judged: "by nobody; only by whether it is of use" },
};

// ---- the state, and what can happen to it (pure functions) ----

const middle = (X) => [0, 1].map((c) => mean(X.map((point) => point[c])));

function start({ X, labels, targets, names, curtain, seed }) {
  const probe = middle(X).map((value) => Number(value.toFixed(2)));
  return { X, labels, targets, names, curtain, seed, task: "class", probe, tries: "", k: 1, lifted: false };
}

/** `compute(state)`, which depends on the entries `names` of the state alone: its last results are kept, for drags and words ask for them in every frame. */
function remembered(names, compute) {
  const kept = [];
  return (state) => {
    let found = kept.find(({ of }) => names.every((name) => of[name] === state[name]));
    if (!found) {
      found = { of: state, result: compute(state) };
      kept.unshift(found);
      kept.splice(MOST_GROUPS); // as many as a slider over k passes
    }
    return found.result;
  };
}

/** Half of the points show their label, the others are kept back: who, says the seed. */
const shownHalf = remembered(["X", "seed"], ({ X, seed }) => {
  const order = permutation(X.length, seeded(seed));
  const shown = new Set(order.slice(0, Math.ceil(X.length / 2)));
  return X.map((_, i) => shown.has(i));
});

/** The indices of the `count` points nearest to a place, nearest first, among those that are `shown`; the lower index wins a tie. */
function nearestOf(X, shown, place, count) {
  const found = [];
  X.forEach((point, i) => {
    if (!shown[i]) return;
    const distance = squaredDistance(point, place);
    if (found.length === count && distance >= found.at(-1).distance) return;
    const at = found.findIndex((other) => distance < other.distance);
    found.splice(at < 0 ? found.length : at, 0, { distance, i });
    found.splice(count);
  });
  return found.map(({ i }) => i);
}

/** Prediction for a place from its five nearest labelled neighbours: the most frequent class (the lower one wins a tie) and the mean number. */
function predict(state, place, shown = shownHalf(state)) {
  const neighbours = nearestOf(state.X, shown, place, NEIGHBOURS);
  const votes = state.names.map((_, c) => neighbours.filter((i) => state.labels[i] === c).length);
  return { neighbours, label: votes.indexOf(Math.max(...votes)), number: mean(neighbours.map((i) => state.targets[i])) };
}

/** How well the points that were kept back are predicted: right ones, and the mean absolute error of the number. */
const heldOut = remembered(["X", "labels", "targets", "names", "seed"], (state) => {
  const shown = shownHalf(state);
  const hidden = state.X.map((_, i) => i).filter((i) => !shown[i]);
  const found = hidden.map((i) => predict(state, state.X[i], shown));
  return {
    count: hidden.length, right: hidden.filter((i, t) => found[t].label === state.labels[i]).length,
    error: mean(hidden.map((i, t) => Math.abs(found[t].number - state.targets[i]))),
  };
});

// rewards: the points come in an order that the seed gives; try t says what point order[t] was called, and the reward is 1 or 0
const orderOf = remembered(["X", "seed"], ({ X, seed }) => permutation(X.length, seeded(seed + 500_000)));
const act = (state, action) => (state.tries.length < state.X.length ? { ...state, tries: state.tries + action } : state);

function rewards(state) {
  const order = orderOf(state);
  return [...state.tries].map((action, t) => (state.labels[order[t]] === Number(action) ? 1 : 0));
}

/** What a simple learner would do next: for each action, the mean reward of its 3 tries nearest to the point; an action never tried counts 1. */
function advise(state) {
  const order = orderOf(state);
  const got = rewards(state);
  const tried = [...state.tries].map(Number);
  const place = state.X[order[tried.length]];
  const values = state.names.map((_, action) => {
    const mine = tried.flatMap((other, t) => (other === action ? [[squaredDistance(state.X[order[t]], place), got[t]]] : []));
    const near = mine.sort((a, b) => a[0] - b[0]).slice(0, 3);
    return near.length ? mean(near.map(([, reward]) => reward)) : 1;
  });
  const best = values.flatMap((value, action) => (value === Math.max(...values) ? [action] : []));
  return best[Math.floor(seeded(state.seed * 1009 + tried.length)() * best.length)];
}

// nothing: k-means groups, and if the curtain is lifted, how they fit the classes
const groupsOf = remembered(["X", "k", "seed"], ({ X, k, seed }) => bestOf(X, k, 10, seeded(seed)).y);

/** The points whose class is not the most frequent one of their group. */
function strangers({ labels, names }, y) {
  const counts = new Map();
  y.forEach((group, i) => {
    if (!counts.has(group)) counts.set(group, names.map(() => 0));
    counts.get(group)[labels[i]] += 1;
  });
  const most = new Map([...counts].map(([group, row]) => [group, row.indexOf(Math.max(...row))]));
  return y.flatMap((group, i) => (labels[i] === most.get(group) ? [] : [i]));
}

// ---- the link ----

const LINKED = ["curtain", "seed", "task", "tries", "k", "lifted"];

function pack(state, first) {
  const packed = Object.fromEntries([["v", 1], ...LINKED.filter((name) => state[name] !== first[name]).map((name) => [name, state[name]])]);
  return String(state.probe) === String(first.probe) ? packed : { ...packed, probe: packFloats(state.probe) };
}

function unpack(packed, first) {
  const state = { ...first, ...Object.fromEntries(LINKED.filter((name) => name in packed).map((name) => [name, packed[name]])) };
  if (packed.probe) state.probe = unpackFloats(packed.probe);
  const whole = (value, low, high) => Number.isInteger(value) && value >= low && value <= high;
  const sound = Object.hasOwn(CURTAINS, state.curtain) && whole(state.seed, 0, 999999) && ["class", "number"].includes(state.task) && whole(state.k, 1, MOST_GROUPS)
    && typeof state.tries === "string" && state.tries.length <= state.X.length && [...state.tries].every((action) => whole(Number(action), 0, state.names.length - 1))
    && typeof state.lifted === "boolean" && state.probe.length === 2 && state.probe.every(Number.isFinite);
  if (!sound) throw new RangeError("the link does not describe a curtain");
  return state;
}

// ---- words ----

const at = ([a, b]) => `${a.toFixed(1)}, ${b.toFixed(1)}`;

function tell(state, { thing, unit }) {
  if (state.curtain === "labels") {
    const { label, number } = predict(state, state.probe);
    return `A new ${thing} at ${at(state.probe)}: ${state.task === "class" ? state.names[label] : `${unit}: ${number.toFixed(2)}`}, say its ${NEIGHBOURS} nearest neighbours.`;
  }
  if (state.curtain === "rewards") {
    const got = rewards(state);
    if (!got.length) return `Nobody tells you what the marked ${thing} is. Call it something.`;
    return `${state.names[state.tries.at(-1)]}: reward ${got.at(-1)}. ${got.at(-1) ? "" : "What it is, you are not told. "}Mean reward ${mean(got).toFixed(2)} after ${got.length} ${got.length === 1 ? "try" : "tries"}.`;
  }
  if (state.k === 1) return `Only points. Move k: are there groups?`;
  const groups = `${state.k} groups of ${thing}s that are alike. They have no names.`;
  if (!state.lifted) return groups;
  const strange = strangers(state, groupsOf(state)).length;
  return `${groups} Behind the curtain: ${state.X.length - strange} of ${state.X.length} are of the commonest class of their group.`;
}

function describe(state, demo = {}) {
  const words = demo.words ?? { thing: "point", unit: "target" };
  const curtain = CURTAINS[state.curtain];
  const held = state.curtain === "labels" ? heldOut(state) : null;
  const more = !held ? "" : state.task === "class" ? ` Of ${held.count} kept back, ${held.right} are predicted rightly.` : ` Mean error on ${held.count} kept back: ${held.error.toFixed(2)}.`;
  return `${state.X.length} points behind the curtain “${curtain.title.toLowerCase()}”: given is ${curtain.given}. ${tell(state, words)}${more}`;
}

// ---- the picture ----

function build(demo) {
  const { doc, model } = demo;
  const words = (demo.words = { thing: model.get("thing"), unit: model.get("target_name") });
  const names = demo.origin.names;
  const change = (patch) => demo.set(patch, tell({ ...demo.state, ...patch }, words));
  const edit = (patch) => {
    demo.player.stop();
    change(patch);
  };

  const axis = (c) => extent(demo.origin.X.map((point) => point[c]), 0.08);
  const plot = new Plot(demo, {
    x: axis(0), y: axis(1), xLabel: model.get("x_label"), yLabel: model.get("y_label"),
    onTap: (place) => demo.state.curtain === "labels" && change({ probe: plot.clamp(place) }),
  });
  const probe = new Handle(plot, { name: () => `New ${words.thing}`, onMove: (place) => change({ probe: place }) });

  const tabs = Object.entries(CURTAINS).map(([key, { title }]) => [key, button(demo, title, () => edit({ curtain: key }))]);
  const facts = ["Given", "To be learned", "Judged"].map((label) => {
    const text = h(doc, "td");
    return { text, row: h(doc, "tr", {}, h(doc, "th", { scope: "row", style: "white-space:nowrap" }, label), text) };
  });

  // behind "labels"
  const tasks = [["class", "a class"], ["number", "a number"]].map(([key, text]) => [key, button(demo, text, () => edit({ task: key }))]);
  const answer = h(doc, "p", { class: "number" });
  const score = h(doc, "p", { class: "quiet" });
  const legend = h(doc, "p", { class: "quiet" });
  const labels = h(doc, "div", { class: "side" }, h(doc, "div", { class: "row" }, h(doc, "span", {}, "Label:"), ...tasks.map(([, { node }]) => node)), legend,
    h(doc, "div", {}, h(doc, "p", { class: "quiet" }, `Prediction for the new ${words.thing}: drag it`), answer, score));

  // behind "rewards"
  const actions = names.map((name, action) => button(demo, name, () => edit(act(demo.state, action))));
  const learner = playButton(demo, {
    interval: 150,
    step() {
      if (demo.state.tries.length >= demo.state.X.length) return demo.say(`All ${words.thing}s have been tried.`), false;
      change(act(demo.state, advise(demo.state)));
      return demo.state.tries.length < demo.state.X.length;
    },
  });
  const chart = new Chart(demo, { xLabel: "tries", height: 150 });
  const rewarded = h(doc, "div", {}, h(doc, "p", { class: "quiet" }, `The ringed ${words.thing} is …`), h(doc, "div", { class: "row", style: "margin:0.3em 0 0.6em" }, ...actions.map(({ node }) => node)),
    h(doc, "div", { class: "row" }, h(doc, "span", { class: "quiet" }, "Let a learner try:"), learner.node), h(doc, "p", { class: "quiet", style: "margin-top:0.6em" }, "Mean reward so far"), chart.node);

  // behind "nothing"
  const k = slider(demo, { label: "Groups (k)", min: 1, max: MOST_GROUPS, step: 1, onInput: (value) => edit({ k: value }) });
  const lift = checkbox(demo, { label: "Lift the curtain: ring those of another class", onChange: (lifted) => edit({ lifted }) });
  const fit = h(doc, "p", { class: "number" });
  const nothing = h(doc, "div", { class: "side" }, h(doc, "div", { class: "row" }, k.node), lift.node, fit);

  const stages = { labels, rewards: rewarded, nothing };
  for (const node of Object.values(stages)) node.style.gridArea = "1 / 1";
  const seed = seedField(demo, { label: "Seed: who is shown, and when", onChange: (value) => edit({ seed: value, tries: "" }) });

  demo.root.append(
    heading(demo, `The same ${words.thing}s three times. Before you draw a curtain: what will you be able to learn?`),
    h(doc, "div", { class: "row", role: "group", "aria-label": "Curtain", style: "margin-bottom:0.7em" }, ...tabs.map(([, { node }]) => node)),
    h(doc, "div", { class: "body" },
      h(doc, "div", {}, plot.node, demo.status),
      h(doc, "div", { class: "side" }, h(doc, "div", { style: "min-height:11em" }, h(doc, "table", {}, h(doc, "tbody", {}, ...facts.map(({ row }) => row)))), h(doc, "div", { style: "display:grid" }, ...Object.values(stages)))),
    h(doc, "div", { class: "controls" }, seed.node),
  );
  demo.say(tell(demo.state, words));

  return (state) => {
    const { tone } = demo;
    const [shown, held, order, y] = [shownHalf, heldOut, orderOf, groupsOf].map((compute) => compute(state));
    const curtain = CURTAINS[state.curtain];
    [curtain.given, curtain.learned, curtain.judged].forEach((text, i) => setText(facts[i].text, text));
    tabs.forEach(([key, { node }]) => node.setAttribute("aria-pressed", key === state.curtain));
    for (const [key, node] of Object.entries(stages)) node.style.visibility = key === state.curtain ? "visible" : "hidden";
    const guess = state.curtain === "labels" ? predict(state, state.probe, shown) : null;
    plot.paint((ctx) => {
      if (guess) paintLabels(ctx, plot, state, shown, guess, tone);
      else if (state.curtain === "rewards") paintTries(ctx, plot, state, order, tone);
      else paintGroups(ctx, plot, state, y, tone);
    });
    plot.drawAxes();
    probe.node.style.display = guess ? "" : "none";
    if (guess) probe.place(state.probe, { valueText: tell(state, words), group: 0, text: "?", fill: "var(--accent)", ink: "var(--on-accent)", stroke: halo(tone) });

    tasks.forEach(([key, { node }]) => node.setAttribute("aria-pressed", key === state.task));
    const [low, high] = [Math.min(...state.targets), Math.max(...state.targets)];
    setText(legend, state.task === "class" ? `Half of the ${words.thing}s show their class by shape and colour.` : `${words.unit}: the smallest marks have ${low}, the largest ${high}.`);
    if (guess) {
      setText(answer, state.task === "class" ? names[guess.label] : guess.number.toFixed(2));
      setText(score, state.task === "class" ? `Of ${held.count} kept back, ${held.right} are predicted rightly.` : `Mean error on ${held.count} kept back: ${held.error.toFixed(2)}.`);
    }
    const got = rewards(state);
    let sum = 0;
    const soFar = got.map((reward, t) => [t + 1, (sum += reward) / (t + 1)]);
    chart.draw({
      x: [1, Math.max(20, got.length)], y: [0, 1.05], lines: soFar.length ? [{ points: soFar, color: color(tone, 2), group: got.length > 40 ? undefined : 2 }] : [],
      notes: soFar.length ? [] : [{ at: [10.5, 0.5], text: "no try yet", anchor: "middle" }],
      words: got.length ? `Mean reward after ${got.length} tries: ${mean(got).toFixed(2)}; of the last ten: ${mean(got.slice(-10)).toFixed(2)}.` : "Mean reward: no try yet.",
    });
    setText(fit, state.lifted && state.k > 1 ? `${state.X.length - strangers(state, y).length} of ${state.X.length}` : "\u00a0");
    k.show(state.k);
    lift.show(state.lifted);
    seed.show(state.seed);
  };
}

const quiet = (tone) => (tone === "dark" ? "#8b96a1" : "#7d8791");

/** Points with labels in the ink of their class, or in the size of their number; the others hollow; threads to the neighbours that decide. */
function paintLabels(ctx, plot, { X, labels, targets, names, task, probe }, shown, { neighbours }, tone) {
  ctx.lineWidth = 1;
  plot.markers(ctx, X.filter((_, i) => !shown[i]), 0, { radius: 2.6, stroke: quiet(tone) });
  ctx.beginPath();
  for (const i of neighbours) {
    ctx.moveTo(plot.x(probe[0]), plot.y(probe[1]));
    ctx.lineTo(plot.x(X[i][0]), plot.y(X[i][1]));
  }
  ctx.lineWidth = 2;
  ctx.strokeStyle = strong(tone);
  ctx.stroke();
  ctx.lineWidth = 0.75;
  if (task === "class") return names.forEach((_, c) => plot.markers(ctx, X.filter((_, i) => shown[i] && labels[i] === c), c, { radius: 4, fill: color(tone, c), stroke: halo(tone) }));
  const [low, high] = [Math.min(...targets), Math.max(...targets)];
  const level = (i) => Math.round((5 * (targets[i] - low)) / (high - low || 1));
  for (let grade = 0; grade <= 5; grade++) plot.markers(ctx, X.filter((_, i) => shown[i] && level(i) === grade), 0, { radius: 2 + grade, fill: color(tone, 0), stroke: halo(tone) });
}

/** What was tried, in the ink of the action: filled where it was rewarded, hollow where not. The next point has a ring. */
function paintTries(ctx, plot, state, order, tone) {
  const got = rewards(state);
  const count = got.length;
  plot.markers(ctx, order.slice(count).map((i) => state.X[i]), 0, { radius: 2.6, fill: quiet(tone) });
  state.names.forEach((_, action) => {
    const mine = (reward) => order.slice(0, count).filter((_, t) => Number(state.tries[t]) === action && got[t] === reward).map((i) => state.X[i]);
    ctx.lineWidth = 1.6;
    plot.markers(ctx, mine(0), action, { radius: 4, stroke: color(tone, action) });
    ctx.lineWidth = 0.75;
    plot.markers(ctx, mine(1), action, { radius: 4.4, fill: color(tone, action), stroke: halo(tone) });
  });
  ctx.lineWidth = 2.5;
  if (count < order.length) plot.markers(ctx, [state.X[order[count]]], 0, { radius: 10, stroke: strong(tone) });
}

function paintGroups(ctx, plot, state, y, tone) {
  if (state.k === 1) return plot.markers(ctx, state.X, 0, { radius: 3.4, fill: quiet(tone) });
  ctx.lineWidth = 0.75;
  // colours 3 to 7: groups are not classes, and must not look as if they were
  for (let group = 0; group < state.k; group++) plot.markers(ctx, state.X.filter((_, i) => y[i] === group), group + 3, { radius: 4, fill: color(tone, group + 3), stroke: halo(tone) });
  ctx.lineWidth = 1.6;
  if (state.lifted) plot.markers(ctx, strangers(state, y).map((i) => state.X[i]), 0, { radius: 7.5, stroke: strong(tone) });
}

/** A kernel set a trait: the same as if a hand had done it. */
const adopt = (name, value) => (name === "seed" ? { seed: value, tries: "" } : { [name]: value });

/** For tests in Node: what the demo does without a page. */
export const algorithm = { start, shownHalf, predict, heldOut, act, rewards, advise, orderOf, groupsOf, strangers, pack, unpack, describe };

export default defineDemo({
  name: "three-curtains",
  title: "Three curtains",
  traits: ["X", "labels", "targets", "names", "curtain", "seed"],
  sync: ["curtain", "seed"],
  start, pack, unpack, describe, adopt, build,
});
