// Bend bells over real measurements: the mean log-likelihood climbs, and what it gains is what the divergence loses.

import {
  binMasses, button, Chart, color, defineDemo, divergence, h, halo, Handle, heading, inkOn, logBells, logLikelihood, logNormal, matchHandles,
  packFloats, Plot, select, setAttribute, setText, slider, strong, sum, unpackFloats,
} from "./toolkit/index.js";

const MOST = 3;
const LEAST_WEIGHT = 0.02;
const MOST_TRIES = 30;
const ROOT_2PI = Math.sqrt(2 * Math.PI);

// ---- the state, and what can happen to it (pure functions) ----

const setOf = ({ sets, data }) => sets.find(({ name }) => name === data);
const plain = ({ weights, means, sds }) => ({ weights, means, sds });
const start = ({ sets, data, bells }) => noted({ sets, data, bells: plain(bells), bell: 0, best: false, tries: [] });
const withData = (state, data) => noted({ ...state, data, bells: plain(setOf({ ...state, data }).start), bell: 0, best: false, tries: [] });

/** Mean log-likelihood of a measurement, in nats. */
const meanLog = (state, bells = state.bells) => logLikelihood(setOf(state).x, bells) / setOf(state).x.length;

/** KL(histogram ‖ bells), and KL(bells ‖ histogram), there with half a count more in every bin, or an empty one would make it infinite. */
function divergences(state, bells = state.bells) {
  const { edges, counts } = setOf(state);
  const n = sum(counts);
  const q = binMasses(edges, bells);
  return { forward: divergence(counts.map((count) => count / n), q), backward: divergence(q, counts.map((count) => (count + 0.5) / (n + counts.length / 2))) };
}

const height = ({ weights, sds }, j) => weights[j] / (sds[j] * ROOT_2PI);
const widest = (state) => (setOf(state).range[1] - setOf(state).range[0]) / 2;
const replaced = (list, index, value) => list.map((item, i) => (i === index ? value : item));
const tidy = (value) => Number(value.toPrecision(5));

function withSd(state, j, sd) {
  const inside = Math.min(widest(state), Math.max(setOf(state).floor, sd));
  return { ...state, bell: j, bells: { ...state.bells, sds: replaced(state.bells.sds, j, tidy(inside)) } };
}

/** The peak of bell j is taken to a place: sideways moves its mean; higher is narrower, since what a bell holds (its weight) stays. */
function withPeak(state, j, [mean, top], topNow) {
  const moved = { ...state, bell: j, bells: { ...state.bells, means: replaced(state.bells.means, j, mean) } };
  return Math.abs(top - topNow) < 1e-9 ? moved : withSd(moved, j, state.bells.weights[j] / (Math.max(top, 1e-9) * ROOT_2PI));
}

/** Bell j holds the share `weight` of everything; the others share the rest as before. */
function withWeight(state, j, weight) {
  const { weights } = state.bells;
  if (weights.length === 1) return state;
  const own = Math.min(1 - LEAST_WEIGHT * (weights.length - 1), Math.max(LEAST_WEIGHT, weight));
  const rest = 1 - weights[j];
  const others = weights.map((value, i) => (i === j ? own : rest > 0 ? (value / rest) * (1 - own) : (1 - own) / (weights.length - 1)));
  return { ...state, bell: j, bells: { ...state.bells, weights: others } };
}

/** A new bell joins in the middle with an equal share, or the last one leaves. */
function withCount(state, count) {
  const [low, high] = setOf(state).range;
  let { weights, means, sds } = state.bells;
  while (means.length < count) {
    const share = 1 / (means.length + 1);
    weights = [...weights.map((value) => value * (1 - share)), share];
    means = [...means, tidy(low + (high - low) * (means.length === 1 ? 0.4 : 0.6))];
    sds = [...sds, tidy((high - low) / 10)];
  }
  const kept = weights.slice(0, count);
  const total = sum(kept);
  return { ...state, bell: Math.min(state.bell, count - 1), bells: { weights: kept.map((value) => value / total), means: means.slice(0, count), sds: sds.slice(0, count) } };
}

/** A value is noted when something is put down: the curve is the way so far. */
const noted = (state) => ({ ...state, tries: [...state.tries, meanLog(state)].slice(-MOST_TRIES) });

// ---- the link ----

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

