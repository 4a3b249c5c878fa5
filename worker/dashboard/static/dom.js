// Every value becomes text here: nothing that comes from Redis is ever parsed as HTML.

export const byId = (id) => document.getElementById(id);

export function el(tag, given = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(given)) {
    if (name === "class") node.className = value;
    else if (name === "on") for (const [event, act] of Object.entries(value)) node.addEventListener(event, act);
    else node.setAttribute(name, value);
  }
  node.append(...children);
  return node;
}

export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function setClass(node, name) {
  if (node.className !== name) node.className = name;
}

export function setTitle(node, text) {
  if (node.title !== text) node.title = text;
}

export function show(node, shown) {
  if (node.hidden === shown) node.hidden = !shown;
}

const kept = new WeakMap();

// Makes the rows of `body` those of `items`: a row that is there already is updated, never built anew, so that what has
// the focus keeps it. `make(item)` returns {row, update}.
export function showRows(body, items, keyOf, make) {
  showList(body, items, keyOf, (item) => named(body, make(item)));
}

// The same of a list, whose items need no names of columns.
export function showList(body, items, keyOf, make) {
  const before = kept.get(body) ?? new Map();
  const now = new Map();
  let place = body.firstChild;
  for (const item of items) {
    const key = keyOf(item);
    if (now.has(key)) continue;
    const there = before.get(key) ?? make(item);
    there.update(item);
    now.set(key, there);
    if (there.row === place) place = place.nextSibling;
    else body.insertBefore(there.row, place);
  }
  for (const [key, { row }] of before) if (!now.has(key)) row.remove();
  kept.set(body, now);
}

// On a narrow screen a row is a block: its cells name their column themselves, and the roles are said aloud.
function named(body, there) {
  const heads = body.closest("table").querySelectorAll("th");
  there.row.setAttribute("role", "row");
  [...there.row.children].forEach((cell, index) => {
    cell.setAttribute("role", "cell");
    cell.dataset.label = heads[index].textContent;
  });
  return there;
}

export function nameTables() {
  const roles = { table: "table", "thead, tbody": "rowgroup", "thead tr": "row", th: "columnheader" };
  for (const [selector, role] of Object.entries(roles)) {
    for (const node of document.querySelectorAll(selector)) node.setAttribute("role", role);
  }
}

export function facts(pairs) {
  const list = el("dl", { class: "facts" });
  for (const [name, value] of pairs) {
    if (value === null || value === undefined || value === "") continue;
    list.append(el("dt", {}, name), el("dd", {}, value));
  }
  return list;
}
