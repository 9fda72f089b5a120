// The page: who one is, the list of chats, the open chat; drawn again when the server says that something changed.
import { act, look } from "./api.js";
import { ask, avatar, button, h, openDialog, personName, reconcile } from "./dom.js";
import { ChatPane } from "./chat.js";

const ROLES = { alena_demo: "admin", yury_demo: "reviewer", maryna_demo: "resident" };

class App {
  constructor() {
    this.person = document.getElementById("person");
    this.list = document.getElementById("list");
    this.pane = new ChatPane(document.getElementById("chat"), this);
    this.chat = Number(new URLSearchParams(location.hash.slice(1)).get("chat")) || null;
    this.me = Number(localStorage.getItem("me")) || null;
    this.showDeleted = localStorage.getItem("deleted") !== "no";
    this.links = { handles: (address) => this.deepLink(address) !== null, open: (address) => this.openLink(address) };
    this.person.addEventListener("change", () => this.become(Number(this.person.value)));
    document.getElementById("more").addEventListener("click", () => this.more());
    addEventListener("hashchange", () => {
      this.chat = Number(new URLSearchParams(location.hash.slice(1)).get("chat")) || null;
      this.refresh();
    });
  }

  async start() {
    await this.refresh();
    document.getElementById("app").hidden = false;
    new EventSource("/sim/events").addEventListener("message", () => this.refresh());
  }

  get bot() { return this.world.bots[0] ?? { id: 0, first_name: "Bot", username: "" }; }

  async refresh() {
    if (this.busy) { this.again = true; return; }
    this.busy = true;
    try {
      this.world = await look(`world?user=${this.me ?? 0}`);
      if (!this.world.users.some((user) => user.id === this.me)) {
        this.me = this.world.users.find((user) => user.username === "maryna_demo")?.id ?? this.world.users[0]?.id ?? null;
        if (this.me) this.world = await look(`world?user=${this.me}`);
      }
      this.names = new Map([...this.world.users, ...this.world.bots].map((user) => [user.id, personName(user)]));
      this.renderPeople();
      this.renderList();
      await this.pane.show();
    } catch (error) {
      if (this.chat) this.open(null);
    } finally {
      this.busy = false;
      if (this.again) { this.again = false; this.refresh(); }
    }
  }

  become(id) {
    this.me = id;
    localStorage.setItem("me", id);
    if (this.chat > 0) this.open(id);
    else this.refresh();
  }

  open(chat) {
    location.hash = chat ? `chat=${chat}` : "";
  }

  myChats() {
    return this.world.chats.filter((chat) => chat.mine);
  }

  renderPeople() {
    const options = this.world.users.filter((user) => user.id !== 777000).map((user) => {
      const role = ROLES[user.username] ?? "";
      return h("option", { value: user.id, selected: user.id === this.me }, personName(user) + (role ? ` (${role})` : ""));
    });
    const look = JSON.stringify([this.world.users, this.me]);
    if (look !== this.people) this.person.replaceChildren(...options);
    this.people = look;
  }

  renderList() {
    document.body.classList.toggle("reading", Boolean(this.chat));
    const active = this.world.chats.filter((chat) => chat.active);
    const parts = [["Your chats", active.filter((chat) => chat.mine)], ["Others", active.filter((chat) => !chat.mine)]];
    const bots = this.world.bots.map((bot) => ({ id: this.me, title: bot.first_name, last: `@${bot.username}` }));
    const sections = [...parts, ["Bots", bots]].filter(([, chats]) => chats.length).map(([title, chats]) => ({
      key: title,
      look: JSON.stringify([chats, this.chat]),
      make: () => h("section", {}, h("h2", {}, title), chats.map((chat) => this.entry(chat))),
    }));
    const make = () => h("section", { class: "make" }, button("New group", () => this.newGroup(), "quiet"), button("New person", () => this.newPerson(), "quiet"));
    reconcile(this.list, [...sections, { key: "make", look: "", make }]);
  }

  entry(chat) {
    const current = chat.id === this.chat;
    return h("a", { class: `entry${current ? " current" : ""}`, href: `#chat=${chat.id}`, "aria-current": current ? "page" : null },
      avatar(chat.id, chat.title),
      h("span", { class: "lines" }, h("strong", {}, chat.title), h("span", {}, chat.last ?? "")),
      chat.count ? h("span", { class: "count" }, String(chat.count)) : null);
  }

  deepLink(address) {
    let link;
    try { link = new URL(address); } catch { return null; }
    if (!["t.me", "telegram.me"].includes(link.hostname)) return null;
    const name = link.pathname.slice(1).toLowerCase();
    if (name === this.bot.username.toLowerCase()) {
      return { bot: true, start: link.searchParams.get("start"), group: link.searchParams.has("startgroup") };
    }
    const chat = this.world.chats.find((one) => one.username?.toLowerCase() === name);
    if (chat) return { chat: chat.id };
    const channel = /^c\/(\d+)/.exec(name);
    return channel ? { chat: Number(`-100${channel[1]}`) } : null;
  }

  openLink(address) {
    const target = this.deepLink(address);
    if (target?.chat) this.open(target.chat);
    else if (target?.bot) {
      this.open(this.me);
      if (target.start !== null) act("write", { chat: this.me, user: this.me, text: `/start ${target.start}`.trim() });
    } else if (/^https?:/.test(address)) openDialog("A link", h("p", { class: "address" }, address));
  }

  async newGroup() {
    const title = await ask("A new group", "Its title");
    if (!title) return;
    const chat = await act("chat", { kind: "group", title, owner: this.me });
    if (chat) this.open(chat.id);
  }

  async newPerson() {
    const name = await ask("A new person", "First name");
    const user = name && await act("user", { first_name: name });
    if (user) this.become(user.id);
  }

  more() {
    const deleted = h("input", { type: "checkbox", checked: this.showDeleted });
    deleted.addEventListener("change", () => {
      this.showDeleted = deleted.checked;
      localStorage.setItem("deleted", deleted.checked ? "yes" : "no");
      this.pane.show();
    });
    const hours = (count) => button(count ? `+${count} h` : "Now", () => act("shift", { seconds: count * 3600 }));
    openDialog("The simulator",
      h("label", { class: "check" }, deleted, "Show a trace of what was deleted"),
      h("h3", {}, "Clock"), h("div", { class: "choices" }, [0, 1, 24, 49].map(hours)),
      h("h3", {}, "Calls of the bot"), h("div", { class: "calls", id: "calls" }, "…"),
      h("div", { class: "choices" }, button("Begin again", () => act("reset", {}), "danger")));
    this.showCalls();
  }

  async showCalls() {
    const calls = await look("calls?most=40");
    document.getElementById("calls").replaceChildren(h("ol", {}, calls.reverse().map((call) =>
      h("li", { class: call.status === 200 ? "" : "failed" }, h("code", {}, call.method), " ",
        h("span", {}, call.chat_id ? `chat ${call.chat_id}` : ""), " ", call.description))),
      calls.length ? "" : h("p", { class: "hint" }, "None yet."));
  }
}

new App().start();
