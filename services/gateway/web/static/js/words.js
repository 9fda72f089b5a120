// Words of the page's language, handed over by the page itself.

// As the server does it: not every browser's own tables know Belarusian.
const english = (n) => (n === 1 ? 0 : 1);
const slavic = (n) => {
  if (n % 10 === 1 && n % 100 !== 11) return 0;
  return [2, 3, 4].includes(n % 10) && ![12, 13, 14].includes(n % 100) ? 1 : 2;
};
const grouped = (n, between) => String(n).replace(/\B(?=(\d{3})+$)/g, between);

/** Texts of one language. `number` and `many` write numbers as the server does, `time` and `date` tell the time of the
 * city, whose clocks are `ahead` minutes before UTC; without that, the device's own. */
export function words(texts, language, ahead = null) {
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
  const there = (moment) => new Date(moment.getTime() + (ahead ?? -moment.getTimezoneOffset()) * 60000);
  const time = (moment) => there(moment).toISOString().slice(11, 16);
  const date = (moment) => {
    const day = there(moment);
    return `${day.getUTCDate()} ${texts["date.months"][day.getUTCMonth()]} ${day.getUTCFullYear()}`;
  };
  return { time, date, say, many, members, number, names: texts.names ?? {} };
}

/** An element with attributes and children; text is always text, never HTML. */
export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}
