// What one can do with a chat: members, administrators, bots, title, migration.
import { act } from "./api.js";
import { avatar, button, h, openDialog, personName } from "./dom.js";

const STATUS = { creator: "owner", administrator: "admin", member: "", restricted: "restricted", left: "not in", kicked: "banned" };

export function showInfo(pane) {
  const { state, me, app } = pane;
  const chat = state.chat;
  const rules = ["creator", "administrator"].includes(pane.member?.status);
  const base = { chat: chat.id, user: me };
  const actions = [
    pane.inside && pane.member?.status !== "creator" && ["Leave", () => act("leave", base)],
    pane.inside && !rules && ["Become an admin", () => act("promote", base)],
    pane.member?.status === "administrator" && ["Stop being an admin", () => act("promote", { ...base, rights: {} })],
    rules && ["Change the title", () => pane.rename()],
    rules && ["Change the photo", () => act("photo", base)],
    rules && chat.type === "group" && ["Make it a supergroup", async () => {
      const moved = await act("migrate", base);
      if (moved) app.open(moved.id);
    }],
    rules && chat.type !== "group" && [chat.join_by_request ? "Let anybody in" : "Let in by request",
      () => act("settings", { chat: chat.id, join_by_request: !chat.join_by_request })],
  ].filter(Boolean);
  const close = openDialog(chat.title,
    h("p", { class: "hint" }, [chat.username ? `@${chat.username}` : "", `id ${chat.id}`].filter(Boolean).join(" · ")),
    h("div", { class: "choices" }, actions.map(([name, run]) => button(name, () => { close(); run(); }))),
    h("h3", {}, "People and bots"),
    h("ul", { class: "people" }, everybody(state, app).map((member) => row(member, pane, rules, () => close()))));
}

function everybody(state, app) {
  const known = new Set(state.members.map((member) => member.user.id));
  const bots = app.world.bots.filter((bot) => !known.has(bot.id)).map((user) => ({ user, status: "left" }));
  const asking = app.world.users.filter((user) => state.requests.includes(user.id) && !known.has(user.id));
  return [...state.members, ...bots, ...asking.map((user) => ({ user, status: "left" }))];
}

function row(member, pane, rules, close) {
  const { user } = member;
  const chat = pane.state.chat.id;
  const run = (name, fields) => () => { close(); act(name, { chat, user: user.id, ...fields }); };
  const keys = [];
  if (rules && user.id !== pane.me && member.status !== "creator") {
    if (member.status === "kicked") keys.push(button("Unban", run("remove", { by: pane.me, how: "unban" })));
    else if (member.status === "left" && user.is_bot) keys.push(button("Add", run("join", { by: pane.me })));
    else if (member.status !== "left") {
      keys.push(button("Ban", run("remove", { by: pane.me })));
      if (member.status !== "administrator") keys.push(button("Make admin", run("promote", {})));
    }
    if (pane.state.requests.includes(user.id)) keys.push(button("Let in", run("answer", { by: pane.me, let_in: true })));
  }
  return h("li", {}, avatar(user.id, personName(user)),
    h("span", { class: "person" }, personName(user), h("small", {}, [user.is_bot ? "bot" : "", STATUS[member.status]].filter(Boolean).join(", "))),
    h("span", { class: "keys" }, keys));
}
