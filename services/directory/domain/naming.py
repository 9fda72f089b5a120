"""What a listing without a name is called until its chat's title is known."""

from shared.contracts.listings import Link, Name

SHOWN_OF_HASH = 12
"""Characters of an invite's hash that are shown: enough to tell listings apart, too few to join by."""


def name_from_link(link: Link) -> Name:
    """`@user_name`, or the beginning of an invite link."""
    return f"@{link.value}" if link.kind == "username" else f"t.me/+{link.value[:SHOWN_OF_HASH]}…"


def is_from_link(name: Name, link: Link) -> bool:
    """Whether the name only repeats the link, so that any real name is better."""
    return name == name_from_link(link)
