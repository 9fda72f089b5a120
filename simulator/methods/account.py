"""The bot's own account: who it is, its commands and descriptions."""

import json
import re
from typing import Any

from simulator.methods.access import Access, chat_of
from simulator.methods.call import Args, Call, method
from simulator.world.errors import bad
from simulator.world.rights import admin_rights

Json = dict[str, Any]
COMMAND = re.compile(r"^[a-z0-9_]{1,32}$")
MOST_COMMANDS = 100
LENGTHS = {"name": 64, "description": 512, "short_description": 120}
SCOPES = frozenset(
    {
        "default",
        "all_private_chats",
        "all_group_chats",
        "all_chat_administrators",
        "chat",
        "chat_administrators",
        "chat_member",
    }
)


@method("getMe")
def get_me(call: Call) -> Json:
    return call.bot.me()


@method("logOut")
def log_out(call: Call) -> bool:
    call.bot.logged_out = True
    return True


@method("close")
def close(call: Call) -> bool:
    """Nothing to close here: the instance stays, as after moving to another server."""
    call.bot.webhook = None
    return True


def _scope(call: Call) -> str:
    given = call.args.parsed("scope", "BotCommandScope")
    if given is None:
        return '{"type":"default"}'
    if not isinstance(given, dict) or given.get("type") not in SCOPES:
        raise bad("can't parse BotCommandScope: unsupported type specified")
    scope: Json = {"type": given["type"]}
    if given["type"] in {"chat", "chat_administrators", "chat_member"}:
        if not given.get("chat_id"):
            raise bad("can't parse BotCommandScope: empty chat_id specified")
        inner = Call(call.world, call.bot, Args({"chat_id": given["chat_id"]}))
        scope["chat_id"] = chat_of(inner, Access.READ_MEMBERS).id
    if given["type"] == "chat_member":
        scope["user_id"] = given.get("user_id")
    return json.dumps(scope, separators=(",", ":"), sort_keys=True)


def _commands(call: Call) -> list[dict[str, str]]:
    given = call.args.parsed("commands", "commands")
    if given is None:
        return []
    if not isinstance(given, list) or not all(isinstance(item, dict) for item in given):
        raise bad("can't parse commands: expected an Array of BotCommand")
    if len(given) > MOST_COMMANDS:
        raise bad("BOT_COMMANDS_TOO_MUCH")
    parsed = []
    for item in given:
        command = str(item.get("command", "")).removeprefix("/")
        description = str(item.get("description", "")).strip()
        if not COMMAND.match(command):
            raise bad("BOT_COMMAND_INVALID")
        if not 1 <= len(description) <= 256:
            raise bad("BOT_COMMAND_DESCRIPTION_INVALID")
        parsed.append({"command": command, "description": description})
    return parsed


@method("setMyCommands")
def set_commands(call: Call) -> bool:
    key = (_scope(call), call.args.text("language_code"))
    call.bot.commands[key] = _commands(call)
    return True


@method("deleteMyCommands")
def delete_commands(call: Call) -> bool:
    call.bot.commands.pop((_scope(call), call.args.text("language_code")), None)
    return True


@method("getMyCommands")
def get_commands(call: Call) -> list[dict[str, str]]:
    return call.bot.commands.get((_scope(call), call.args.text("language_code")), [])


def _set_text(call: Call, name: str) -> bool:
    text = call.args.text(name)
    if len(text) > LENGTHS[name]:
        raise bad(f"{name.replace('_', ' ')} is too long")
    call.bot.texts[name, call.args.text("language_code")] = text
    return True


def _get_text(call: Call, name: str) -> dict[str, str]:
    texts = call.bot.texts
    default = texts.get((name, ""), call.bot.user.first_name if name == "name" else "")
    return {name: texts.get((name, call.args.text("language_code"))) or default}


@method("setMyName")
def set_name(call: Call) -> bool:
    return _set_text(call, "name")


@method("getMyName")
def get_name(call: Call) -> dict[str, str]:
    return _get_text(call, "name")


@method("setMyDescription")
def set_description(call: Call) -> bool:
    return _set_text(call, "description")


@method("getMyDescription")
def get_description(call: Call) -> dict[str, str]:
    return _get_text(call, "description")


@method("setMyShortDescription")
def set_short_description(call: Call) -> bool:
    return _set_text(call, "short_description")


@method("getMyShortDescription")
def get_short_description(call: Call) -> dict[str, str]:
    return _get_text(call, "short_description")


def _rights_kind(call: Call) -> str:
    return "channel" if call.args.flag("for_channels") else "supergroup"


@method("setMyDefaultAdministratorRights")
def set_default_rights(call: Call) -> bool:
    kind = _rights_kind(call)
    call.bot.default_rights[kind] = admin_rights(
        kind, call.args.parsed("rights", "ChatAdministratorRights") or {}
    )
    return True


@method("getMyDefaultAdministratorRights")
def get_default_rights(call: Call) -> Json:
    kind = _rights_kind(call)
    return {"is_anonymous": False} | (call.bot.default_rights.get(kind) or admin_rights(kind, {}))


@method("getFile")
def get_file(call: Call) -> Json:
    file_id = call.args.text("file_id")
    if not file_id:
        raise bad("file_id not specified")
    file = call.world.files.get(file_id)
    if file is None:
        raise bad("wrong file_id or the file is temporarily unavailable")
    size = len(file.data)
    return {
        "file_id": file_id,
        "file_unique_id": f"u{file_id}",
        "file_size": size,
        "file_path": f"files/{file.id}",
    }


@method("getUserProfilePhotos")
def get_profile_photos(call: Call) -> Json:
    call.world.user(call.user_id())
    return {"total_count": 0, "photos": []}
