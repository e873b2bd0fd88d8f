// How far the reader came: a line along the top, ticks in the contents, and a way back in from the landing page.
import { recall, remember } from "./store.js";

const page = document.body.dataset.page;
const article = document.querySelector("article.bd-article");
const line = document.querySelector(".course-progress");
const pages = recall("reading", {});

/** The page's title with its number, without the link that stands behind it. */
function title() {
  const parts = [...article.querySelector("h1").childNodes].filter((node) => !node.matches?.(".headerlink"));
  return parts.map((node) => node.textContent).join("").trim();
}

function share() {
  const { top, height } = article.getBoundingClientRect();
  return height <= innerHeight ? 1 : Math.min(1, Math.max(0, (innerHeight - top) / height));
}

let pending = 0;
function note() {
  pending = 0;
  const read = share();
  line.style.transform = `scaleX(${read})`;
  if (article.querySelector("h1") === null || ["index", "search", "genindex"].includes(page)) return;
  const before = pages[page] ?? {};
  pages[page] = {
    read: Math.max(before.read ?? 0, Math.round(read * 100) / 100),
    at: Math.round(scrollY),
    when: Date.now(),
    title: title(),
  };
  clearTimeout(note.timer);
  note.timer = setTimeout(() => remember("reading", pages), 400);
}
addEventListener("scroll", () => (pending ||= requestAnimationFrame(note)), { passive: true });

const root = new URL(document.documentElement.dataset.content_root, document.baseURI);
for (const link of document.querySelectorAll(".course-contents a")) {
  const path = new URL(link.href).pathname.slice(root.pathname.length).replace(/\.html$/, "");
  if ((pages[path]?.read ?? 0) < 0.95) continue;
  link.classList.add("page-read");
  link.insertAdjacentHTML("beforeend", '<span class="visually-hidden"> (read)</span>');
}

const [last] = Object.entries(pages).filter(([, p]) => p.read < 0.95).sort(([, a], [, b]) => b.when - a.when);
if (page === "index" && last) {
  const [path, { title, read }] = last;
  const back = document.createElement("p");
  back.className = "continue";
  const link = Object.assign(document.createElement("a"), { href: new URL(`${path}.html`, root).href, textContent: title });
  back.append("Go on reading: ", link, ` (${Math.round(read * 100)} % read)`);
  article.querySelector("h1").insertAdjacentElement("afterend", back);
}
