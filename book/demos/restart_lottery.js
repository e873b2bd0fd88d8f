// The lottery of restarts: draw starts by lot and by k-means++, run k-means from each, and look at where the losses fall.

import {
  button, Chart, color, defineDemo, drawPaths, drawPoints, extent, grouped, h, heading, histogram, inSlices, kmeansPlusPlus, lloyd,
  playButton, Plot, randomCenters, seeded, seedField, select, setText, slider,
} from "./toolkit/index.js";

const MOST = 200;
const MOST_CENTERS = 15;
const BINS = 24;
const WAYS = [
  { key: "random", name: "random", draw: randomCenters, tone: 1, group: 1, dash: "6 4" },
  { key: "plus", name: "k-means++", draw: kmeansPlusPlus, tone: 0, group: 0, dash: "none" },
];
const GUESSES = [["random", "random"], ["plus", "k-means++"], ["same", "about equal"]];

// ---- the state, and what can happen to it (pure functions) ----

const start = ({ sets, ks, data, k, seed, count }) => ({ sets, ks, data, k, seed, count, shown: null, way: "random", guess: null });

/** Other data, another k or seed: the lottery begins anew with the first tickets. */
const begin = (state, patch) => ({ ...state, count: 1, shown: null, guess: null, ...patch });
const withData = (state, data) => begin(state, { data, k: Math.min(state.ks[data] ?? state.k, state.sets[data].length) });

/** Restart i (0, 1, …) of each way: both draw from the same seed. { random, plus }, each { path, mu, y, loss }. */
function draw({ sets, data, k, seed }, i) {
  return Object.fromEntries(WAYS.map((way) => [way.key, lloyd(sets[data], way.draw(sets[data], k, seeded(seed * 1009 + i)))]));
}

/** The tickets of a state that are drawn already, from a store that keeps those of the last settings. */
function drawn(state, store) {
  const { sets, data, k, seed } = state;
  const key = `${k}/${seed}/${data}`;
  if (store.sets !== sets || store.key !== key) Object.assign(store, { sets, key, tickets: [] });
  return store.tickets;
}

/** Draw what is missing, a ticket at a time. */
function* drawMissing(state, store) {
  const tickets = drawn(state, store);
  while (tickets.length < state.count && store.tickets === tickets) {
    tickets.push(draw(state, tickets.length));
    yield;
  }
}

const lossesOf = (tickets, key) => tickets.map((ticket) => ticket[key].loss);

/** For each way: best, median and worst loss, the best so far after every restart, and how many come within 1 % of the least of all. */
function summary(tickets) {
  const least = Math.min(...WAYS.flatMap(({ key }) => lossesOf(tickets, key)));
  return Object.fromEntries(WAYS.map(({ key }) => {
    const losses = lossesOf(tickets, key);
    const sorted = [...losses].sort((a, b) => a - b);
    const middle = (sorted.length - 1) / 2;
    const median = (sorted[Math.floor(middle)] + sorted[Math.ceil(middle)]) / 2;
    let best = Infinity;
    const soFar = losses.map((loss) => (best = Math.min(best, loss)));
    return [key, { losses, best, median, worst: sorted.at(-1), soFar, hits: losses.filter((loss) => loss <= least * 1.01).length }];
  }));
}

// ---- the link ----

const LINKED = ["data", "k", "seed", "count", "shown", "way", "guess"];

function pack(state, first) {
  return Object.fromEntries([["v", 1], ...LINKED.filter((name) => state[name] !== first[name]).map((name) => [name, state[name]])]);
}

function unpack(packed, first) {
  const state = { ...first, ...Object.fromEntries(LINKED.filter((name) => name in packed).map((name) => [name, packed[name]])) };
  const whole = (value, low, high) => Number.isInteger(value) && value >= low && value <= high;
  const sound = Object.hasOwn(state.sets, state.data) && whole(state.k, 1, Math.min(MOST_CENTERS, state.sets[state.data].length)) && whole(state.seed, 0, 999999)
    && whole(state.count, 1, MOST) && (state.shown === null || whole(state.shown, 0, state.count - 1))
    && WAYS.some(({ key }) => key === state.way) && (state.guess === null || GUESSES.some(([value]) => value === state.guess));
  if (!sound) throw new RangeError("the link does not describe a lottery");
  return state;
}

// ---- words ----

const format = (loss) => (loss >= 1000 ? grouped(loss) : loss.toPrecision(4));
const ticketShown = (state, tickets) => Math.min(state.shown ?? tickets.length - 1, tickets.length - 1);

function tell(tickets) {
  const { random, plus } = summary(tickets);
  const last = tickets.at(-1);
  return `Restart ${tickets.length}: random ends at ${format(last.random.loss)}, k-means++ at ${format(last.plus.loss)}. Best so far: ${format(random.best)} and ${format(plus.best)}.`;
}

const often = (hits) => (hits === 1 ? "once" : `${hits} times`);

