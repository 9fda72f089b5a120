// Building elements. Text is always text: nothing here parses HTML.

export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "class") element.className = value;
    else if (value === true) element.setAttribute(name, "");
    else element.setAttribute(name, value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function button(text, onclick, kind = "") {
  return h("button", { type: "button", class: kind, onclick }, text);
}

export function avatar(id, name) {
  const letters = [...name].filter((letter) => /[\p{L}\p{N}]/u.test(letter)).slice(0, 1);
  return h("span", { class: `avatar hue${Math.abs(id) % 7}`, "aria-hidden": "true" }, letters.join("") || "?");
}

export function personName(user) {
  return [user.first_name, user.last_name].filter(Boolean).join(" ");
}

export function clock(date) {
  return new Date(date * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", hour12: false });
}

// Shows `items` ({key, look, make}) in `parent`; a node stays as long as its look does, so that a click
// or a selection is not lost when something else changes.
export function reconcile(parent, items) {
  const old = parent.drawn ?? new Map();
  const drawn = new Map();
  let place = parent.firstChild;
  for (const { key, look, make } of items) {
    const known = old.get(key);
    const node = known?.look === look && known.node.parentNode === parent ? known.node : make();
    if (!node) continue;
    drawn.set(key, { look, node });
    if (node === place) place = place.nextSibling;
    else parent.insertBefore(node, place);
  }
  while (place) {
    const next = place.nextSibling;
    place.remove();
    place = next;
  }
  parent.drawn = drawn;
}

// Opens the dialog with these children; returns a function that closes it.
export function openDialog(title, ...children) {
  const dialog = document.getElementById("dialog");
  const close = () => dialog.close();
  dialog.replaceChildren(
    h("div", { class: "dialog-head" }, h("h2", {}, title), button("Close", close, "quiet")),
    h("div", { class: "dialog-body" }, ...children),
  );
  if (!dialog.open) dialog.showModal();
  dialog.onclick = (event) => event.target === dialog && close();
  return close;
}

export function ask(title, label, value = "") {
  return new Promise((resolve) => {
    const input = h("input", { type: "text", value, "aria-label": label, placeholder: label, maxlength: 128 });
    const form = h("form", { method: "dialog", class: "ask" }, input, h("button", { class: "main" }, "OK"));
    let answer = null;
    form.addEventListener("submit", () => (answer = input.value.trim() || null));
    openDialog(title, form);
    document.getElementById("dialog").addEventListener("close", () => resolve(answer), { once: true });
    input.focus();
  });
}
