"use strict";
// Sorts tables, opens the record a link leads to, switches the colours. All of the page is there
// without it.
(() => {
  const order = new Intl.Collator("en", { numeric: true });

  const keyOf = (row, column) => {
    const cell = row.cells[column];
    const text = cell.textContent.trim();
    if (cell.classList.contains("gap") || text === "") return null;
    const number = Number(cell.dataset.v ?? text);
    return Number.isNaN(number) ? text : number;
  };

  // Numbers before texts; gaps are last whichever way the rest is turned.
  const compare = (a, b, turn) => {
    if (a === null || b === null) return (a === null) - (b === null);
    if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
    return turn * (typeof a === "number" ? a - b : order.compare(a, b));
  };

  const sortable = (table) => {
    const body = table.tBodies[0];
    const given = [...body.rows];
    const heads = [...table.tHead.rows].at(-1).cells;
    for (const [column, head] of [...heads].entries()) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const keys = new Map(given.map((row) => [row, keyOf(row, column)]));
        const numeric = [...keys.values()].some((key) => typeof key === "number");
        const turns = numeric ? ["descending", "ascending"] : ["ascending", "descending"];
        const next = turns[turns.indexOf(head.ariaSort) + 1];
        for (const other of heads) other.ariaSort = null;
        if (next) head.ariaSort = next;
        const turn = next === "descending" ? -1 : 1;
        const sorted = next
          ? given.toSorted((a, b) => compare(keys.get(a), keys.get(b), turn))
          : given;
        body.append(...sorted);
      });
    }
  };

  const open = (hash) => {
    const target = document.getElementById(hash.slice(1));
    let closed = target?.closest("details:not([open])");
    while (closed) {
      closed.open = true;
      closed = closed.closest("details:not([open])");
    }
    return target;
  };

  const colours = (button) => {
    const dark = matchMedia("(prefers-color-scheme: dark)");
    const isDark = () => (document.documentElement.dataset.scheme ?? (dark.matches ? "dark" : "light")) === "dark";
    const name = () => { button.textContent = isDark() ? "Light colours" : "Dark colours"; };
    button.addEventListener("click", () => {
      document.documentElement.dataset.scheme = isDark() ? "light" : "dark";
      name();
    });
    dark.addEventListener("change", name);
    button.hidden = false;
    name();
  };

  for (const table of document.querySelectorAll("table")) sortable(table);
  colours(document.getElementById("scheme"));
  document.addEventListener("click", (event) => {
    const link = event.target.closest('a[href^="#"]');
    if (link) open(link.hash);
  });
  addEventListener("hashchange", () => open(location.hash));
  open(location.hash)?.scrollIntoView();
})();