function judge({ guess }, { random, plus }) {
  const truth = Math.abs(random.hits - plus.hits) <= Math.max(2, 0.1 * Math.max(random.hits, plus.hits)) ? "same" : random.hits > plus.hits ? "random" : "plus";
  return `${guess === truth ? "Right" : "Not so"}: random came there ${often(random.hits)}, k-means++ ${often(plus.hits)}.`;
}

function describe(state, { store = {} } = {}) {
  if (!drawn(state, store).length) drawMissing(state, store).next();
  const tickets = drawn(state, store).slice(0, state.count);
  const all = summary(tickets);
  const ways = WAYS.map(({ key, name }) => `${name}: best ${format(all[key].best)}, median ${format(all[key].median)}, worst ${format(all[key].worst)}, ${all[key].hits} within 1 % of the least`);
  const which = ticketShown(state, tickets);
  return `${state.sets[state.data].length} points (${state.data}), ${state.k} centres, ${tickets.length} ${tickets.length === 1 ? "restart" : "restarts"} each way. ${ways.join("; ")}. `
    + `The map shows restart ${which + 1}, ${WAYS.find(({ key }) => key === state.way).name}: loss ${format(tickets[which][state.way].loss)}.`;
}

// ---- the picture ----

function build(demo) {
  const { doc } = demo;
  const store = (demo.store = {});
  const plots = {}; // one for each data set: their axes differ
  const axis = (X, c) => extent(X.map((point) => point[c]), 0.07);

  /** Draw the missing tickets without holding up the page, then speak. */
  const latest = () => tell(drawn(demo.state, store).slice(0, demo.state.count));
  const play = (state, message = latest) => {
    demo.set(state);
    inSlices(demo, "tickets", drawMissing(demo.state, store), (finished) => {
      demo.redraw();
      if (finished) demo.say(message());
    });
  };
  const edit = (state, message) => {
    demo.player.stop();
    play(state, message);
  };
  const oneMore = () => {
    if (demo.state.count >= MOST) return demo.say(`Those were all ${MOST} tickets: take another seed.`), false;
    play({ ...demo.state, count: demo.state.count + 1, shown: null });
    return demo.state.count < MOST;
  };

  const plotOf = (data) => {
    if (!plots[data]) {
      const X = demo.state.sets[data];
      plots[data] = new Plot(demo, { x: axis(X, 0), y: axis(X, 1), xLabel: "x₁", yLabel: "x₂", equal: true });
    }
    return plots[data];
  };
  const map = h(doc, "div");

  const step = button(demo, "One more", () => { demo.player.stop(); oneMore(); });
  const player = playButton(demo, { step: oneMore, interval: 120 });
  const count = slider(demo, { label: "Restarts", min: 1, max: MOST, step: 1, onInput: (value) => edit({ ...demo.state, count: value, shown: null }) });
  const shown = slider(demo, { label: "Restart shown", min: 1, max: 1, step: 1, onInput: (value) => {
    const ticket = drawn(demo.state, store)[value - 1];
    edit({ ...demo.state, shown: value - 1 }, () => `Restart ${value}: random ended at ${format(ticket.random.loss)}, k-means++ at ${format(ticket.plus.loss)}.`);
  } });
  const way = select(demo, { label: "Map: start by", options: WAYS.map(({ key, name }) => [key, name]), onChange: (value) => edit({ ...demo.state, way: value }, () => `The map shows a start by ${WAYS.find(({ key }) => key === value).name}.`) });
  const data = select(demo, { label: "Data", options: Object.keys(demo.origin.sets).map((name) => [name, name]), onChange: (value) => edit(withData(demo.state, value)) });
  const k = slider(demo, { label: "Centres (k)", min: 1, max: MOST_CENTERS, step: 1, onInput: (value) => edit(begin(demo.state, { k: Math.min(value, demo.state.sets[demo.state.data].length) })) });
  const seed = seedField(demo, { onChange: (value) => edit(begin(demo.state, { seed: value })) });

  const guess = (value) => {
    demo.player.stop();
    play({ ...demo.state, guess: value, count: MOST, shown: null }, () => judge(demo.state, summary(drawn(demo.state, store))));
  };
  const answers = GUESSES.map(([value, text]) => [value, button(demo, text, () => guess(value))]);
  const verdict = h(doc, "p", { class: "quiet", style: "min-height:2.9em" });
  const prompt = h(doc, "fieldset", {}, h(doc, "legend", { class: "quiet" }, `Guess: which way will come within 1 % of the least loss more often, in ${MOST} restarts?`),
    h(doc, "div", { class: "row" }, ...answers.map(([, { node }]) => node)), verdict);

  const cells = WAYS.map(() => Array.from({ length: 4 }, () => h(doc, "td", { class: "num" })));
  const table = h(doc, "table", {},
    h(doc, "thead", {}, h(doc, "tr", {}, h(doc, "th", { scope: "col" }, "Start"), ...["best", "median", "worst", "hits"].map((text) => h(doc, "th", { scope: "col", class: "num" }, text)))),
    h(doc, "tbody", {}, ...WAYS.map(({ name }, i) => h(doc, "tr", {}, h(doc, "th", { scope: "row" }, name), ...cells[i]))));

  const charts = WAYS.map(() => new Chart(demo, { xLabel: "loss at the end", height: 170 }));
  const curve = new Chart(demo, { xLabel: "restarts", height: 170 });
  const panel = (title, chart) => h(doc, "div", {}, h(doc, "p", { class: "quiet two-lines" }, title), chart.node);

  demo.root.append(
    heading(demo, "Each restart is a ticket: new starting centres, then k-means to the end. First guess, then draw."),
    h(doc, "div", { class: "body" },
      h(doc, "div", {}, map, demo.status, h(doc, "div", { class: "row" }, way.node, shown.node), table,
        h(doc, "p", { class: "quiet", style: "margin-top:0.4em" }, "Hits: restarts within 1 % of the least loss of all.")),
      h(doc, "div", { class: "side" }, prompt, h(doc, "div", { class: "row" }, step.node, player.node, count.node))),
    h(doc, "div", { class: "panels", style: "margin-top:0.9em" }, panel("From random points (dotted: shown)", charts[0]), panel("By k-means++ (dotted: shown)", charts[1]),
      panel("Best so far (random: dashed)", curve)),
    h(doc, "div", { class: "controls settings" }, data.node, k.node, seed.node),
  );
  play(demo.state, () => "Every restart draws a start each way. Guess first, or draw one more.");

  return (state) => {
    const { tone } = demo;
    if (drawn(state, store).length < state.count && !demo.slices.has("tickets")) play(state, () => demo.message); // after Reset, or a link
    const tickets = drawn(state, store).slice(0, state.count);
    if (!tickets.length) return;
    const plot = plotOf(state.data);
    if (map.firstChild !== plot.node) map.replaceChildren(plot.node);
    const which = ticketShown(state, tickets);
    const { path, mu, y } = tickets[which][state.way];
    plot.paint((ctx) => {
      drawPoints(ctx, plot, state.sets[state.data], mu, y, tone);
      drawPaths(ctx, plot, path, tone);
    });
    plot.drawAxes();

    const all = summary(tickets);
    const spread = WAYS.flatMap(({ key }) => [all[key].best, all[key].worst]);
    const [low, high] = extent(spread, 0.04);
    const counts = WAYS.map(({ key }) => histogram(all[key].losses, low, high, BINS));
    const top = Math.max(4, ...counts.flat());
    WAYS.forEach(({ key, name, tone: hue }, w) => {
      const step = (high - low) / BINS;
      charts[w].draw({
        x: [low, high], y: [0, top], bars: counts[w].map((value, i) => ({ from: low + i * step, to: low + (i + 1) * step, value, color: color(tone, hue) })),
        rule: tickets[which][key].loss, words: `Histogram of ${tickets.length} final losses, ${name}: from ${format(all[key].best)} to ${format(all[key].worst)}, half of them below ${format(all[key].median)}.`,
      });
      [format(all[key].best), format(all[key].median), format(all[key].worst), `${all[key].hits}`].forEach((text, i) => setText(cells[w][i], text));
    });
    curve.draw({
      x: [1, Math.max(10, tickets.length)], y: extent(WAYS.flatMap(({ key }) => all[key].soFar), 0.1),
      lines: WAYS.map(({ key, tone: hue, dash, group }) => ({ points: all[key].soFar.map((loss, i) => [i + 1, loss]), color: color(tone, hue), dash, group: tickets.length > 30 ? undefined : group })),
      words: `Best loss so far after ${tickets.length} restarts: random ${format(all.random.best)}, k-means++ ${format(all.plus.best)}.`,
    });
    answers.forEach(([value, { node }]) => node.setAttribute("aria-pressed", state.guess === value));
    setText(verdict, state.guess && tickets.length === MOST ? judge(state, all) : "\u00a0");
    count.show(state.count);
    shown.input.max = tickets.length;
    shown.show(which + 1);
    way.show(state.way);
    data.show(state.data);
    k.show(state.k);
    seed.show(state.seed);
  };
}

/** A kernel set a trait: the same as if a hand had done it. */
function adopt(name, value, state) {
  if (name === "data") return withData(state, value);
  return name === "count" ? { count: value, shown: null } : begin(state, { [name]: value });
}

/** For tests in Node: what the demo does without a page. */
export const algorithm = { start, begin, withData, draw, summary, pack, unpack, describe };

export default defineDemo({
  name: "restart-lottery",
  title: "The lottery of restarts",
  traits: ["sets", "ks", "data", "k", "seed", "count"],
  sync: ["data", "k", "seed", "count"],
  start, pack, unpack, describe, adopt, build,
});
