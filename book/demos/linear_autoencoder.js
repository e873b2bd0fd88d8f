// The linear autoencoder in the plane: z = w·x, x̃ = v z. Gradient descent turns the line along v to the first principal component.

import {
  button, Chart, color, defineDemo, extent, grouped, h, Handle, heading, inkOn, packFloats, playButton, Plot, seeded, seedField, select, setText, slider,
  strong, unpackFloats,
} from "./toolkit/index.js";

const MOST_SPRINGS = 400; // lines from points to reconstructions: more hide more than they show
const MOST_STEPS = 2000;
const FLOWN = 1e4; // times the loss of keeping nothing: the steps were too long
const STARTS = [["given", "as in the text"], ["lot", "small, by lot"], ["across", "at right angles"], ["zero", "both zero"], ["hand", "by hand"]];

// ---- the algorithm, for any m and d: W (m, d), V (d, m), X (n, d), as in the assignment ----

const product = (A, x) => A.map((row) => row.reduce((sum, value, j) => sum + value * x[j], 0));
const zeros = (rows, columns) => Array.from({ length: rows }, () => new Array(columns).fill(0));

/** The loss and its gradients: with e = V W x − x for each point, ∂L/∂V = 2/n Σ e zᵀ and ∂L/∂W = 2/n Σ Vᵀe xᵀ. */
function lossAndGradients(X, W, V) {
  const [m, d, n] = [W.length, V.length, X.length];
  const [ofW, ofV] = [zeros(m, d), zeros(d, m)];
  let loss = 0;
  for (const x of X) {
    const z = product(W, x);
    const e = product(V, z).map((value, j) => value - x[j]);
    for (const value of e) loss += value ** 2 / n;
    for (let i = 0; i < m; i++) {
      let back = 0; // (Vᵀ e)ᵢ
      for (let j = 0; j < d; j++) {
        ofV[j][i] += (2 / n) * e[j] * z[i];
        back += V[j][i] * e[j];
      }
      for (let j = 0; j < d; j++) ofW[i][j] += (2 / n) * back * x[j];
    }
  }
  return { loss, ofW, ofV };
}

const downhill = (A, slope, rate) => A.map((row, i) => row.map((value, j) => value - rate * slope[i][j]));

/** The eigenvalues and the first eigenvector of (1/n) Σ x xᵀ in the plane. */
function principal(X) {
  const mean = (f) => X.reduce((sum, x) => sum + f(x), 0) / X.length;
  const [a, b, c] = [mean(([p]) => p * p), mean(([p, q]) => p * q), mean(([, q]) => q * q)];
  const turn = Math.atan2(2 * b, a - c) / 2;
  const root = Math.hypot((a - c) / 2, b);
  return { axis: [Math.cos(turn), Math.sin(turn)], first: (a + c) / 2 + root, second: (a + c) / 2 - root };
}

/** Degrees between the lines along v and along the first principal component; null without a direction. */
function angleOf([a, b], [p, q]) {
  if (a === 0 && b === 0) return null;
  return (Math.atan2(Math.abs(a * q - b * p), Math.abs(a * p + b * q)) * 180) / Math.PI;
}

// ---- the state, and what can happen to it (pure functions) ----

const columns = (v) => v.map((value) => [value]);

function measured(state) {
  const { loss } = lossAndGradients(state.X, [state.w], columns(state.v));
  return { ...state, loss, angle: angleOf(state.v, state.pca.axis) };
}

/** A new run from w and v: the curve starts again. `segments` are the steps taken, as [rate, count], so that a link can take them again. */
function begin(state, patch) {
  const fresh = measured({ ...state, ...patch, segments: [], flown: false, still: false });
  return { ...fresh, run: { w: fresh.w, v: fresh.v }, losses: [fresh.loss] };
}

function start({ X, w, v, rate, seed }) {
  return begin({ X, w, v, rate, seed, given: { w, v }, from: "given", pca: principal(X) }, {});
}

const total = ({ segments }) => segments.reduce((sum, [, count]) => sum + count, 0);

