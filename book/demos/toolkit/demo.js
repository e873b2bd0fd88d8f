// The frame of every demo: one state, one draw function. See book/demos/README.md for a worked example.

import { h, setAttribute, setText } from "./dom.js";
import { decode, findInHash, linkWith } from "./share.js";
import { CSS, toneOf } from "./style.js";

const SPEAK_EVERY = 700; // ms: a screen reader is told where things have come to, not every pixel on the way
const SYNC_EVERY = 120; // ms between messages to a kernel while something is dragged

/** What a demo is given to work with: the state, the page, and the few verbs below. */
class Demo {
  constructor(spec, model, el) {
    this.spec = spec;
    this.model = model;
    this.doc = el.ownerDocument;
    this.win = this.doc.defaultView;
    this.anchor = model.get("anchor") || spec.name;
    this.cleanups = [];
    this.frames = new Set();
    this.timers = new Map();
    this.slices = new Map(); // long work by name: see slices.js
    this.host = h(this.doc, "div", { class: "demo-host", "data-demo": spec.name, "data-lm-suppress-shortcuts": true });
    this.shadow = this.host.attachShadow({ mode: "open" });
    this.status = h(this.doc, "p", { class: "status", role: "status", "aria-live": "polite" });
    this.root = h(this.doc, "div", { class: "demo", role: "group", "aria-label": model.get("title") || spec.title });
    this.shadow.append(h(this.doc, "style", {}, CSS), this.root);
    el.append(this.host);
    this.onDispose(() => this.host.remove());
    // Arrow keys on a handle or a slider must not turn the page or change the notebook's cell.
    this.listen(this.host, "keydown", (event) => {
      if (!event.ctrlKey && !event.metaKey && !event.altKey) event.stopPropagation();
    });
    this.watchTone();
    this.state = spec.start(this.data());
    this.synced = this.known();
  }

  /** The traits the demo starts from, as plain values. */
  data() {
    return Object.fromEntries(this.spec.traits.map((name) => [name, this.model.get(name)]));
  }

  /** What the traits hold already: entries of the state that they do not hold (a loss that was computed here) are left out. */
  known() {
    const same = (name) => JSON.stringify(this.model.get(name) ?? null) === JSON.stringify(this.state[name] ?? null);
    return Object.fromEntries(this.spec.sync.filter(same).map((name) => [name, this.state[name]]));
  }

  onDispose(cleanup) {
    this.cleanups.push(cleanup);
  }

  listen(target, type, listener, options) {
    target.addEventListener(type, listener, options);
    this.onDispose(() => target.removeEventListener(type, listener, options));
  }

  /** True for those who asked their system for less motion. */
  get calm() {
    return this.win.matchMedia("(prefers-reduced-motion: reduce)").matches;
  }

  /** Change the state, redraw once in the next frame, tell the kernel, and say in words what happened. */
  set(patch, message) {
    this.state = { ...this.state, ...patch };
    this.redraw();
    this.later("sync", SYNC_EVERY, () => this.sync());
    if (message) this.say(message);
  }

  /** Show a sentence at once; the live region hands it to screen readers, at most one every SPEAK_EVERY ms. */
  say(message) {
    this.message = message;
    if (this.timers.has("say")) return;
    setText(this.status, message);
    this.later("say", SPEAK_EVERY, () => setText(this.status, this.message));
  }

  /** Run `work` once, `delay` ms from now, however often it is asked for until then. */
  later(name, delay, work) {
    if (this.timers.has(name)) return;
    const timer = this.win.setTimeout(() => {
      this.timers.delete(name);
      work();
    }, delay);
    this.timers.set(name, timer);
  }

  redraw() {
    if (!this.draw || this.frame) return;
    this.frame = this.win.requestAnimationFrame(() => {
      this.frame = null;
      this.draw(this.state);
      this.later("describe", 250, () => this.describe());
    });
  }

  /** The figure's text alternative follows the state. */
  describe() {
    const text = this.spec.describe(this.state, this);
    for (const figure of this.root.querySelectorAll("[data-figure]")) setAttribute(figure, "aria-label", text);
  }

  /** Write changed state to the traits of the same name, for a kernel that listens. */
  sync() {
    const changed = this.spec.sync.filter((name) => this.state[name] !== this.synced[name]);
    if (!changed.length) return;
    this.writing = true;
    for (const name of changed) this.model.set(name, this.state[name]);
    this.writing = false;
    this.synced = { ...this.state };
    this.model.save_changes();
  }

