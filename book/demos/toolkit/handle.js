// Something on a plot to take in the hand: by mouse, by finger, by key, or by two clicks (take, then put: no dragging needed).

import { h, setAttribute, svg } from "./dom.js";
import { markerPath } from "./marker.js";

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const SLACK = 4; // px a pointer may tremble before a press becomes a drag

export class Handle {
  /**
   * Options: name ("Truck 2"), onMove([x, y]), onDrop(), onDelete(), onDouble(), onKey(event) → true when it was dealt with, ghost
   * (invisible until it is focused), role (what a screen reader calls it). `plot` says where.
   */
  constructor(plot, options) {
    Object.assign(this, { plot, options, demo: plot.demo, point: [0, 0] });
    const { doc } = this.demo;
    this.shape = svg(doc, "path");
    this.text = h(doc, "span");
    this.node = h(doc, "div", { class: options.ghost ? "handle ghost" : "handle", role: "slider", tabindex: 0, "aria-roledescription": options.role ?? "movable point" },
      svg(doc, "svg", { viewBox: "-18 -18 36 36", "aria-hidden": "true" }, this.shape), this.text);
    plot.node.append(this.node);
    for (const [type, listener] of [["pointerdown", "press"], ["pointermove", "drag"], ["pointerup", "release"], ["pointercancel", "release"], ["keydown", "key"], ["blur", "blur"], ["dblclick", "double"]])
      this.demo.listen(this.node, type, (event) => this[listener](event));
  }

  /** Show the handle at data point `point`; `valueText` is what a screen reader says of it. */
  place(point, { valueText, group, text = "", fill, ink, stroke = "none", dashed = false }) {
    this.point = point;
    const { x, y } = this.plot;
    this.node.style.transform = `translate(${x(point[0])}px,${y(point[1])}px)`;
    const [low, high] = x.domain;
    const attributes = { "aria-label": this.options.name(), "aria-valuetext": valueText, "aria-valuemin": round(low), "aria-valuemax": round(high), "aria-valuenow": round(point[0]) };
    for (const [name, value] of Object.entries(attributes)) setAttribute(this.node, name, value);
    if (this.options.ghost) return;
    setAttribute(this.shape, "d", markerPath(group, 12));
    for (const [name, value] of Object.entries({ fill, stroke, "stroke-width": 2, "stroke-dasharray": dashed ? "4 3" : "none" })) setAttribute(this.shape, name, value);
    this.text.textContent = text;
    this.text.style.color = ink;
  }

  press(event) {
    if (event.button > 0) return;
    this.node.setPointerCapture(event.pointerId);
    this.held = { x: event.clientX, y: event.clientY, moved: false };
    this.node.classList.add("held");
    this.node.focus({ preventScroll: true });
    event.preventDefault(); // no text selection; focus is set by hand above
  }

  drag(event) {
    if (!this.held) return;
    const far = Math.hypot(event.clientX - this.held.x, event.clientY - this.held.y);
    if (!this.held.moved && far < SLACK) return;
    this.held.moved = true;
    this.move(this.plot.pointAt(event));
  }

  release(event) {
    if (!this.held) return;
    this.plot.releasedAt = event.timeStamp; // browsers differ in whether the plot hears a click now: it must not act on it
    const { moved } = this.held;
    this.held = null;
    this.node.classList.remove("held");
    if (moved) this.options.onDrop?.();
    else this.toggle();
  }

  /** A click takes the handle up; the next click on the plot puts it there. */
  toggle() {
    if (this.plot.picked === this) return this.letGo();
    this.plot.picked?.letGo();
    this.plot.picked = this;
    this.node.classList.add("picked");
    this.demo.say(`${this.options.name()} taken up: click where it should go, or press Escape.`);
  }

  letGo() {
    this.node.classList.remove("picked");
    if (this.plot.picked === this) this.plot.picked = null;
  }

  putDown(point) {
    this.letGo();
    this.move(point);
    this.options.onDrop?.();
  }

  move(point) {
    this.point = this.plot.clamp(point); // keys may come faster than frames: each starts where the last one led
    this.options.onMove(this.point);
  }

  key(event) {
    if (this.options.onKey?.(event)) return event.preventDefault();
    const arrow = ARROWS[event.key];
    if (arrow) {
      event.preventDefault();
      const step = event.shiftKey ? 0.1 : 0.01; // of the axis: a fine step, and with Shift a big one
      const [x0, x1] = this.plot.x.domain;
      const [y0, y1] = this.plot.y.domain;
      this.move([this.point[0] + arrow[0] * step * (x1 - x0), this.point[1] + arrow[1] * step * (y1 - y0)]);
      this.options.onDrop?.();
    } else if (event.key === "Escape") this.letGo();
    else if (event.key === "Delete" || event.key === "Backspace") {
      event.preventDefault();
      this.options.onDelete?.();
    }
  }

  double() {
    this.options.onDouble?.();
  }

  blur() {
    if (this.options.ghost && !this.held) this.letGo();
  }

  remove() {
    this.letGo();
    this.node.remove();
  }
}

const round = (value) => Math.round(value * 1000) / 1000;

/** Keep one handle for each of `count` things: `make(index)` when there are too few, remove when too many. */
export function matchHandles(handles, count, make) {
  while (handles.length < count) handles.push(make(handles.length));
  while (handles.length > count) handles.pop().remove();
  return handles;
}
