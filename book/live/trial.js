// A question of an assignment, tried in the page: the stub in an editor, and its public checks, worded as in the notebook.

import { recall, remember } from "../assets/store.js";
import checker from "./check.py";
import { createEditor } from "./editor.js";
import { OutputView } from "./outputs.js";
import { barButton, barStatus } from "./session.js";

const answers = () => recall("answers", {});

class Trial {
  constructor(row, data, session) {
    this.id = row.dataset.question;
    this.place = row.closest("[data-questions]").dataset.assignment;
    this.data = data;
    this.session = session;
    this.stub = data.cells.find(({ question }) => question === this.id).source;
    this.node = document.createElement("div");
    this.node.className = "live-trial";
    this.node.id = `try-${this.place}-${this.id}`;
    const holder = document.createElement("div");
    this.bar = document.createElement("div");
    this.bar.className = "live-bar";
    const note = document.createElement("p");
    note.className = "live-note";
    note.textContent = "Your code is kept in this browser alone. To hand it in, copy it into the notebook.";
    this.node.append(holder, this.bar, note);
    this.check = barButton(this.bar, "Check", () => this.ask());
    this.check.className = "live-run";
    this.stop = barButton(this.bar, "Stop", () => session.stop());
    this.stop.hidden = true;
    barButton(this.bar, "Reset", () => this.reset());
    this.status = barStatus(this.bar);
    this.outputs = new OutputView(this.node);
    const number = this.id.slice(1);
    this.editor = createEditor(holder, {
      text: this.kept(this.id) ?? this.stub,
      label: `Your code for question ${number}, ${data.functions[this.id]}. Press Control and Enter to check it.`,
      onRun: () => this.check.click(),
      onChange: () => this.keep(),
    });
    row.append(this.node);
    if (this.editor.text !== this.stub) this.say("Your code of last time");
  }

  /** What the reader wrote for a question, here or on an earlier visit. */
  kept(question) {
    return answers()[this.place]?.[question];
  }

  keep() {
    const { [this.id]: _, ...others } = answers()[this.place] ?? {};
    const own = this.editor.text === this.stub ? {} : { [this.id]: this.editor.text };
    remember("answers", { ...answers(), [this.place]: { ...others, ...own } });
    this.say(this.editor.text === this.stub ? "" : "Edited");
  }

  reset() {
    this.editor.text = this.stub;
    this.outputs.restore();
    this.say("As it came");
  }

  /** Tell how it stands; what the output shows already is told to screen readers alone. */
  say(text, shown = false) {
    this.status.classList.toggle("visually-hidden", shown);
    this.status.textContent = text;
  }

  ask() {
    return this.session.enqueue((engine) => this.execute(engine), (text) => this.say(text));
  }

  async execute(engine) {
    const { cells, checks, functions, feedback } = this.data;
    const upTo = cells.findIndex(({ question }) => question === this.id) + 1;
    const written = cells.slice(0, upTo).map((cell) => ({ ...cell, source: this.sourceOf(cell) }));
    const job = { question: this.id, cells: written, checks: checks[this.id], functions, feedback };
    const code = `_checker = {}\nexec(${JSON.stringify(checker)}, _checker)\n_checker["check"](${JSON.stringify(JSON.stringify(job))})`;
    const imports = [...written.map(({ source }) => source), checks[this.id]];
    let headline = "";
    this.stop.hidden = false;
    this.say("Checking …");
    this.outputs.clear();
    try {
      const { ok } = await engine.run(code, (message) => {
        headline ||= message.data?.["text/plain"]?.split("\n")[0] ?? "";
        this.outputs.add(message, engine);
      }, imports);
      this.say(ok ? headline : "Stopped", ok);
    } finally {
      this.outputs.flush();
      this.stop.hidden = true;
    }
  }

  sourceOf({ question, source }) {
    if (question === this.id) return this.editor.text;
    return (question && this.kept(question)) || source;
  }
}

const files = new Map(); // address → promise of an assignment's data
const trials = new Map(); // row → promise of its trial

async function fetchData(address) {
  const answer = await fetch(address);
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`.trim());
  return answer.json();
}

/** Open a question, or close it; what was written and shown stays. */
export async function toggle(row, button, session) {
  const { questions } = row.closest("[data-questions]").dataset;
  if (!files.has(questions)) files.set(questions, fetchData(new URL(questions, document.baseURI)));
  try {
    if (!trials.has(row)) trials.set(row, files.get(questions).then((data) => new Trial(row, data, session)));
    const { node } = await trials.get(row);
    const opened = button.getAttribute("aria-expanded") !== "true";
    node.hidden = !opened;
    button.setAttribute("aria-expanded", String(opened));
    button.setAttribute("aria-controls", node.id);
  } catch (error) {
    files.delete(questions);
    trials.delete(row);
    throw error;
  }
}
