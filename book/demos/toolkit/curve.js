// A small panel for a number that should go down: the loss after every step, as a staircase.

import { h, setText, svg } from "./dom.js";
import { linear, tickMarks } from "./scale.js";

const MARGIN = { top: 14, right: 12, bottom: 34, left: 46 };
const HEIGHT = 190;

/** Options: xLabel, label (title of the panel), format. draw([{ value, mark: "A" | "M" | …, filled }]). */
export class Curve {
  constructor(demo, { xLabel, label, format }) {
    Object.assign(this, { demo, format });
    const { doc } = demo;
    this.svg = svg(doc, "svg", { role: "img", height: HEIGHT, width: "100%" });
    this.svg.style.cssText = "position:static;display:block;overflow:visible";
    this.grid = this.svg.appendChild(svg(doc, "g", { class: "tick" }));
    this.path = this.svg.appendChild(svg(doc, "path", { fill: "none", stroke: "currentColor", "stroke-width": 1.5 }));
    this.dots = this.svg.appendChild(svg(doc, "g"));
    this.empty = this.svg.appendChild(svg(doc, "text", { class: "axis-label", "text-anchor": "middle" }, "A staircase will come here."));
    this.xLabel = this.svg.appendChild(svg(doc, "text", { class: "axis-label", "text-anchor": "middle" }, xLabel));
    this.node = h(doc, "div", {}, this.svg);
    this.label = label;
    const observer = new demo.win.ResizeObserver(() => {
      if (this.node.clientWidth !== this.width) demo.redraw();
    });
    observer.observe(this.node);
    demo.onDispose(() => observer.disconnect());
  }

  draw(steps) {
    const width = (this.width = this.node.clientWidth);
    const key = JSON.stringify([width, steps]);
    if (!width || key === this.key) return;
    this.key = key;
    const values = steps.map((step) => step.value);
    const high = Math.max(...values, 0);
    const low = Math.min(...values, high);
    const pad = (high - low) * 0.12 || high * 0.1 || 1;
    const x = linear([1, Math.max(8, steps.length)], [MARGIN.left + 8, width - MARGIN.right]);
    const y = linear([Math.max(0, low - pad), high + pad], [HEIGHT - MARGIN.bottom, MARGIN.top]);
    this.drawGrid(y, steps.length > 0);
    this.path.setAttribute("d", values.map((value, i) => (i ? `H${x(i + 1)}V${y(value)}` : `M${x(1)},${y(value)}`)).join(""));
    this.dots.replaceChildren(...steps.flatMap((step, i) => this.dot(x(i + 1), y(step.value), step, steps.length)));
    for (const text of [this.empty, this.xLabel]) text.setAttribute("x", (MARGIN.left + width) / 2);
    this.empty.setAttribute("y", HEIGHT / 2 - 8);
    this.empty.style.display = steps.length ? "none" : "";
    this.xLabel.setAttribute("y", HEIGHT - 4);
    this.svg.setAttribute("aria-label", this.describe(values));
  }

  drawGrid(y, shown) {
    const { doc } = this.demo;
    const lines = (shown ? tickMarks(y, 4) : []).flatMap(({ value, text }) => [
      svg(doc, "line", { x1: MARGIN.left, x2: this.width - MARGIN.right, y1: y(value), y2: y(value) }),
      svg(doc, "text", { x: MARGIN.left - 8, y: y(value), dy: "0.32em", "text-anchor": "end" }, text),
    ]);
    this.grid.replaceChildren(...lines);
  }

  dot(cx, cy, step, count) {
    const { doc } = this.demo;
    const circle = svg(doc, "circle", { cx, cy, r: count > 24 ? 2.5 : 4, stroke: "currentColor", "stroke-width": 1.5, fill: step.filled ? "currentColor" : "var(--raised)" });
    if (count > 24) return [circle];
    const text = svg(doc, "text", { x: cx, y: HEIGHT - MARGIN.bottom + 14, "text-anchor": "middle", class: "axis-label" });
    setText(text, step.mark);
    return [circle, text];
  }

  describe(values) {
    if (!values.length) return `${this.label}: no step yet.`;
    const shown = values.slice(-6).map((value) => this.format(value)).join(", ");
    return `${this.label} after ${values.length} half-steps${values.length > 6 ? "; the last ones" : ""}: ${shown}.`;
  }
}
