// A link leads to its place and stays there. What waits around the place (`content-visibility`) may turn out taller or lower than it
// said, and move it after the browser has scrolled; so it is held for a moment, unless the reader moves on.

const FRAMES = 30; // half a second: a few rounds of laying out what has come near
const HANDS = ["wheel", "touchstart", "pointerdown", "keydown"];

const targetOf = (hash) => document.getElementById(decodeURIComponent(hash.slice(1))); // null for the links of demos, which scroll themselves

function hold(target) {
  let left = FRAMES;
  const leave = () => (left = 0);
  for (const event of HANDS) addEventListener(event, leave, { passive: true, once: true });
  const step = () => {
    if (left <= 0) return HANDS.forEach((event) => removeEventListener(event, leave));
    if (document.readyState === "complete") left -= 1; // until then, fonts and pictures come
    target.scrollIntoView();
    requestAnimationFrame(step);
  };
  step();
}

// A page that is reloaded or come back to stands where the reader left it, wherever its address points.
const arrived = performance.getEntriesByType("navigation")[0]?.type === "navigate";
const first = arrived && location.hash && targetOf(location.hash);
if (first) hold(first);

document.addEventListener("click", (event) => {
  const link = event.target.closest?.("a[href*='#']");
  const within = link && link.pathname === location.pathname && link.host === location.host;
  const target = within && !event.defaultPrevented && targetOf(link.hash);
  if (target && event.button === 0 && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey) requestAnimationFrame(() => hold(target));
});
