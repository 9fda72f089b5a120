// Suggestions while one types, as a combobox (ARIA 1.2). Without this script the form simply searches.

import { element, words } from "./words.js";

const PAUSE = 120;
const LIST = "suggestions";

/** A combobox on the form's search field; the form carries texts and language in `data-suggest`. */
export function suggest(form) {
  const { texts, language, suffix } = JSON.parse(form.dataset.suggest);
  const text = words(texts, language);
  const input = form.elements.namedItem("q");
  const list = element("ul", { class: LIST, id: LIST, role: "listbox", "aria-label": text.say("suggest.label"), hidden: "" });
  const status = element("p", { class: "unseen", role: "status" });
  let shown = [];
  let at = -1;
  let timer = null;
  let running = null;

  form.classList.add("suggesting");
  form.append(list, status);
  const roles = { role: "combobox", "aria-autocomplete": "list", "aria-controls": LIST, "aria-expanded": "false" };
  for (const [name, value] of Object.entries(roles)) input.setAttribute(name, value);

  const name = (one) => one.name ?? one.names[language] ?? one.names.be ?? Object.values(one.names)[0];
  const detail = (one) => {
    if (one.type === "address") return text.say("suggest.house");
    if (one.type !== "listing") return text.say(`level.${one.level}`);
    return one.metres === null ? text.members(one) : text.say("near.away", { n: one.metres });
  };
  const address = (one) => one.page + (suffix && (one.page.includes("?") ? "&" : "?") + suffix);

  function close() {
    list.hidden = true;
    at = -1;
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }

  /** What was chosen stays chosen while more answers come. */
  function show(found) {
    const kept = at < 0 ? -1 : found.findIndex((one) => one.page === shown[at].page);
    shown = found;
    const options = found.map((one, number) => {
      const option = { role: "option", id: `${LIST}-${number}`, "aria-selected": "false", "data-number": number };
      return element("li", option, element("span", {}, element("bdi", {}, name(one))), element("small", {}, detail(one)));
    });
    list.replaceChildren(...options);
    list.style.top = `${input.offsetTop + input.offsetHeight}px`;
    list.hidden = !found.length;
    choose(kept);
    input.setAttribute("aria-expanded", String(found.length > 0));
    status.textContent = found.length ? text.many("suggest.count", found.length) : text.say("suggest.none");
  }

  function choose(number) {
    at = number;
    for (const [n, option] of [...list.children].entries()) option.setAttribute("aria-selected", String(n === at));
    if (at < 0) return input.removeAttribute("aria-activedescendant");
    input.setAttribute("aria-activedescendant", `${LIST}-${at}`);
    return list.children[at].scrollIntoView({ block: "nearest" });
  }

  async function ask() {
    running?.abort();
    const q = input.value.trim();
    if (!q) return close();
    running = new AbortController();
    try {
      const answer = await fetch(`/api/v1/suggest?${new URLSearchParams({ q })}`, { signal: running.signal });
      if (answer.ok && document.activeElement === input) show((await answer.json()).suggestions);
    } catch {
      close(); // no network, or a newer question: the list beside says what is the matter
    }
    return null;
  }

  const keys = {
    ArrowDown: () => (list.hidden ? ask() : choose((at + 1) % shown.length)),
    ArrowUp: () => choose(at < 1 ? shown.length - 1 : at - 1),
    Enter: () => location.assign(address(shown[at])),
    Escape: close,
  };
  input.addEventListener("keydown", (event) => {
    const open = !list.hidden;
    if (event.isComposing || !(event.key in keys) || (!open && event.key !== "ArrowDown")) return;
    if (event.key === "Enter" && at < 0) return close();
    event.preventDefault();
    return keys[event.key]();
  });
  input.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, PAUSE);
  });
  input.addEventListener("blur", close);
  list.addEventListener("pointerdown", (event) => event.preventDefault());
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[data-number]");
    if (option) location.assign(address(shown[Number(option.dataset.number)]));
  });
}

for (const form of document.querySelectorAll("form[data-suggest]")) suggest(form);
