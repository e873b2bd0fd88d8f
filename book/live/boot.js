// A quiet "Run" on every code cell, "Try it here" on every question of an assignment. Nothing else is loaded until the
// reader presses one.
// Cells that show a demo have no button: the demo itself is alive already.

const cells = [...document.querySelectorAll("div.cell:not(.tag_demo):not(.tag_no-run)")].filter((cell) =>
  cell.querySelector(".cell_input pre"),
);

let live; // the runner, loaded on the first click

/** Load the runner and let it `act`; where that fails, say so at the end of `place`. */
async function withRunner(button, place, act) {
  button.disabled = true;
  place.querySelector(":scope > .live-failure")?.remove();
  try {
    live ??= import("./live.js");
    await act(await live);
  } catch (error) {
    live = undefined;
    const message = document.createElement("output");
    message.className = "live-status live-failure";
    message.textContent = `This could not be loaded (${error.message}). Check your connection and press the button again.`;
    place.append(message);
  } finally {
    button.disabled = false;
  }
}

/** A button that says what it does, and to screen readers also of what. */
function makeButton(className, words, ofWhat) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = className;
  button.textContent = words;
  const name = document.createElement("span");
  name.className = "visually-hidden";
  name.textContent = ofWhat;
  button.append(name);
  return button;
}

for (const [index, cell] of cells.entries()) {
  const bar = document.createElement("div");
  bar.className = "live-bar";
  const button = makeButton("live-run", "Run", ` cell ${index + 1}`);
  button.title = "Run this cell here, in the page";
  button.addEventListener("click", () => withRunner(button, bar, (runner) => runner.runCell(cells, index)));
  bar.append(button);
  cell.querySelector(".cell_input").append(bar);
}

for (const row of document.querySelectorAll("[data-questions] [data-question]")) {
  const button = makeButton("live-open", "Try it here", ` (question ${row.dataset.question.slice(1)})`);
  button.setAttribute("aria-expanded", "false");
  button.addEventListener("click", () => withRunner(button, row, (runner) => runner.toggleQuestion(row, button)));
  row.append(button);
}
