// Words of the page's language, handed over by the page itself.

// As the server does it: not every browser's own tables know Belarusian.
const english = (n) => (n === 1 ? 0 : 1);
const slavic = (n) => {
  if (n % 10 === 1 && n % 100 !== 11) return 0;
  return [2, 3, 4].includes(n % 10) && ![12, 13, 14].includes(n % 100) ? 1 : 2;
};
const grouped = (n, between) => String(n).replace(/\B(?=(\d{3})+$)/g, between);
const two = (n) => String(n).padStart(2, "0");

/** Texts of one language. `number` and `many` write numbers as the server does. */
export function words(texts, language) {
  const plural = language === "en" ? english : slavic;
  const number = (n) => (language === "en" ? grouped(n, ",") : n < 10000 ? String(n) : grouped(n, "\u00a0"));
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
  const say = (key, values = {}) => fill(texts[key] ?? "", values);
  const many = (key, n) => {
    const forms = texts[key];
    return fill(forms[plural(n)], { n: number(n) });
  };
  const members = ({ members: count, members_below: below }) => {
    if (count !== null && count !== undefined) return many("members.count", count);
    return below ? say("members.below", { n: below }) : say("members.unknown");
  };
  const time = (moment) => `${two(moment.getHours())}:${two(moment.getMinutes())}`;
  const date = (moment) => `${moment.getDate()} ${texts["date.months"][moment.getMonth()]} ${moment.getFullYear()}`;
  return { time, date, say, many, members, number, names: texts.names ?? {} };
}

/** An element with attributes and children; text is always text, never HTML. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
