// Self-checks answer at once, and remember which ones were solved.
import { remember, recall } from "./store.js";

const page = document.body.dataset.page;
const solved = new Set(recall("quizzes", {})[page] ?? []);

function keep(quiz) {
  solved.add(quiz.id);
  remember("quizzes", { ...recall("quizzes", {}), [page]: [...solved] });
  quiz.classList.add("quiz-solved");
}

/** Open the answers of what is chosen, close the others, and say how it stands. */
function answer(quiz) {
  const options = [...quiz.querySelectorAll(".quiz-option")];
  const wanted = options.filter((option) => option.dataset.right === "true");
  const chosen = options.filter((option) => option.querySelector("input").checked);
  for (const option of options) option.querySelector("details").open = chosen.includes(option);
  const right = chosen.filter((option) => wanted.includes(option));
  const done = right.length === wanted.length && chosen.length === right.length;
  const many = quiz.dataset.kind === "checkbox";
  const status = quiz.querySelector(".quiz-status");
  if (!chosen.length) status.textContent = "";
  else if (done) status.textContent = many ? "All of them, and nothing else: right." : "Right.";
  else if (chosen.length > right.length) status.textContent = many ? "One that you chose is not so." : "Not so. Try another.";
  else status.textContent = `Right so far: ${right.length} of ${wanted.length}.`;
  quiz.classList.toggle("quiz-done", done);
  if (done) keep(quiz);
}

for (const quiz of document.querySelectorAll(".quiz")) {
  quiz.addEventListener("change", () => answer(quiz));
  if (solved.has(quiz.id)) quiz.classList.add("quiz-solved");
}
