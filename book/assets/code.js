// Code and wide things: a copy button, and a tab stop where something scrolls sideways.

for (const block of document.querySelectorAll(".cell_input .highlight, article .highlight:not(.cell_output *)")) {
  if (block.querySelector(".copy")) continue;
  const button = Object.assign(document.createElement("button"), { type: "button", className: "copy", textContent: "Copy" });
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(block.querySelector("pre").textContent.trimEnd());
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 1500);
  });
  block.append(button);
}

const scrollers = document.querySelectorAll("article pre, .math-scroll, .pst-scrollable-table-container, .cell_output .output");
const names = new Map([["PRE", "Code"], ["DIV", "Formula or table"]]);

/** Measure first, change then: a page of formulas is laid out once. */
function addTabStops(boxes) {
  const wide = boxes.map((box) => box.scrollWidth > box.clientWidth + 1);
  boxes.forEach((box, i) => {
    if (wide[i]) {
      box.tabIndex = 0;
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", `${names.get(box.tagName) ?? "Part of the page"} (scrolls sideways)`);
    } else if (box.tabIndex === 0) {
      for (const name of ["tabindex", "role", "aria-label"]) box.removeAttribute(name);
    }
  });
}

// Only near the reader: to measure what is far away, the browser would have to lay out the whole page at once.
const near = new IntersectionObserver((seen) => addTabStops(seen.filter((e) => e.isIntersecting).map((e) => e.target)), {
  rootMargin: "1000px",
});
for (const box of scrollers) near.observe(box);
addEventListener(
  "resize",
  () => {
    near.disconnect();
    for (const box of scrollers) near.observe(box);
  },
  { passive: true },
);