function pack(state, first) {
  const packed = Object.fromEntries([["v", 1], ...["data", "bell", "best"].filter((name) => state[name] !== first[name]).map((name) => [name, state[name]])]);
  if (!same(state.bells, first.bells)) packed.bells = packFloats([state.bells.weights, state.bells.means, state.bells.sds].flat());
  if (!same(state.tries, first.tries)) packed.tries = packFloats(state.tries);
  return packed;
}

function unpack(packed, first) {
  const { data = first.data, bell = 0, best = false } = packed;
  const state = { ...first, data, bell, best };
  if (packed.bells) {
    const numbers = unpackFloats(packed.bells);
    const part = (i) => numbers.slice((i * numbers.length) / 3, ((i + 1) * numbers.length) / 3);
    state.bells = { weights: part(0), means: part(1), sds: part(2) };
  }
  if (packed.tries) state.tries = unpackFloats(packed.tries);
  const { weights, means, sds } = state.bells;
  const sound = setOf(state) && typeof best === "boolean" && [1, 2, 3].includes(means.length) && weights.length === means.length && sds.length === means.length
    && Number.isInteger(bell) && bell >= 0 && bell < means.length && weights.every((value) => value >= 0) && Math.abs(sum(weights) - 1) < 1e-6
    && means.every(Number.isFinite) && sds.every((sd) => sd >= setOf(state).floor) && state.tries.length <= MOST_TRIES && state.tries.every((value) => !Number.isNaN(value));
  if (!sound) throw new RangeError("the link does not describe bells");
  return state;
}

// ---- words ----

const short = (value) => (Math.abs(value) >= 100 ? value.toFixed(0) : value.toPrecision(3));
const nats = (value) => (Number.isFinite(value) ? (value <= -100 ? value.toFixed(0) : value.toFixed(3)).replace("-", "−") : "−∞");
const divergenceText = (value) => (Number.isFinite(value) ? value.toFixed(3) : "∞");
const fitOf = (state) => setOf(state).best[String(state.bells.means.length)];
const mostOf = (state) => fitOf(state).log_likelihood / setOf(state).x.length;
const bellsText = (count) => (count === 1 ? "1 bell" : `${count} bells`);

function tell(state) {
  const value = meanLog(state);
  const gap = mostOf(state) - value;
  const compared = state.best ? ` ${Math.abs(gap) < 0.0005 ? "That is the most that can be had" : `${gap.toFixed(3)} below the most`} with ${bellsText(state.bells.means.length)}.` : "";
  return `Mean log-likelihood ${nats(value)} nats a measurement.${compared}`;
}

const bellText = ({ bells: { weights, means, sds } }, j) => `bell ${j + 1}: mean ${short(means[j])}, width ${short(sds[j])}, share ${Math.round(100 * weights[j])} %`;

function describe(state) {
  const { x, unit, name } = setOf(state);
  const { forward, backward } = divergences(state);
  const fit = fitOf(state);
  const best = state.best ? ` The likeliest: ${fit.means.map((_, j) => bellText({ bells: fit }, j)).join("; ")}.` : "";
  return `Histogram of ${x.length} measurements (${name}, ${unit}) and ${bellsText(state.bells.means.length)}; ${state.bells.means.map((_, j) => bellText(state, j)).join("; ")}. ${tell(state)} `
    + `KL of histogram from bells ${divergenceText(forward)}, of bells from histogram ${divergenceText(backward)}.${best}`;
}

// ---- the picture ----

const GREY = { light: "#c9d0d7", dark: "#46515c" };

