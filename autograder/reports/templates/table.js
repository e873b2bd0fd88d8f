"use strict";
// The table of students: sort by any column, filter by name and status, a hundred rows at a time.
// Without this script the page holds the same table, whole, in alphabetical order.
(() => {
  const table = document.getElementById("students");
  const body = table.tBodies[0];
  const tools = document.getElementById("tools");
  const query = document.getElementById("query");
  const status = document.getElementById("status");
  const count = document.getElementById("count");
  const pager = document.getElementById("pager");
  const [back, forward] = pager.querySelectorAll("button");
  const place = pager.querySelector("span");
  const size = 100;
  const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });
  const all = [...body.rows].map((row) => ({
    row,
    words: row.cells[0].textContent.toLowerCase().normalize("NFC"),
    kinds: row.dataset.kinds.split(" "),
    keys: [...row.cells].map((cell) => cell.dataset.v ?? cell.textContent.trim()),
  }));
  let order = all;
  let page = 0;

  const show = () => {
    const wanted = query.value.trim().toLowerCase().normalize("NFC");
    const found = order.filter((s) => s.words.includes(wanted) && (!status.value || s.kinds.includes(status.value)));
    const pages = Math.max(1, Math.ceil(found.length / size));
    page = Math.min(page, pages - 1);
    body.replaceChildren(...found.slice(page * size, (page + 1) * size).map((s) => s.row));
    count.textContent = found.length === all.length ? `${all.length} submissions` : `${found.length} of ${all.length} submissions`;
    pager.hidden = pages === 1;
    place.textContent = `Page ${page + 1} of ${pages}`;
    back.disabled = page === 0;
    forward.disabled = page === pages - 1;
  };

  // A cell without a number ("") comes last, whichever way the column is sorted.
  const compare = (numeric, sign) => (a, b) => {
    if (a === "" || b === "") return (a === "") - (b === "");
    return sign * (numeric ? Number(a) - Number(b) : collator.compare(a, b));
  };

  for (const [column, head] of [...table.tHead.rows[0].cells].entries()) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const sign = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
      for (const other of head.parentNode.cells) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", sign === 1 ? "ascending" : "descending");
      const by = compare(head.dataset.kind === "number", sign);
      order = [...order].sort((a, b) => by(a.keys[column], b.keys[column]));
      page = 0;
      show();
    });
  }
  for (const control of [query, status]) control.addEventListener("input", () => { page = 0; show(); });
  back.addEventListener("click", () => { page -= 1; show(); });
  forward.addEventListener("click", () => { page += 1; show(); });
  // Paper shows everyone: sorted and filtered as on the screen, but not cut into pages.
  addEventListener("beforeprint", () => body.replaceChildren(...order.map((s) => s.row)));
  addEventListener("afterprint", show);
  tools.hidden = false;
  show();
})();
