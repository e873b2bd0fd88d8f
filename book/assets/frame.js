// The frame around the text: contents on a phone, search, colours by day and night, where we are on the page.

const root = document.documentElement;
const narrow = matchMedia("(max-width: 60rem)");

// Contents: a column on wide screens, a sheet over the page on narrow ones. The sheet is a real dialog: focus stays in it.
const menu = document.querySelector(".bar-menu");
const contents = document.getElementById("course-contents");
const sheet = document.createElement("dialog");
sheet.className = "course-sheet";
sheet.setAttribute("aria-label", "Contents of the book");
const close = Object.assign(document.createElement("button"), { type: "button", className: "sheet-close", textContent: "Close" });
close.addEventListener("click", () => sheet.close());
sheet.append(close);
document.body.append(sheet);

menu.addEventListener("click", () => {
  if (narrow.matches) {
    sheet.append(contents);
    sheet.showModal();
    menu.setAttribute("aria-expanded", "true");
  } else {
    const hidden = root.classList.toggle("contents-hidden");
    menu.setAttribute("aria-expanded", String(!hidden));
  }
});
menu.setAttribute("aria-expanded", String(!narrow.matches));
sheet.addEventListener("close", () => {
  document.querySelector(".course-frame").prepend(contents);
  menu.setAttribute("aria-expanded", "false");
  menu.focus();
});
narrow.addEventListener("change", () => sheet.open && sheet.close());
closeOnBackdrop(sheet);

// Search: "/" or Ctrl-K opens it from anywhere; the results page needs no server.
const search = document.getElementById("course-search");
const openSearch = () => {
  search.showModal();
  search.querySelector("input").select();
};
document.querySelector(".bar-search").addEventListener("click", (event) => {
  if (event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  openSearch();
});
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable=true], .cm-editor");
  const slash = event.key === "/" && !typing && !event.ctrlKey && !event.metaKey && !event.altKey;
  const controlK = event.key.toLowerCase() === "k" && (event.ctrlKey || event.metaKey) && !event.shiftKey && !event.altKey;
  if (!slash && !controlK) return;
  event.preventDefault();
  if (!search.open) openSearch();
});
search.addEventListener("keydown", (event) => {
  if (event.key === "Escape") search.close(); // Safari's search field keeps the key for itself
});
closeOnBackdrop(search);

function closeOnBackdrop(dialog) {
  dialog.addEventListener("click", (event) => {
    const { left, right, top, bottom } = dialog.getBoundingClientRect();
    const inside = event.clientX >= left && event.clientX <= right && event.clientY >= top && event.clientY <= bottom;
    if (event.target === dialog && !inside) dialog.close();
  });
}

// Colours: as the system says, or light, or dark.
const modes = { auto: "as the system", light: "light", dark: "dark" };
const systemDark = matchMedia("(prefers-color-scheme: dark)");

function applyMode(mode) {
  root.dataset.mode = mode;
  root.dataset.theme = mode === "auto" ? (systemDark.matches ? "dark" : "light") : mode;
  document.querySelector(".bar-mode").textContent = modes[mode];
  document.querySelector(".bar-theme").title = `Colours: ${modes[mode]}`;
}
document.querySelector(".bar-theme").addEventListener("click", () => {
  const order = systemDark.matches ? ["auto", "light", "dark"] : ["auto", "dark", "light"];
  const mode = order[(order.indexOf(root.dataset.mode) + 1) % order.length];
  if (mode === "auto") localStorage.removeItem("mode");
  else localStorage.setItem("mode", mode);
  applyMode(mode);
});
systemDark.addEventListener("change", () => applyMode(root.dataset.mode));
applyMode(root.dataset.mode);

// The heading that is being read is marked in the list of headings.
const links = new Map(
  [...document.querySelectorAll(".course-page-toc a[href^='#']")].map((link) => [decodeURIComponent(link.hash.slice(1)), link]),
);
const sections = [...links.keys()].map((id) => document.getElementById(id)).filter(Boolean);
const isListed = new Set(sections);
const outermost = sections.filter((section) => !isListed.has(section.parentElement.closest("section")));

/**
 * The last section that begins above the reader's eyes: first among `candidates`, then within it. Only the section that is being
 * read is looked into: to say where something in a far one is, the browser would have to lay that one out.
 */
function readNow(candidates) {
  const current = candidates.filter((section) => section.getBoundingClientRect().top < innerHeight * 0.3).at(-1);
  return current && (readNow(sections.filter((section) => section.parentElement.closest("section") === current)) ?? current);
}

function markCurrent() {
  const current = readNow(outermost);
  for (const [id, link] of links) {
    if (id === current?.id) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}
if (sections.length) {
  let waiting = false;
  addEventListener(
    "scroll",
    () => {
      if (waiting) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        markCurrent();
      });
    },
    { passive: true },
  );
  requestAnimationFrame(() => setTimeout(markCurrent));
}
