// Words of the page's language, handed over by the page itself.

const FORMS = { one: 0, few: 1, many: 2, other: 2 };

/** Texts of one language. `number` and `many` write numbers as the server does. */
export function words(texts, language) {
  const plural = new Intl.PluralRules(language);
  const number = (n) =>
    language === "en" ? n.toLocaleString("en") : n < 10000 ? String(n) : n.toLocaleString("ru").replace(/\s/g, "\u00a0");
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  const say = (key, values = {}) => fill(texts[key] ?? "", values);
  const many = (key, n) => {
    const forms = texts[key];
    return fill(forms[Math.min(FORMS[plural.select(n)], forms.length - 1)], { n: number(n) });
  };
  const members = ({ members: count, members_below: below }) => {
    if (count !== null && count !== undefined) return many("members.count", count);
    return below ? say("members.below", { n: below }) : say("members.unknown");
  };
  return { say, many, members, number, names: texts.names ?? {} };
}

/** An element with attributes and children; text is always text, never HTML. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