function build(demo) {
  const { doc } = demo;
  const plots = {};
  const change = (state) => demo.set(state, tell(state));
  const settle = (state = demo.state) => change(noted(state));

  /** One plot for each data set, with a handle on the peak of each bell. */
  const plotOf = (state) => {
    const set = setOf(state);
    if (plots[set.name]) return plots[set.name];
    const tallest = Math.max(...set.counts) / sum(set.counts) / (set.edges[1] - set.edges[0]);
    const plot = new Plot(demo, { x: set.range, y: [0, tallest * 1.35], xLabel: `${set.name}, ${set.unit}`, yLabel: "density" });
    return (plots[set.name] = { plot, set, tallest: tallest * 1.35, handles: [] });
  };
  const topOf = ({ tallest }, bells, j) => Math.min(tallest, height(bells, j));
  const makeHandle = (shown) => (j) => new Handle(shown.plot, {
    name: () => `Bell ${j + 1}`, role: "peak of a bell",
    onMove: (place) => change(withPeak(demo.state, j, place, topOf(shown, demo.state.bells, j))),
    onDrop: () => settle(),
  });
  const map = h(doc, "div");

  const data = select(demo, { label: "Measurements", options: demo.origin.sets.map(({ name, thing, x }) => [name, `${name} (${x.length} × ${thing})`]), onChange: (value) => change(withData(demo.state, value)) });
  const count = slider(demo, { label: "Bells", min: 1, max: MOST, step: 1, onInput: (value) => settle(withCount(demo.state, value)) });
  const chosen = Array.from({ length: MOST }, (_, j) => button(demo, `Bell ${j + 1}`, () => demo.set({ bell: j }, `${bellText(demo.state, j)}.`)));
  const GRAIN = 200; // sliders move on a scale of their own, so that their steps suit every data set
  const mean = slider(demo, { label: "Mean", min: 0, max: GRAIN, step: 1, format: (at) => short(fromGrain(demo.state, at)), onInput: (at) => settle(withPeak(demo.state, demo.state.bell, [tidy(fromGrain(demo.state, at)), 0], 0)) });
  const width = slider(demo, { label: "Width (sd)", min: 0, max: GRAIN, step: 1, format: (at) => short(sdFromGrain(demo.state, at)), onInput: (at) => settle(withSd(demo.state, demo.state.bell, sdFromGrain(demo.state, at))) });
  const weight = slider(demo, { label: "Share", min: 0, max: 100, step: 1, format: (value) => `${value} %`, onInput: (value) => settle(withWeight(demo.state, demo.state.bell, value / 100)) });
  const fromGrain = (state, at) => setOf(state).range[0] + (at / GRAIN) * (setOf(state).range[1] - setOf(state).range[0]);
  const sdFromGrain = (state, at) => setOf(state).floor * (widest(state) / setOf(state).floor) ** (at / GRAIN);
  const grainOf = (state, value) => Math.round((GRAIN * (value - setOf(state).range[0])) / (setOf(state).range[1] - setOf(state).range[0]));
  const sdGrain = (state, sd) => Math.round((GRAIN * Math.log(sd / setOf(state).floor)) / Math.log(widest(state) / setOf(state).floor));

  const number = h(doc, "p", { class: "number" });
  const total = h(doc, "p", { class: "quiet" });
  const rows = ["KL(histogram ‖ bells)", "KL(bells ‖ histogram)"].map((label) => {
    const value = h(doc, "td", { class: "num" });
    return { value, row: h(doc, "tr", {}, h(doc, "th", { scope: "row" }, label), value) };
  });
  const best = button(demo, "Show the maximum", () => {
    const on = !demo.state.best;
    demo.set({ best: on }, on ? `Dashed: the likeliest. ${tell({ ...demo.state, best: true })}` : "The maximum is hidden. Go on by hand.");
  });
  const chart = new Chart(demo, { xLabel: "tries", height: 150 });

  demo.root.append(
    heading(demo, "Take a bell by its peak: sideways moves it, up makes it narrower. How high can you bring the log-likelihood?"),
    h(doc, "div", { class: "body" },
      h(doc, "div", {}, map, demo.status,
        h(doc, "div", { class: "row", role: "group", "aria-label": "Bell to set with the sliders" }, ...chosen.map(({ node }) => node)),
        h(doc, "div", { class: "controls settings", style: "margin-top:0.3em" }, mean.node, width.node, weight.node)),
      h(doc, "div", { class: "side" },
        data.node, h(doc, "div", { class: "row" }, count.node),
        h(doc, "div", {}, h(doc, "p", { class: "quiet" }, "Mean log-likelihood, nats a measurement"), number, total, h(doc, "div", { class: "row", style: "margin-top:0.4em" }, best.node)),
        chart.node, h(doc, "table", {}, h(doc, "tbody", {}, ...rows.map(({ row }) => row))))),
  );
  demo.status.style.minHeight = "4.4em";
  demo.say(tell(demo.state));

  return (state) => {
    const { tone } = demo;
    const shown = plotOf(state);
    const { plot, set, handles } = shown;
    const { means, sds, weights } = state.bells;
    if (map.firstChild !== plot.node) map.replaceChildren(plot.node);
    plot.paint((ctx) => paintBells(ctx, plot, set, state, tone));
    plot.drawAxes();
    matchHandles(handles, means.length, makeHandle(shown));
    handles.forEach((handle, j) => handle.place([means[j], topOf(shown, state.bells, j)], {
      valueText: `${bellText(state, j)}; ${nats(meanLog(state))} nats`, group: j, text: j + 1, fill: color(tone, j), ink: inkOn(tone, j), stroke: halo(tone),
    }));

    const value = meanLog(state);
    setText(number, nats(value));
    setText(total, `All ${set.x.length} measurements together: ${(value * set.x.length).toFixed(1).replace("-", "−")}`);
    const { forward, backward } = divergences(state);
    [forward, backward].forEach((found, i) => setText(rows[i].value, divergenceText(found)));
    const tries = (state.tries.at(-1) === value ? state.tries : [...state.tries, value]).map((tried) => Math.max(tried, -1e4));
    const most = mostOf(state);
    const all = state.best ? [...tries, most] : tries;
    const top = Math.max(...all);
    const low = Math.max(Math.min(...all), top - 6 * Math.abs(most)); // a very bad try must not flatten the rest
    const room = Math.max((top - low) * 0.1, 0.02);
    chart.draw({
      x: [0.5, Math.max(8, tries.length) + 0.5], y: [low - room, top + room], ticks: { x: [] },
      lines: [{ points: tries.map((tried, i) => [i + 1, Math.max(tried, low)]), color: color(tone, 0), group: 0 }, ...(state.best ? [{ points: [[0.5, most], [Math.max(8, tries.length) + 0.5, most]], color: strong(tone), width: 1.5, dash: "6 4" }] : [])],
      words: `Mean log-likelihood, try by try: ${tries.slice(-5).map(nats).join(", ")}.${state.best ? ` The most with ${bellsText(means.length)}: ${nats(most)}.` : ""}`,
    });
    chosen.forEach(({ node }, j) => {
      node.style.display = j < means.length ? "" : "none";
      setAttribute(node, "aria-pressed", j === state.bell);
    });
    data.show(state.data);
    count.show(means.length);
    mean.show(grainOf(state, means[state.bell]));
    width.show(sdGrain(state, sds[state.bell]));
    weight.show(Math.round(100 * weights[state.bell]));
    weight.input.disabled = means.length === 1;
    setAttribute(best.node, "aria-pressed", state.best);
  };
}

