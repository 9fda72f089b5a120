// One message, or one album, as a bubble.
import { avatar, button, clock, h, personName } from "./dom.js";
import { richText } from "./text.js";

const LABELS = {
  photo: "Picture", video: "Video", animation: "GIF", sticker: "Sticker", voice: "Voice message",
  document: "File", audio: "Music", video_note: "Round video", location: "Location", venue: "Place",
  contact: "Contact", poll: "Poll", dice: "Dice", live_photo: "Live photo", paid_media: "Paid media", text: "Message",
};
const PICTURED = ["photo", "video", "animation", "sticker", "video_note", "live_photo", "paid_media"];

export function senderOf(message) {
  if (message.sender_chat) return { id: message.sender_chat.id, name: message.sender_chat.title };
  if (message.from) return { id: message.from.id, name: personName(message.from) };
  return { id: message.chat.id, name: message.chat.title ?? "" };
}

export function label(message) {
  return LABELS[message.kind] ?? message.kind.replaceAll("_", " ");
}

export function summary(message) {
  if (message.service) return serviceText(message);
  const words = message.text ?? message.caption ?? "";
  return message.kind === "text" ? words : `${label(message)}${words ? `: ${words}` : ""}`;
}

export function serviceText(message) {
  const who = senderOf(message).name;
  if (message.new_chat_members) {
    const names = message.new_chat_members.map(personName).join(", ");
    return message.new_chat_members[0].id === message.from?.id ? `${names} joined` : `${who} added ${names}`;
  }
  if (message.left_chat_member) {
    const name = personName(message.left_chat_member);
    return message.left_chat_member.id === message.from?.id ? `${name} left` : `${who} removed ${name}`;
  }
  if (message.new_chat_title) return `${who} named this chat “${message.new_chat_title}”`;
  if (message.new_chat_photo) return `${who} changed the photo`;
  if (message.delete_chat_photo) return `${who} removed the photo`;
  if (message.pinned_message) return `${who} pinned a message`;
  if (message.migrate_to_chat_id) return "This group became a supergroup";
  if (message.migrate_from_chat_id) return "This supergroup was a group before";
  return message.kind.replaceAll("_", " ");
}

export function messageNode(group, context) {
  const [first] = group;
  if (group.every((message) => message.deleted)) return ghost(group, context);
  if (first.service) return h("p", { class: "service" }, serviceText(first), menuButton(first, context));
  const sender = senderOf(first);
  const mine = first.author === context.me && !first.sender_chat;
  const alive = group.filter((message) => !message.deleted);
  return h("article", { class: `row${mine ? " mine" : ""}` },
    mine ? null : avatar(sender.id, sender.name),
    h("div", { class: "bubble" },
      mine ? null : h("div", { class: `sender hue${Math.abs(sender.id) % 7}` }, sender.name,
        first.author_signature ? h("span", { class: "tag" }, first.author_signature) : null),
      first.forward_origin ? h("div", { class: "forwarded" }, `Forwarded from ${originName(first.forward_origin)}`) : null,
      first.reply_to_message ? h("div", { class: "reply" },
        h("strong", {}, senderOf(first.reply_to_message).name), " ",
        h("span", {}, (first.reply_to_message.text ?? first.reply_to_message.caption ?? "…").slice(0, 90))) : null,
      media(alive),
      ...alive.map((message) => words(message, context)),
      h("div", { class: "meta" }, first.edit_date ? "edited " : "", clock(first.date), menuButton(first, context)),
      keyboard(first, context)));
}

function ghost(group, context) {
  if (!context.showDeleted) return null;
  const [first] = group;
  const by = context.names.get(first.deleted_by) ?? "somebody";
  const what = first.service ? serviceText(first) : `${label(first)} by ${senderOf(first).name}`;
  const several = group.length > 1 ? `Album of ${group.length} by ${senderOf(first).name}` : what;
  return h("p", { class: "ghost" }, `${several} — deleted by ${by}`);
}

function originName(origin) {
  if (origin.sender_user) return personName(origin.sender_user);
  return origin.chat?.title ?? origin.sender_chat?.title ?? origin.sender_user_name ?? "somebody";
}

function media(group) {
  const pictured = group.filter((message) => PICTURED.includes(message.kind));
  if (pictured.length) {
    return h("div", { class: `media n${Math.min(pictured.length, 4)} ${pictured[0].kind}` },
      pictured.map((message) => h("img", { src: `/sim/files/${fileId(message)}`, alt: label(message), loading: "lazy" })));
  }
  const [message] = group;
  if (message.poll) {
    return h("div", { class: "card" }, h("strong", {}, message.poll.question),
      h("ul", {}, message.poll.options.map((option) => h("li", {}, option.text))));
  }
  if (message.contact) return h("div", { class: "card" }, `${message.contact.first_name} · ${message.contact.phone_number}`);
  if (message.location) return h("div", { class: "card" }, `${message.venue?.title ?? "Location"} · ${message.location.latitude}, ${message.location.longitude}`);
  if (message.kind === "text" || message.text) return null;
  return h("div", { class: "card" }, message.document?.file_name ?? label(message));
}

function fileId(message) {
  const found = message[message.kind];
  if (message.kind === "photo") return found.at(-1).file_id;
  if (message.kind === "paid_media") return found.paid_media[0].photo.at(-1).file_id;
  return found.file_id;
}

function words(message, context) {
  const text = message.text ?? message.caption;
  if (!text) return null;
  return h("div", { class: "words" },
    richText(text, message.entities ?? message.caption_entities, context.sendText, context.links));
}

function keyboard(message, context) {
  const rows = message.reply_markup?.inline_keyboard;
  if (!rows) return null;
  return h("div", { class: "keyboard" }, rows.map((row) => h("div", {}, row.map((key) => {
    if (key.callback_data) return button(key.text, () => context.press(message, key.callback_data));
    if (key.url) return button(`${key.text} ↗`, () => context.links.open(key.url));
    return button(key.text, () => {}, "");
  }))));
}

function menuButton(message, context) {
  return h("button", { type: "button", class: "dots", "aria-label": "Message actions",
    onclick: () => context.menu(message) }, "⋯");
}
