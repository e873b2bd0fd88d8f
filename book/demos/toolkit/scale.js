// From data to pixels and back, and the ticks of an axis. (d3-scale and d3-axis would be two thirds of a demo's weight.)

import { tickIncrement, ticks } from "d3-array";
import { setAttribute, setText, svg } from "./dom.js";
import { grouped } from "./numbers.js";

/** A straight line through (domain[0], range[0]) and (domain[1], range[1]); `scale.invert` goes back. */
export function linear(domain, range) {
  const [d0, d1] = domain;
  const [r0, r1] = range;
  const scale = (value) => r0 + ((value - d0) / (d1 - d0)) * (r1 - r0);
  scale.invert = (pixel) => d0 + ((pixel - r0) / (r1 - r0)) * (d1 - d0);
  return Object.assign(scale, { domain, range });
}

/** About `count` round numbers of the scale's domain, each with the text to write beside it. */
export function tickMarks(scale, count) {
  const [low, high] = scale.domain;
  const increment = tickIncrement(low, high, count); // negative: minus one over the step, so that tenths stay exact
  const step = increment < 0 ? -1 / increment : increment;
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  return ticks(low, high, count).map((value) => ({ value, text: grouped(value, decimals).replace("-", "−") }));
}

/**
 * Fill the group `g` with an axis along the bottom (side "x") or the left (side "y") of a plot. `at` is its other coordinate; `ticks`
 * are a number of round ones, or a list of { value, text }.
 */
export function drawAxis(doc, g, side, scale, at, ticks) {
  const across = side === "x";
  const [from, to] = scale.range;
  const domain = svg(doc, "path", { class: "domain", fill: "none", d: across ? `M${from},${at}H${to}` : `M${at},${from}V${to}` });
  const marks = (Array.isArray(ticks) ? ticks : tickMarks(scale, ticks)).map(({ value, text }) => {
    const label = svg(doc, "text", across ? { y: 18, "text-anchor": "middle" } : { x: -8, dy: "0.32em", "text-anchor": "end" });
    setText(label, text);
    const place = across ? `translate(${scale(value)},${at})` : `translate(${at},${scale(value)})`;
    return svg(doc, "g", { class: "tick", transform: place }, svg(doc, "line", across ? { y2: 5 } : { x2: -5 }), label);
  });
  g.replaceChildren(domain, ...marks);
  setAttribute(g, "class", "axis");
}