/** `count` steps of gradient descent; fewer when nothing moves any more, or the loss flies off. */
function steps(state, count) {
  let { w, v, flown, still } = state;
  const losses = [...state.losses];
  let taken = 0;
  while (taken < count && !flown && !still && losses.length <= MOST_STEPS) {
    const { ofW, ofV } = lossAndGradients(state.X, [w], columns(v));
    still = [...ofW.flat(), ...ofV.flat()].every((slope) => slope === 0);
    if (still) break;
    [w] = downhill([w], ofW, state.rate);
    v = downhill(columns(v), ofV, state.rate).flat();
    const { loss } = lossAndGradients(state.X, [w], columns(v));
    flown = !(loss < FLOWN * (state.pca.first + state.pca.second));
    losses.push(loss);
    taken += 1;
  }
  const last = state.segments.at(-1);
  const longer = last?.[0] === state.rate ? [...state.segments.slice(0, -1), [state.rate, last[1] + taken]] : [...state.segments, [state.rate, taken]];
  return measured({ ...state, w, v, losses, flown, still, segments: taken ? longer : state.segments });
}

/** The starts to choose from. */
function from(state, kind) {
  const random = seeded(state.seed);
  const small = () => [0, 0].map(() => 0.4 * (random() - 0.5));
  const [a, b] = state.pca.axis;
  const across = [-0.3 * b, 0.3 * a];
  const chosen = { given: state.given, lot: { w: small(), v: small() }, across: { w: across, v: across }, zero: { w: [0, 0], v: [0, 0] }, hand: {} }[kind];
  return begin(state, { ...chosen, from: kind });
}

/** Twice the code, half the decoder: the same reconstructions. */
const rescale = (state) => begin(state, { w: state.w.map((value) => 2 * value), v: state.v.map((value) => value / 2), from: "hand" });

// ---- the link ----

const sameList = (a, b) => a.length === b.length && a.every((value, i) => value === b[i]);

function pack(state, first) {
  const packed = { v: 1 };
  for (const name of ["rate", "seed", "from"]) if (state[name] !== first[name]) packed[name] = state[name];
  const { w, v } = state.run;
  if (!sameList([...w, ...v], [...first.run.w, ...first.run.v])) packed.run = packFloats([...w, ...v]);
  if (state.segments.length) packed.segments = state.segments;
  return packed;
}

function unpack(packed, first) {
  const { rate, seed, from: kind } = { ...first, ...packed };
  const numbers = packed.run ? unpackFloats(packed.run) : [...first.run.w, ...first.run.v];
  const rates = (packed.segments ?? []).map(([each]) => each);
  const counts = (packed.segments ?? []).map(([, count]) => count);
  const sound = numbers.length === 4 && numbers.every(Number.isFinite) && [rate, ...rates].every((each) => each > 0 && each <= 1)
    && Number.isInteger(seed) && STARTS.some(([name]) => name === kind) && counts.every((count) => Number.isInteger(count) && count > 0)
    && counts.reduce((sum, count) => sum + count, 0) <= MOST_STEPS;
  if (!sound) throw new RangeError("the link does not describe a descent");
  let state = begin(first, { w: numbers.slice(0, 2), v: numbers.slice(2), seed, from: kind });
  for (const [each, count] of packed.segments ?? []) state = steps({ ...state, rate: each }, count);
  return { ...state, rate };
}

// ---- words ----

const written = (value) => value.toFixed(3).replace("-", "−");
const format = (loss) => (loss >= 1e6 ? loss.toExponential(1) : loss >= 100 ? grouped(loss) : loss.toFixed(4));
const turned = ({ angle }) => (angle === null ? "v has no direction" : `${angle < 10 ? angle.toFixed(2) : angle.toFixed(0)}° from the principal component`);

function tell(state) {
  const count = total(state);
  if (state.still) return "Both gradients are exactly zero: nothing will ever move.";
  if (state.flown) return `After ${count} steps the loss has flown off to ${format(state.loss)}: the steps were too long. Start again with a smaller rate.`;
  return `${count ? `${count === 1 ? "1 step" : `${count} steps`}: the` : "The"} loss is ${format(state.loss)} (PCA: ${format(state.pca.second)}), the line ${turned(state)}.`;
}

