// A text with Telegram's entities as DOM nodes. Offsets count UTF-16 units, as JavaScript strings do.
import { h } from "./dom.js";

const TAGS = {
  bold: "strong", italic: "em", underline: "u", strikethrough: "s", code: "code", pre: "pre",
  blockquote: "blockquote", expandable_blockquote: "blockquote",
};

export function richText(text, entities = [], onCommand = null, onLink = null) {
  return nest(text, 0, text.length, [...entities].sort((a, b) => a.offset - b.offset || b.length - a.length), onCommand, onLink);
}

function nest(text, start, end, entities, onCommand, onLink) {
  const nodes = [];
  let place = start;
  while (entities.length && entities[0].offset < end) {
    const entity = entities.shift();
    if (entity.offset < place) continue;
    if (entity.offset > place) nodes.push(text.slice(place, entity.offset));
    const stop = Math.min(entity.offset + entity.length, end);
    const inner = nest(text, entity.offset, stop, entities, onCommand, onLink);
    nodes.push(wrap(entity, text.slice(entity.offset, stop), inner, onCommand, onLink));
    place = stop;
  }
  if (place < end) nodes.push(text.slice(place, end));
  return nodes;
}

function wrap(entity, shown, inner, onCommand, onLink) {
  if (TAGS[entity.type]) return h(TAGS[entity.type], {}, inner);
  if (entity.type === "spoiler") return h("span", { class: "spoiler", tabindex: "0" }, inner);
  if (entity.type === "bot_command" && onCommand) {
    return h("button", { type: "button", class: "inline", onclick: () => onCommand(shown) }, shown);
  }
  if (entity.type === "text_link" || entity.type === "url") {
    const address = entity.url ?? (/^https?:/i.test(shown) ? shown : `https://${shown}`);
    if (onLink && onLink.handles(address)) {
      return h("button", { type: "button", class: "inline", title: address, onclick: () => onLink.open(address) }, inner);
    }
    return h("span", { class: "linklike", title: address }, inner);
  }
  if (["mention", "hashtag", "cashtag", "email", "phone_number", "text_mention"].includes(entity.type)) {
    return h("span", { class: "linklike" }, inner);
  }
  return h("span", {}, inner);
}
