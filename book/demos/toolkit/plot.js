// A plane to draw on: a canvas for thousands of marks, SVG for axes, and a layer of handles that hands and keys can hold.

import { h, setAttribute, setText, svg } from "./dom.js";
import { markerPath } from "./marker.js";
import { drawAxis, linear } from "./scale.js";

const MARGIN = { top: 8, right: 8, bottom: 40, left: 44 };
const PATHS = new Map();

/** A group's marker as a canvas path, made once for all plots (paths hold no state). */
function markerPath2D(group, radius) {
  const key = `${group}/${radius}`;
  if (!PATHS.has(key)) PATHS.set(key, new Path2D(markerPath(group, radius)));
  return PATHS.get(key);
}

/** Smallest and largest of `values`, with a little room on both sides. */
export function extent(values, room = 0.07) {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value < low) low = value;
    if (value > high) high = value;
  }
  const pad = (high - low || 1) * room;
  return [low - pad, high + pad];
}

/**
 * Options: x, y (data ranges), xLabel, yLabel, onTap(point, event), onDoubleTap(point, event), onPress(point, event).
 * With `equal`, both axes have the same scale (where that leaves a useful shape): a circle looks round, cells look right.
 */
export class Plot {
  constructor(demo, options) {
    Object.assign(this, { demo, options, picked: null });
    const { doc } = demo;
    this.canvas = h(doc, "canvas");
    this.svg = svg(doc, "svg", { "aria-hidden": "true" });
    this.xAxis = this.svg.appendChild(svg(doc, "g"));
    this.yAxis = this.svg.appendChild(svg(doc, "g"));
    this.xLabel = this.svg.appendChild(svg(doc, "text", { class: "axis-label", "text-anchor": "middle" }));
    this.yLabel = this.svg.appendChild(svg(doc, "text", { class: "axis-label", "text-anchor": "middle" }));
    const figure = h(doc, "div", { role: "img", "data-figure": true, "aria-label": demo.spec.title }, this.canvas, this.svg);
    this.node = h(doc, "div", { class: "plot" }, figure);
    this.x = linear(options.x, [0, 1]);
    this.y = linear(options.y, [1, 0]);
    this.watchSize();
    this.watchPointer();
  }

  watchSize() {
    const observer = new this.demo.win.ResizeObserver(() => {
      if (this.node.clientWidth !== this.width) this.demo.redraw();
    });
    observer.observe(this.node);
    this.demo.onDispose(() => observer.disconnect());
  }

  watchPointer() {
    const tell = (name) => (event) => {
      if (event.target.closest(".handle")) return;
      this.options[name]?.(this.pointAt(event), event);
    };
    this.demo.listen(this.node, "pointerdown", tell("onPress"));
    this.demo.listen(this.node, "click", (event) => {
      const endsDrag = event.timeStamp - (this.releasedAt ?? -1000) < 60;
      if (endsDrag || event.target.closest(".handle")) return;
      if (this.picked) this.picked.putDown(this.pointAt(event));
      else tell("onTap")(event);
    });
    this.demo.listen(this.node, "dblclick", tell("onDoubleTap"));
  }

  /** Data coordinates under a pointer event. */
  pointAt(event) {
    const box = this.node.getBoundingClientRect();
    return [this.x.invert(event.clientX - box.left), this.y.invert(event.clientY - box.top)];
  }

  /** The nearest place inside the axes, on a grid fine enough for any screen (short numbers make short links). */
  clamp([x, y]) {
    const inside = (value, [low, high]) => {
      const unit = 10 ** Math.floor(Math.log10((high - low) / 1000));
      return Number((Math.round(Math.min(high, Math.max(low, value)) / unit) * unit).toPrecision(12));
    };
    return [inside(x, this.x.domain), inside(y, this.y.domain)];
  }