  /** Follow traits that a kernel sets. */
  follow() {
    for (const name of this.spec.sync) {
      const heard = () => {
        const value = this.model.get(name);
        if (this.writing || JSON.stringify(value) === JSON.stringify(this.state[name])) return;
        this.set(this.spec.adopt ? this.spec.adopt(name, value, this.state) : { [name]: value }, "Changed from the notebook.");
        this.synced = { ...this.synced, [name]: value };
      };
      this.model.on(`change:${name}`, heard);
      this.onDispose(() => this.model.off(`change:${name}`, heard));
    }
  }

  watchTone() {
    const look = () => {
      const tone = toneOf(this.host);
      if (tone === this.tone) return;
      this.tone = tone;
      this.root.dataset.tone = tone;
      this.redraw();
    };
    look();
    const observer = new this.win.MutationObserver(look);
    const options = { attributes: true, attributeFilter: ["class", "style", "data-theme", "data-jp-theme-light"] };
    for (const node of [this.doc.documentElement, this.doc.body]) observer.observe(node, options);
    this.onDispose(() => observer.disconnect());
    this.listen(this.win.matchMedia("(prefers-color-scheme: dark)"), "change", look);
  }

  /** Play `frame(t)` with t from 0 to 1; those who asked for less motion see the end at once. */
  animate(duration, frame) {
    this.stopAnimation?.();
    if (this.calm) return frame(1);
    const began = this.win.performance.now();
    let request;
    const tick = (now) => {
      const t = Math.min(1, Math.max(0, (now - began) / duration));
      frame(t < 1 ? t * t * (3 - 2 * t) : 1); // smoothstep: starts and ends at rest
      if (t < 1) request = this.win.requestAnimationFrame(tick);
      else this.stopAnimation = null;
    };
    request = this.win.requestAnimationFrame(tick);
    this.stopAnimation = () => {
      this.win.cancelAnimationFrame(request);
      this.stopAnimation = null;
    };
  }

  /** Leave off whatever goes on by itself: another state is about to be shown. */
  halt() {
    this.player?.stop();
    this.stopAnimation?.();
    this.slices.clear();
  }

  reset() {
    this.halt();
    this.set(this.spec.start(this.origin), "Back at the start.");
  }

  /** Put a link to exactly this state into the address bar and the clipboard. */
  async share() {
    const link = linkWith(this.win.location.href, this.anchor, this.spec.pack(this.state, this.spec.start(this.origin)));
    this.win.history.replaceState(this.win.history.state, "", link);
    const copied = await (this.win.navigator.clipboard?.writeText(link) ?? Promise.reject()).then(
      () => true,
      () => false, // no permission, or no secure origin: the address bar has the link all the same
    );
    this.say(copied ? "A link to exactly this is copied, and in the address bar." : "The address bar now holds a link to exactly this.");
  }

  /** Restore what the link says. A link that cannot be read changes nothing and says so. */
  restore() {
    const text = findInHash(this.win.location.hash, this.anchor);
    if (text === null) return;
    this.halt();
    try {
      this.set(this.spec.unpack(decode(text), this.spec.start(this.origin)), "Restored from the link.");
    } catch {
      this.say("This link cannot be read, so here is the start.");
    }
    this.host.scrollIntoView({ block: "center" });
  }

  dispose() {
    this.halt();
    if (this.frame) this.win.cancelAnimationFrame(this.frame);
    for (const timer of this.timers.values()) this.win.clearTimeout(timer);
    for (const cleanup of this.cleanups.reverse()) cleanup();
  }
}

/**
 * Make an anywidget of a description of a demo:
 *   name      kebab-case; the share link's anchor
 *   title     shown unless the trait `title` says otherwise
 *   traits    names of the Python traits that `start` reads
 *   sync      names of state entries that are written to, and read from, traits of the same name
 *   start     (data) → state
 *   describe  (state, demo) → the sentence that a reader who cannot see the figure needs
 *   pack      (state, start) → what a link must hold; unpack (packed, start) → state, throws when it makes no sense
 *   adopt     (name, value, state) → patch, for traits set by a kernel; default { name: value }
 *   build     (demo) → draw(state): fills demo.root once, returns the function that shows a state
 */
export function defineDemo(spec) {
  return {
    render({ model, el }) {
      const demo = new Demo({ sync: [], ...spec }, model, el);
      demo.origin = demo.data();
      const draw = spec.build(demo);
      demo.draw = draw;
      draw(demo.state);
      demo.describe();
      demo.follow();
      demo.restore();
      demo.sync();
      demo.listen(demo.win, "hashchange", () => demo.restore());
      return () => demo.dispose();
    },
  };
}