/** Histogram, a tick for each measurement, the bells one by one and their sum, and the likeliest ones if asked for. */
function paintBells(ctx, plot, { x, edges, counts, best, range }, { bells, best: shown }, tone) {
  const n = sum(counts);
  const base = plot.y(0);
  ctx.fillStyle = GREY[tone];
  counts.forEach((count, b) => {
    const top = plot.y(count / n / (edges[b + 1] - edges[b]));
    ctx.fillRect(plot.x(edges[b]) + 0.5, top, plot.x(edges[b + 1]) - plot.x(edges[b]) - 1, base - top);
  });
  ctx.strokeStyle = strong(tone);
  ctx.globalAlpha = 0.4;
  ctx.lineWidth = 1;
  ctx.beginPath();
  for (const value of x) {
    ctx.moveTo(plot.x(value), base);
    ctx.lineTo(plot.x(value), base - 6);
  }
  ctx.stroke();
  ctx.globalAlpha = 1;
  const trace = (density, stroke, lineWidth, dash = []) => {
    ctx.beginPath();
    for (let i = 0; i <= 400; i++) {
      const at = range[0] + (i / 400) * (range[1] - range[0]);
      ctx[i ? "lineTo" : "moveTo"](plot.x(at), plot.y(density(at)));
    }
    Object.assign(ctx, { strokeStyle: stroke, lineWidth });
    ctx.setLineDash(dash);
    ctx.stroke();
    ctx.setLineDash([]);
  };
  if (bells.means.length > 1) bells.means.forEach((mean, j) => trace((at) => bells.weights[j] * Math.exp(logNormal(at, mean, bells.sds[j])), color(tone, j), 1.6));
  trace((at) => Math.exp(logBells(at, bells)), bells.means.length > 1 ? strong(tone) : color(tone, 0), 2.6);
  if (shown) trace((at) => Math.exp(logBells(at, best[String(bells.means.length)])), strong(tone), 2, [6, 4]);
}

/** A kernel set a trait: the same as if a hand had done it. */
const adopt = (name, value, state) => (name === "data" ? withData(state, value) : { bells: plain(value), bell: 0 });

/** For tests in Node: what the demo does without a page. */
export const algorithm = { start, withData, meanLog, divergences, withPeak, withSd, withWeight, withCount, noted, pack, unpack, describe };

export default defineDemo({
  name: "density-by-hand",
  title: "Bend a density by hand",
  traits: ["sets", "data", "bells"],
  sync: ["data", "bells"],
  start, pack, unpack, describe, adopt, build,
});