function describe(state) {
  const vector = (x) => `(${x.map(written).join(", ")})`;
  return `${state.X.length} points and the line of their reconstructions, ${turned(state)}. w = ${vector(state.w)}, v = ${vector(state.v)}. ${tell(state)}`;
}

// ---- the picture ----

function segment(ctx, plot, [a, b], [c, d]) {
  ctx.moveTo(plot.x(a), plot.y(b));
  ctx.lineTo(plot.x(c), plot.y(d));
}

function drawAll(ctx, plot, { X, w, v, pca }, tone) {
  const far = (direction) => [direction.map((value) => -99 * value), direction.map((value) => 99 * value)];
  const rebuilt = X.map((x) => v.map((value) => value * (w[0] * x[0] + w[1] * x[1])));
  ctx.strokeStyle = tone === "dark" ? "#8b959f" : "#8a929a";
  ctx.lineWidth = 0.8;
  ctx.beginPath();
  const step = Math.ceil(X.length / MOST_SPRINGS);
  for (let i = 0; i < X.length; i += step) segment(ctx, plot, X[i], rebuilt[i]);
  ctx.stroke();
  ctx.strokeStyle = strong(tone);
  ctx.lineWidth = 1.5;
  ctx.setLineDash([7, 5]);
  ctx.beginPath();
  segment(ctx, plot, ...far(pca.axis));
  ctx.stroke();
  ctx.setLineDash([]);
  const length = Math.hypot(...v);
  if (length) {
    ctx.strokeStyle = color(tone, 1);
    ctx.lineWidth = 2;
    ctx.beginPath();
    segment(ctx, plot, ...far(v.map((value) => value / length)));
    ctx.stroke();
  }
  plot.markers(ctx, X, 0, { radius: 3.2, fill: color(tone, 0) });
  plot.markers(ctx, rebuilt, 1, { radius: 2.6, fill: color(tone, 1) });
}

