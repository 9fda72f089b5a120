"""The Bot API's methods, by group. Each takes a `Call` and returns the `result`, or raises a Refusal."""

from simulator.methods import (
    account,
    asking,
    chats,
    deleting,
    editing,
    joining,
    members,
    sending,
)
from simulator.methods.call import METHODS, Call, Method

__all__ = [
    "METHODS",
    "Call",
    "Method",
    "account",
    "asking",
    "chats",
    "deleting",
    "editing",
    "joining",
    "members",
    "sending",
]