  fit() {
    const width = this.node.clientWidth;
    if (!width) return false;
    const ratio = this.demo.win.devicePixelRatio || 1;
    if (width === this.width && ratio === this.ratio) return true;
    const [x0, x1] = this.x.domain;
    const [y0, y1] = this.y.domain;
    const inner = width - MARGIN.left - MARGIN.right;
    const shape = (y1 - y0) / (x1 - x0);
    const height = inner * (this.options.equal && shape > 0.4 && shape < 1.3 ? shape : 0.75) + MARGIN.top + MARGIN.bottom;
    Object.assign(this, { width, height, ratio });
    this.node.style.height = `${height}px`;
    this.canvas.width = Math.round(width * ratio);
    this.canvas.height = Math.round(height * ratio);
    this.x = linear([x0, x1], [MARGIN.left, width - MARGIN.right]);
    this.y = linear([y0, y1], [height - MARGIN.bottom, MARGIN.top]);
    return true;
  }

  /** Axes; `stretch` multiplies the numbers on the x axis (the same map in other units). */
  drawAxes({ stretch = 1, xLabel = this.options.xLabel, yLabel = this.options.yLabel } = {}) {
    const key = [this.width, stretch, xLabel].join();
    if (key === this.axesKey) return;
    this.axesKey = key;
    const [left, right] = this.x.range;
    const [bottom, top] = this.y.range;
    const { doc } = this.demo;
    const shown = linear(this.x.domain.map((value) => value * stretch), this.x.range);
    drawAxis(doc, this.xAxis, "x", shown, bottom, Math.max(3, (right - left) / 75));
    drawAxis(doc, this.yAxis, "y", this.y, left, Math.max(3, (bottom - top) / 55));
    setText(this.xLabel, xLabel);
    setText(this.yLabel, yLabel);
    this.yLabel.style.fontSize = "";
    const shrink = (bottom - top + MARGIN.top) / this.yLabel.getComputedTextLength(); // on a low plot a long label would run into what stands above
    if (shrink < 1) this.yLabel.style.fontSize = `${Math.max(9, Math.floor(12 * shrink))}px`;
    setAttribute(this.xLabel, "transform", `translate(${(left + right) / 2},${bottom + 34})`);
    setAttribute(this.yLabel, "transform", `translate(${left - 32},${(top + bottom) / 2}) rotate(-90)`);
  }

  /** Call `paint(ctx)` on a cleared canvas, clipped to the axes. Nothing happens while the plot has no size. */
  paint(paint) {
    if (!this.fit()) return;
    const ctx = this.canvas.getContext("2d");
    ctx.setTransform(this.ratio, 0, 0, this.ratio, 0, 0);
    ctx.clearRect(0, 0, this.width, this.height);
    ctx.save();
    ctx.beginPath();
    const [left, right] = this.x.range;
    const [bottom, top] = this.y.range;
    ctx.rect(left, top, right - left, bottom - top);
    ctx.clip();
    paint(ctx);
    ctx.restore();
  }

  /** One path through many markers of one group, filled at once: this is what keeps thousands of points at 60 frames a second. */
  markers(ctx, points, group, { radius = 3.5, fill, stroke }) {
    const marker = markerPath2D(group, radius);
    const all = new Path2D();
    const place = new this.demo.win.DOMMatrix();
    for (const [x, y] of points) {
      place.e = this.x(x);
      place.f = this.y(y);
      all.addPath(marker, place);
    }
    if (fill) {
      ctx.fillStyle = fill;
      ctx.fill(all);
    }
    if (stroke) {
      ctx.strokeStyle = stroke;
      ctx.stroke(all);
    }
  }

  /** Index of the point nearest to a place, if it is within `reach` pixels; otherwise -1. */
  find(points, [x, y], reach) {
    let best = -1;
    let bestDistance = reach ** 2;
    points.forEach((point, i) => {
      const distance = (this.x(point[0]) - this.x(x)) ** 2 + (this.y(point[1]) - this.y(y)) ** 2;
      if (distance < bestDistance) {
        best = i;
        bestDistance = distance;
      }
    });
    return best;
  }
}
