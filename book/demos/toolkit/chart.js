// A small chart: lines with marks, bars, an upright rule, on labelled axes.

import { h, setAttribute, setText, svg } from "./dom.js";
import { markerPath } from "./marker.js";
import { drawAxis, linear } from "./scale.js";

const MARGIN = { top: 10, right: 12, bottom: 38, left: 46 };

/** Counts of `values` in `bins` equal bins from `low` to `high`. */
export function histogram(values, low, high, bins) {
  const counts = new Array(bins).fill(0);
  for (const value of values) counts[Math.min(bins - 1, Math.max(0, Math.floor(((value - low) / (high - low)) * bins)))] += 1;
  return counts;
}

export class Chart {
  /** Options: xLabel, height. The words for those who cannot see it come with each `draw`. */
  constructor(demo, { xLabel, height = 190 }) {
    Object.assign(this, { demo, height });
    const { doc } = demo;
    this.svg = svg(doc, "svg", { role: "img", height, width: "100%" });
    this.svg.style.cssText = "position:static;display:block;overflow:visible";
    this.axes = ["x", "y"].map(() => this.svg.appendChild(svg(doc, "g")));
    this.marks = this.svg.appendChild(svg(doc, "g"));
    this.label = this.svg.appendChild(svg(doc, "text", { class: "axis-label", "text-anchor": "middle" }, xLabel));
    this.node = h(doc, "div", {}, this.svg);
    const observer = new demo.win.ResizeObserver(() => {
      if (this.node.clientWidth !== this.width) demo.redraw();
    });
    observer.observe(this.node);
    demo.onDispose(() => observer.disconnect());
  }

  /**
   * x, y: ranges. lines: [{ points: [[x, y]], color, width, dash, group (mark's shape; none without), errors: [±], band: [[low, high]] }].
   * bars: [{ from, to, value, color }]. rule: x of an upright line. notes: [{ at: [x, y], text, anchor }]. words: the text alternative.
   * ticks: { x, y }, for each axis that is not to have round numbers, a list of { value, text }.
   */
  draw({ x: xs, y: ys, lines = [], bars = [], rule = null, notes = [], words, ticks = {} }) {
    const width = this.node.clientWidth;
    const key = JSON.stringify([width, xs, ys, lines, bars, rule, notes, ticks, this.demo.tone]);
    setAttribute(this.svg, "aria-label", words);
    if (!width || key === this.key) return;
    Object.assign(this, { width, key });
    const { doc } = this.demo;
    const bottom = this.height - MARGIN.bottom;
    const x = linear(xs, [MARGIN.left, width - MARGIN.right]);
    const y = linear(ys, [bottom, MARGIN.top]);
    drawAxis(doc, this.axes[0], "x", x, bottom, ticks.x ?? Math.max(3, (width - 60) / 60));
    drawAxis(doc, this.axes[1], "y", y, MARGIN.left, ticks.y ?? 4);
    setAttribute(this.label, "x", (MARGIN.left + width) / 2);
    setAttribute(this.label, "y", this.height - 4);
    this.marks.replaceChildren(
      ...bars.filter(({ value }) => value).map((bar) => svg(doc, "path", { fill: bar.color, d: `M${x(bar.from) + 0.5},${bottom}V${y(bar.value)}H${x(bar.to) - 0.5}V${bottom}Z` })),
      ...(rule === null ? [] : [svg(doc, "path", { stroke: "currentColor", "stroke-width": 1.5, "stroke-dasharray": "2 3", d: `M${x(rule)},${bottom}V${MARGIN.top}` })]),
      ...lines.flatMap((line) => this.line(line, x, y)),
      ...notes.map(({ at, text, anchor = "start" }) => {
        const note = svg(doc, "text", { x: x(at[0]), y: y(at[1]), "text-anchor": anchor });
        setText(note, text);
        return note;
      }),
    );
  }

  line({ points, color, width = 2, dash = "none", group, errors, band }, x, y) {
    const { doc } = this.demo;
    const path = points.map(([a, b], i) => `${i ? "L" : "M"}${x(a)},${y(b)}`).join("");
    const bars = (errors ?? []).map((error, i) => `M${x(points[i][0])},${y(points[i][1] - error)}V${y(points[i][1] + error)}`).join("");
    const marks = group === undefined ? [] : points.map(([a, b]) => svg(doc, "path", { fill: color, d: markerPath(group, 3.4), transform: `translate(${x(a)},${y(b)})` }));
    const edge = (side) => points.map(([a], i) => `${x(a)},${y(band[i][side])}`);
    const area = band ? [svg(doc, "path", { fill: color, "fill-opacity": 0.18, d: `M${[...edge(0), ...edge(1).reverse()].join("L")}Z` })] : [];
    return [...area, svg(doc, "path", { fill: "none", stroke: color, "stroke-width": width, "stroke-dasharray": dash, d: path }), svg(doc, "path", { stroke: color, d: bars }), ...marks];
  }
}
