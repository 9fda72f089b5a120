// The open chat: head, messages, composer.
import { act, look, toast, upload } from "./api.js";
import { ask, avatar, button, h, openDialog, reconcile } from "./dom.js";
import { messageNode, summary } from "./message.js";
import { showInfo } from "./info.js";

const MEDIA = [
  ["photo", "Picture"], ["video", "Video"], ["animation", "GIF"], ["sticker", "Sticker"], ["voice", "Voice message"],
  ["video_note", "Round video"], ["document", "File"], ["location", "Location"], ["contact", "Contact"], ["poll", "Poll"],
];
const SHOWN = 200;

export class ChatPane {
  constructor(place, app) {
    this.place = place;
    this.app = app;
    this.replyTo = null;
    this.editing = null;
    this.input = h("textarea", { rows: 1, placeholder: "Message", "aria-label": "Message", maxlength: 4096 });
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
        event.preventDefault();
        this.submit();
      }
    });
    this.input.addEventListener("input", () => this.fit());
    this.messages = h("div", { class: "messages", tabindex: "0", role: "log", "aria-label": "Messages" });
    this.head = h("div", { class: "chat-head" });
    this.foot = h("div", { class: "chat-foot" });
  }

  get me() { return this.app.me; }
  get chat() { return this.app.chat; }

  fit() {
    this.input.style.height = "auto";
    this.input.style.height = `${Math.min(this.input.scrollHeight, 140)}px`;
  }

  empty() {
    this.place.replaceChildren(h("div", { class: "empty" }, h("p", {}, "Choose a chat."),
      h("p", {}, "You can be anybody here: choose who in the list above.")));
  }

  async show() {
    if (!this.chat) return this.empty();
    const wanted = this.chat;
    const [state, commands] = await Promise.all([
      look(`chats/${wanted}`), look(`commands?chat=${wanted}&user=${this.me}`)]);
    if (wanted !== this.chat) return undefined;
    if (this.shown !== wanted) this.replyTo = this.editing = null;
    this.shown = wanted;
    this.state = state;
    this.commands = commands;
    this.member = state.members.find((member) => member.user.id === this.me);
    this.render();
    return undefined;
  }

  render() {
    const atEnd = this.messages.scrollHeight - this.messages.scrollTop - this.messages.clientHeight < 80;
    const fresh = this.messages.dataset.chat !== String(this.chat);
    this.messages.dataset.chat = this.chat;
    const items = this.groups().map((group) => ({
      key: `${this.chat}/${group[0].message_id}`,
      look: JSON.stringify([group, this.me, this.showDeleted, group.map((one) => this.names.get(one.deleted_by))]),
      make: () => messageNode(group, this),
    }));
    if (!items.length) {
      items.push({ key: "none", look: "", make: () => h("p", { class: "service" }, "No messages yet") });
    }
    reconcile(this.messages, items);
    const look = JSON.stringify([{ ...this.state, messages: this.state.messages.map((one) => one.keyboard ?? 0) }, this.me, this.commands]);
    if (look !== this.look) {
      this.look = look;
      this.renderHead();
      this.renderFoot();
    }
    if (this.head.parentElement !== this.place) this.place.replaceChildren(this.head, this.messages, this.foot);
    if (atEnd || fresh) this.messages.scrollTop = this.messages.scrollHeight;
  }

  groups() {
    const groups = [];
    for (const message of this.state.messages.slice(-SHOWN)) {
      const last = groups.at(-1);
      if (message.media_group_id && last?.[0].media_group_id === message.media_group_id) last.push(message);
      else groups.push([message]);
    }
    return groups;
  }

  renderHead() {
    const { chat, count } = this.state;
    const isPrivate = chat.type === "private";
    const title = isPrivate ? this.app.bot.first_name : chat.title;
    const about = isPrivate ? "bot" : `${chat.type}, ${count} ${chat.type === "channel" ? "subscribers" : "members"}`;
    this.head.replaceChildren(
      button("‹", () => this.app.open(null), "back"),
      avatar(chat.id, title),
      h("div", { class: "chat-title" }, h("h1", {}, title), h("p", {}, [about, this.role()].filter(Boolean).join(" · "))),
      isPrivate ? null : button("About", () => showInfo(this), "quiet"));
  }

  role() {
    if (this.state.chat.type === "private") return "";
    return { creator: "you own it", administrator: "you are an admin", restricted: "you are restricted",
      kicked: "you are banned", member: "you are in" }[this.member?.status] ?? "you are not in";
  }

  get inside() {
    const status = this.member?.status;
    return this.state.chat.type === "private" || ["creator", "administrator", "member"].includes(status)
      || (status === "restricted" && this.member.is_member);
  }

  renderFoot() {
    const { chat } = this.state;
    if (chat.migrated_to) {
      return this.foot.replaceChildren(button("Go to the supergroup", () => this.app.open(chat.migrated_to), "main wide"));
    }
    if (!this.inside) return this.foot.replaceChildren(this.door());
    if (chat.type === "channel" && !["creator", "administrator"].includes(this.member?.status)) {
      return this.foot.replaceChildren(h("p", { class: "hint" }, "Only administrators write here."));
    }
    const focused = document.activeElement === this.input;
    const started = chat.type !== "private" || this.state.messages.length > 0;
    this.foot.replaceChildren(...[
      this.replyTo || this.editing ? h("div", { class: "about" },
        h("span", {}, this.editing ? "Editing" : "Answering: ", this.editing ? "" : summary(this.replyTo).slice(0, 80)),
        button("Cancel", () => this.forget(), "quiet")) : null,
      this.replyKeyboard(),
      started ? h("form", { class: "composer", onsubmit: (event) => { event.preventDefault(); this.submit(); } },
        button("+", () => this.attach(), "round"),
        this.commands.length ? button("/", () => this.showCommands(), "round") : null,
        this.input, h("button", { class: "main" }, "Send"))
        : button("Start", () => this.sendText("/start"), "main wide"),
    ].filter(Boolean));
    if (focused) this.input.focus();
    return undefined;
  }

  door() {
    if (this.member?.status === "kicked") return h("p", { class: "hint" }, "You are banned from this chat.");
    if (this.state.requests.includes(this.me)) return h("p", { class: "hint" }, "You asked to join. Wait for an answer.");
    const link = this.state.links.find((one) => !one.is_revoked);
    const fields = this.state.chat.username ? {} : { link: link?.invite_link ?? "" };
    const word = this.state.chat.join_by_request ? "Ask to join" : "Join";
    return button(word, () => act("join", { chat: this.chat, user: this.me, ...fields }), "main wide");
  }

  replyKeyboard() {
    const last = this.state.messages.findLast((message) => message.keyboard);
    const rows = last?.keyboard?.keyboard;
    if (!rows || this.state.chat.type !== "private") return null;
    return h("div", { class: "keyboard" }, rows.map((row) => h("div", {}, row.map((key) => {
      const text = typeof key === "string" ? key : key.text;
      return button(text, () => this.sendText(text));
    }))));
  }

  // What a message needs to draw itself and to act.
  get names() { return this.app.names; }
  get showDeleted() { return this.app.showDeleted; }
  get links() { return this.app.links; }

  sendText = (text) => act("write", { chat: this.chat, user: this.me, text });

  forget() {
    this.replyTo = this.editing = null;
    this.renderFoot();
  }

  async submit() {
    const text = this.input.value.trim();
    if (!text) return;
    const base = { chat: this.chat, user: this.me, text };
    const done = this.editing
      ? await act("edit", { ...base, message: this.editing.message_id })
      : await act("write", { ...base, reply_to: this.replyTo?.message_id ?? 0 });
    if (!done) return;
    this.input.value = "";
    this.fit();
    this.forget();
  }

  attach() {
    const text = this.input.value.trim();
    const send = async (fields) => {
      close();
      if (await act("write", { chat: this.chat, user: this.me, ...fields })) this.input.value = "";
    };
    const picker = h("input", { type: "file", accept: "image/*", hidden: true });
    picker.addEventListener("change", async () => {
      const file = picker.files[0] && await upload(picker.files[0]);
      if (file) send({ media: "photo", file, text });
    });
    const close = openDialog("Send", picker, h("div", { class: "choices" },
      MEDIA.map(([kind, name]) => button(name, () => send({ media: kind, text }))),
      button("Album of three", () => send({ album: [{ caption: text }, {}, { media: "video" }] })),
      button("Picture of yours", () => picker.click()),
      button("Forwarded post", () => { close(); this.forwardSomething(); })));
  }

  forwardSomething() {
    const origin = { type: "channel", date: Math.floor(Date.now() / 1000), message_id: 7,
      chat: { id: -1001999999999, type: "channel", title: "Easy money today", username: "easy_money_demo" } };
    act("forward", { chat: this.chat, user: this.me, origin, text: this.input.value.trim() || "Earn from home: t.me/+EasyMoney00" });
  }

  showCommands() {
    const close = openDialog("Commands", h("div", { class: "choices one" }, this.commands.map((command) =>
      button(`/${command.command} — ${command.description}`, () => {
        close();
        this.input.value = `/${command.command} `;
        this.input.focus();
      }))));
  }

  async press(message, data) {
    const pressed = await act("press", { chat: this.chat, user: this.me, message: message.message_id, data });
    if (!pressed) return;
    for (let turn = 0; turn < 25; turn += 1) {
      await new Promise((resolve) => { setTimeout(resolve, 200); });
      const { answer } = await look(`queries/${pressed.query}`);
      if (!answer) continue;
      if (answer.show_alert) openDialog(this.app.bot.first_name, h("p", {}, answer.text));
      else if (answer.text) toast(answer.text, true);
      return;
    }
    toast("The bot has not answered");
  }

  menu(message) {
    const own = message.author === this.me;
    const admin = ["creator", "administrator"].includes(this.member?.status);
    const base = { chat: this.chat, user: this.me };
    const items = [
      !message.service && ["Answer", () => { this.replyTo = message; this.renderFoot(); this.input.focus(); }],
      own && !message.service && ["Edit", () => {
        this.editing = message;
        this.input.value = message.text ?? message.caption ?? "";
        this.renderFoot();
        this.input.focus();
      }],
      !message.service && ["Forward", () => this.forward(message)],
      admin && ["Pin", () => act("pin", { ...base, message: message.message_id })],
      (own || admin || this.state.chat.type === "private") && ["Delete", () => act("erase", { ...base, messages: [message.message_id] })],
      admin && !own && message.from && ["Ban the author", () => act("remove", { chat: this.chat, by: this.me, user: message.author })],
      !message.service && ["Thumbs up", () => act("react", { ...base, message: message.message_id, emoji: "\u{1F44D}" })],
    ].filter(Boolean);
    const close = openDialog(summary(message).slice(0, 60) || "Message", h("div", { class: "choices" },
      items.map(([name, run]) => button(name, () => { close(); run(); }))),
      h("p", { class: "hint" }, `Message ${message.message_id}`));
  }

  forward(message) {
    const close = openDialog("Forward to", h("div", { class: "choices one" }, this.app.myChats().map((chat) =>
      button(chat.title, () => {
        close();
        act("forward", { chat: chat.id, user: this.me, from_chat: this.chat, message: message.message_id });
      }))));
  }

  async rename() {
    const title = await ask("Title of the chat", "Title", this.state.chat.title);
    if (title) act("title", { chat: this.chat, user: this.me, title });
  }
}
