// A link leads to its place and stays there. What waits around the place (`content-visibility`) may turn out taller or lower than it
// said, a demo may come alive above it, and move it after the browser has scrolled; so whenever it has moved within its page, it is
// brought back, for a moment, unless the reader moves on. (Where there is scroll anchoring, the browser goes on with that by itself.)

const FRAMES = 180; // three seconds: what has come near is laid out in a few rounds, and its demos are fetched
const HANDS = ["wheel", "touchstart", "pointerdown", "keydown"];

const targetOf = (hash) => document.getElementById(decodeURIComponent(hash.slice(1))); // null for the links of demos, which scroll themselves

const placeOf = (target) => target.getBoundingClientRect().top + scrollY; // within the page, however far it is scrolled

let leaveLast = () => {};

function hold(target) {
  leaveLast();
  let left = FRAMES;
  let place = NaN;
  const leave = () => (left = 0);
  leaveLast = leave;
  for (const event of HANDS) addEventListener(event, leave, { passive: true, once: true });
  const step = () => {
    if (left <= 0) return HANDS.forEach((event) => removeEventListener(event, leave));
    if (document.readyState === "complete") left -= 1; // until then, fonts and pictures come
    if (!(Math.abs(placeOf(target) - place) < 0.5)) {
      target.scrollIntoView();
      place = placeOf(target);
    }
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

// An address that is typed while the page is open, where the browser tells of it. Back and forward lead to where the reader was.
window.navigation?.addEventListener("navigate", ({ hashChange, navigationType, destination }) => {
  const target = hashChange && navigationType !== "traverse" && targetOf(new URL(destination.url).hash);
  if (target) requestAnimationFrame(() => hold(target));
});
