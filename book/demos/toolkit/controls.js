// Controls with labels. Each returns a node to place and `show(value)` to call from draw: the state leads, controls follow.

import { h, setAttribute, setText } from "./dom.js";

let lastId = 0; // ids need only be different within one demo's shadow root
const newId = () => `c${++lastId}`;

export function button(demo, text, onPress, className = "") {
  const node = h(demo.doc, "button", { type: "button", class: className, onclick: onPress }, text);
  return { node, show: (label) => setText(node, label), mark: (isNext) => node.classList.toggle("next", isNext) };
}

/** A slider whose value is always written beside its label. `format(value)` also is what a screen reader says. */
export function slider(demo, { label, min, max, step, format = String, onInput }) {
  const id = newId();
  const output = h(demo.doc, "span", { class: "value", "aria-hidden": "true" }); // <output> would be a second live region
  const read = () => onInput(Number(input.value));
  const input = h(demo.doc, "input", { type: "range", id, min, max, step, oninput: read });
  const node = h(demo.doc, "div", { class: "field slider" },
    h(demo.doc, "div", { class: "label" }, h(demo.doc, "label", { for: id }, label), output), input);
  const show = (value) => {
    if (Number(input.value) !== value) input.value = value;
    setText(output, format(value));
    setAttribute(input, "aria-valuetext", format(value));
  };
  return { node, input, show };
}

export function select(demo, { label, options, onChange }) {
  const id = newId();
  const input = h(demo.doc, "select", { id, onchange: () => onChange(input.value) },
    ...options.map(([value, text]) => h(demo.doc, "option", { value }, text)));
  const node = h(demo.doc, "div", { class: "field" }, h(demo.doc, "label", { class: "label", for: id }, label), input);
  return { node, input, show: (value) => { if (input.value !== value) input.value = value; } };
}

export function checkbox(demo, { label, onChange }) {
  const input = h(demo.doc, "input", { type: "checkbox", onchange: () => onChange(input.checked) });
  return { node: h(demo.doc, "label", { class: "check" }, input, label), input, show: (on) => (input.checked = on) };
}

/** The seed: a number to type, and a button that moves on to the next. */
export function seedField(demo, { label = "Seed", onChange }) {
  const id = newId();
  const change = () => {
    const value = Math.min(999999, Math.max(0, Math.round(Number(input.value) || 0)));
    input.value = value;
    onChange(value);
  };
  const input = h(demo.doc, "input", { type: "number", id, min: 0, max: 999999, step: 1, inputmode: "numeric", onchange: change });
  const next = button(demo, "Another", () => onChange(Number(input.value) + 1));
  const node = h(demo.doc, "div", { class: "field" },
    h(demo.doc, "label", { class: "label", for: id }, label), h(demo.doc, "div", { class: "row" }, input, next.node));
  return { node, input, show: (value) => { if (Number(input.value) !== value || input.value === "") input.value = value; } };
}

/** Title, Reset and Copy link, and one line that says what to do with the hands: every demo begins with it. */
export function heading(demo, hint) {
  const { doc } = demo;
  return h(doc, "div", { class: "head" },
    h(doc, "p", { class: "title" }, demo.model.get("title") || demo.spec.title),
    h(doc, "div", { class: "row push" },
      button(demo, "Reset", () => demo.reset(), "plain").node, button(demo, "Copy link", () => demo.share(), "plain").node),
    h(doc, "p", { class: "hint" }, hint));
}

/** Play / Pause: calls `step()` every `interval` ms until it returns false. The demo stops it when it is reset or goes away. */
export function playButton(demo, { step, interval = 800 }) {
  const control = button(demo, "Play", () => (demo.player.timer ? stop() : play()));
  let timer = null;
  const stop = () => {
    demo.win.clearInterval(timer);
    timer = demo.player.timer = null;
    control.show("Play");
  };
  const tick = () => {
    if (!step()) stop();
  };
  const play = () => {
    timer = demo.player.timer = demo.win.setInterval(tick, interval);
    control.show("Pause");
    tick();
  };
  demo.player = { stop, timer: null };
  return control;
}
