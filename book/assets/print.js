// Makes one document of many pages, for `python -m book.pdf`: what is read stays, what is pressed goes.
// Evaluated in an empty page of the built site; `parts` is [{caption, pages: [path]}]. Returns the titles in order.

async (parts) => {
  const prefixOf = (path) => path.replace(/\.html$/, "").replace(/\W+/g, "-");
  const known = new Set(parts.flatMap(({ pages }) => pages));
  const make = (tag, className, ...children) => {
    const node = document.createElement(tag);
    if (className) node.className = className;
    node.append(...children);
    return node;
  };

  /** Names are unique within a page only: put the page's own before each, and before what refers to it. */
  function rename(article, prefix) {
    const referring = ["for", "aria-labelledby", "aria-describedby", "headers"];
    const own = new Set([...article.querySelectorAll("[id]")].map(({ id }) => id));
    const renamed = (text) => text.replace(/url\((["']?)#([^)"']+)\1\)/g, (whole, quote, id) => (own.has(id) ? `url(#${prefix}--${id})` : whole));
    for (const node of article.querySelectorAll("*")) {
      if (node.id) node.id = `${prefix}--${node.id}`;
      for (const { name, value } of [...node.attributes]) {
        if (referring.includes(name)) node.setAttribute(name, value.split(/\s+/).map((id) => `${prefix}--${id}`).join(" "));
        else if (value.includes("url(")) node.setAttribute(name, renamed(value));
      }
      if (node.namespaceURI.endsWith("svg")) {
        for (const name of ["href", "xlink:href"]) {
          const value = node.getAttribute(name);
          if (value?.startsWith("#")) node.setAttribute(name, `#${prefix}--${value.slice(1)}`);
        }
        if (node.localName === "style") node.textContent = renamed(node.textContent).replace(/#([\w-]+)(?=[^{}]*\{)/g, (whole, id) => (own.has(id) ? `#${prefix}--${id}` : whole));
      }
    }
  }

  /** Links lead to the place in this document, or out of it; those to what paper does not hold become plain words. */
  function relink(article, prefix, base) {
    for (const link of article.querySelectorAll("a[href]")) {
      if (link.namespaceURI.endsWith("svg")) continue;
      const target = new URL(link.getAttribute("href"), base);
      const path = target.pathname.slice(1);
      if (target.origin !== location.origin) continue;
      if (known.has(path)) link.setAttribute("href", `#${prefixOf(path)}${target.hash && `--${decodeURIComponent(target.hash.slice(1))}`}`);
      else link.replaceWith(...link.childNodes);
    }
    for (const image of article.querySelectorAll("img")) {
      image.src = new URL(image.getAttribute("src"), base).href;
      image.loading = "eager";
    }
  }

  /** A self-check: options with letters, and under them, smaller, what is right and why. */
  function printQuiz(quiz) {
    const letters = "abcdefgh";
    const options = make("ol", "print-options");
    const answers = make("div", "print-answers");
    for (const [index, option] of [...quiz.querySelectorAll(".quiz-option")].entries()) {
      options.append(make("li", "", ...option.querySelector(".quiz-words").childNodes));
      const why = option.querySelector(".quiz-answer p");
      why.prepend(make("span", "print-letter", `(${letters[index]}) `));
      answers.append(why, " ");
    }
    const legend = quiz.querySelector("legend");
    const label = legend.querySelector(".quiz-label");
    label.remove();
    quiz.replaceWith(make("div", "print-quiz", make("p", "print-question", label, " ", ...legend.childNodes), options, answers));
  }

  function strip(article) {
    const pressed = ".headerlink, script, noscript, .copy, .live-bar, .assignment-links, .quiz-status, .admonition.hide.above-input, .cell.tag_demo .cell_input, .cell.tag_hide-input .cell_input";
    for (const node of article.querySelectorAll(pressed)) node.remove();
    for (const details of article.querySelectorAll("details")) details.open = true;
    for (const summary of article.querySelectorAll(".hide > summary")) summary.remove();
    for (const node of article.querySelectorAll(".quiz")) printQuiz(node);
    for (const node of article.querySelectorAll("[tabindex]")) node.removeAttribute("tabindex");
    for (const stage of article.querySelectorAll(".demo-stage")) stage.removeAttribute("style");
  }

  const contents = document.querySelector(".print-contents");
  const titles = [];
  const headers = [];
  for (const { caption, pages } of parts) {
    const list = make("ol", "");
    if (caption) contents.append(make("p", "print-part", caption));
    contents.append(list);
    for (const path of pages) {
      const base = new URL(path, location.origin);
      const page = new DOMParser().parseFromString(await (await fetch(base)).text(), "text/html");
      const article = document.adoptNode(page.querySelector("article.bd-article"));
      const prefix = prefixOf(path);
      strip(article);
      relink(article, prefix, base);
      rename(article, prefix);
      const section = make("section", "print-page", article);
      section.id = prefix;
      section.style.page = prefix;
      const heading = article.querySelector("h1");
      const title = heading.textContent.trim().replace(/\s+/g, " ");
      titles.push({ title, id: prefix });
      headers.push(`@page ${prefix} { @top-left { content: ${JSON.stringify(title)}; } }`);
      const entry = make("li", "print-chapter", line(title, prefix));
      const inner = make("ol", "");
      for (const sub of article.querySelectorAll("h2")) {
        const id = sub.id || sub.closest("section[id]")?.id;
        if (id) inner.append(make("li", "", line(sub.textContent.trim(), id)));
      }
      if (inner.children.length && heading.querySelector(".section-number")) entry.append(inner);
      list.append(entry);
      document.body.append(section);
    }
  }
  document.head.append(make("style", "", headers.join("\n")));

  function line(title, id) {
    const link = make("a", "", make("span", "print-title", title), make("span", "print-dots"), make("span", "print-number", "000"));
    link.href = `#${id}`;
    return link;
  }

  await Promise.all([...document.images].map((image) => image.decode().catch(() => {})));
  await document.fonts.ready;
  return titles;
}
