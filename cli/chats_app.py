"""The commands of `dze chats`; what they do is imported when one is called."""

from enum import StrEnum
from typing import Annotated

import typer

app = typer.Typer(help="Which chats use the bot, and whose word counts elsewhere.", no_args_is_help=True)
Json = Annotated[bool, typer.Option("--json", help="For programs.")]
Chat = Annotated[str, typer.Argument(metavar="CODE|ID", help="As `dze chats list` names it.")]
Chats = Annotated[
    list[str],
    typer.Argument(
        metavar="CODE|ID...", help="As `dze chats list` names them; an id also before it was met."
    ),
]
NEGATIVE = {"ignore_unknown_options": True}
"""Ids of groups are negative: they are no options."""


class ChatState(StrEnum):
    """What a chat may be."""

    GUEST = "guest"
    KNOWN = "known"
    BLOCKED = "blocked"


@app.command("list")
def chats_list(
    state: Annotated[ChatState | None, typer.Option(help="Only these.")] = None, as_json: Json = False
) -> None:
    """List chats: what they are, since when, whether on the map, their team, how the bot stands there."""
    from cli.chats import list_ as run  # noqa: PLC0415

    run(state=state.value if state else None, as_json=as_json)


@app.command("show", context_settings=NEGATIVE)
def chats_show(chat: Chat, as_json: Json = False) -> None:
    """Show everything that is known of one chat."""
    from cli.chats import show as run  # noqa: PLC0415

    run(chat, as_json=as_json)


@app.command("admit", context_settings=NEGATIVE)
def chats_admit(chats: Chats) -> None:
    """Make chats known: what they say of people counts in other chats."""
    _decide(chats, ChatState.KNOWN)


@app.command("guest", context_settings=NEGATIVE)
def chats_guest(chats: Chats) -> None:
    """Make chats guests: they may use the bot, and their word counts nowhere else; what they said ends."""
    _decide(chats, ChatState.GUEST)


@app.command("block", context_settings=NEGATIVE)
def chats_block(chats: Chats) -> None:
    """Shut chats out: the bot leaves, and what they said ends."""
    _decide(chats, ChatState.BLOCKED)


def _decide(chats: list[str], state: ChatState) -> None:
    from cli.chats import decide  # noqa: PLC0415

    decide(chats, state.value)