function build(demo) {
  const { doc } = demo;
  const show = (state) => demo.set(state, tell(state));
  const edit = (state) => {
    demo.player.stop();
    show(state);
  };
  const advance = (count) => {
    show(steps(demo.state, count));
    const { flown, still, loss, pca, losses } = demo.state;
    return !flown && !still && losses.length <= MOST_STEPS && loss - pca.second > 1e-3 * pca.second;
  };
  const take = (count) => () => {
    demo.player.stop();
    advance(count);
  };

  const axis = (c) => extent(demo.state.X.map((x) => x[c]), c ? 0.3 : 0.1); // room to drag v upwards
  const plot = new Plot(demo, { x: axis(0), y: axis(1), xLabel: demo.model.get("x_label"), yLabel: demo.model.get("y_label"), equal: true });
  const tip = new Handle(plot, { name: () => "v, the decoder", onMove: (v) => edit(begin(demo.state, { v, from: "hand" })) });

  const unit = demo.model.get("unit");
  const number = h(doc, "p", { class: "number" });
  const angle = h(doc, "p", { class: "number" });
  const [encoder, decoder] = [0, 1].map(() => h(doc, "p", { class: "quiet", style: "font-variant-numeric:tabular-nums" }));
  const chart = new Chart(demo, { xLabel: "steps", height: 170 });
  const one = button(demo, "Step", take(1));
  const ten = button(demo, "10 steps", take(10));
  const play = playButton(demo, { step: () => advance(4), interval: 100 });
  const twice = button(demo, "w × 2, v ÷ 2", () => edit(rescale(demo.state)));
  const rate = slider(demo, {
    label: "Learning rate", min: -3, max: 4, step: 0.5, format: (value) => `${Number((0.02 * 2 ** value).toPrecision(2))}`,
    onInput: (value) => demo.set({ rate: 0.02 * 2 ** value }, `Steps are now ${Number((0.02 * 2 ** value).toPrecision(2))} times the gradient.`),
  });
  const kind = select(demo, { label: "Start", options: STARTS, onChange: (value) => edit(from(demo.state, value)) });
  const seed = seedField(demo, { onChange: (value) => edit(from({ ...demo.state, seed: value }, "lot")) });

  demo.root.append(
    heading(demo, "Where will the line end? Say first, then step or play. Drag v for another start, and try one at right angles, or at zero."),
    h(doc, "div", { class: "body" },
      h(doc, "div", {}, plot.node, demo.status,
        h(doc, "div", { class: "controls", style: "margin-top:0.4em" }, rate.node, kind.node, seed.node, twice.node)),
      h(doc, "div", { class: "side" },
        h(doc, "div", { class: "row", style: "gap:1.4em" },
          h(doc, "div", {}, h(doc, "p", { class: "quiet" }, "Loss"), number),
          h(doc, "div", {}, h(doc, "p", { class: "quiet" }, "Angle to PCA"), angle)),
        h(doc, "div", { class: "row" }, one.node, ten.node, play.node),
        h(doc, "p", { class: "quiet" }, "Loss after each step; dashed: PCA"),
        chart.node, encoder, decoder)),
  );
  demo.status.style.minHeight = "4.4em";
  demo.say("Points are circles, reconstructions squares. Press Step, and watch the line.");

  return (state) => {
    const { tone } = demo;
    plot.paint((ctx) => drawAll(ctx, plot, state, tone));
    plot.drawAxes();
    tip.place(plot.clamp(state.v.map((value) => (Number.isFinite(value) ? value : 0))), {
      valueText: `${state.v.map(written).join(", ")}; ${turned(state)}`, group: 3, text: "v", fill: color(tone, 4), ink: inkOn(tone, 4), stroke: strong(tone),
    });
    number.replaceChildren(format(state.loss), h(doc, "small", {}, unit));
    setText(angle, state.angle === null ? "–" : `${state.angle.toFixed(state.angle < 10 ? 2 : 0)}°`);
    setText(encoder, `encoder w = (${state.w.map(written).join(", ")})`);
    setText(decoder, `decoder v = (${state.v.map(written).join(", ")})`);
    const reach = Math.max(20, state.losses.length - 1);
    const high = Math.min(3, Math.max(1.15, ...state.losses.map((loss) => (1.05 * loss) / state.losses[0]))) * state.losses[0];
    const thin = Math.ceil(state.losses.length / 250); // a path needs no more points than pixels
    const points = state.losses.map((loss, i) => [i, Math.min(loss, high)]).filter((_, i) => i % thin === 0 || i === state.losses.length - 1);
    chart.draw({
      x: [0, reach], y: [0, high],
      lines: [{ points, color: color(tone, 1), ...(points.length < 25 ? { group: 1 } : {}) }, { points: [[0, state.pca.second], [reach, state.pca.second]], color: strong(tone), dash: "5 4" }],
      words: `Loss against steps: from ${format(state.losses[0])} to ${format(state.losses.at(-1))} after ${state.losses.length - 1}. PCA loses ${format(state.pca.second)}.`,
    });
    rate.show(Math.log2(state.rate / 0.02));
    kind.show(state.from);
    seed.show(state.seed);
  };
}

/** A kernel set a trait: the same as if a hand had done it. */
function adopt(name, value, state) {
  if (name === "w" || name === "v") return begin(state, { [name]: value, from: "hand" });
  return name === "rate" ? { rate: value } : name === "seed" ? from({ ...state, seed: value }, "lot") : {};
}

/** For tests in Node: what the demo does without a page. */
export const algorithm = { lossAndGradients, downhill, principal, angleOf, start, begin, steps, from, rescale, pack, unpack, describe };

export default defineDemo({
  name: "linear-autoencoder",
  title: "One number for two",
  traits: ["X", "w", "v", "rate", "seed"],
  sync: ["w", "v", "rate", "seed", "loss", "angle"],
  start, pack, unpack, describe, adopt, build,
});
