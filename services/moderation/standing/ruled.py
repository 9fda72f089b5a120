"""The operator's own rules in one chat: which are passed on, and what they may do by themselves."""

from typing import Any

from services.moderation.domain.conditions import ACTIONS, RULES_APART, Rule, agreed, hardest, matching
from services.moderation.domain.standing import Conclusion, Presence, Profile, conclude

ADVISE = ACTIONS[0]


def fresh(rules: tuple[Rule, ...], here: Conclusion, presence: Presence) -> tuple[Rule, ...]:
    """Rules that hold where something was just seen. Each is passed on once in each chat, and once more when
    it no longer rests on any single voice of other chats.
    """
    if not rules or presence.left or not presence.was_here:
        return ()
    held = matching(rules, here.facts, here.signals, here.score)
    firm = _firm(tuple(one for one in held if not _is_told_firm(one, presence)), here)
    found = tuple(one for one in held if one.name not in presence.rules or one in firm)
    presence.rules += tuple(one.name for one in found if one.name not in presence.rules)
    presence.firm_rules += tuple(one.name for one in firm if one.name not in presence.firm_rules)
    return found


def _is_told_firm(rule: Rule, presence: Presence) -> bool:
    """Of what was passed on before this was kept, it may have been acted on."""
    before = rule.name in presence.rules and presence.passed is None
    return before or rule.name in presence.firm_rules


def _firm(rules: tuple[Rule, ...], here: Conclusion) -> tuple[Rule, ...]:
    """Those that hold without any single voice of others; a rule that only advises need not."""
    acting = [rule for rule in rules if rule.action != ADVISE]
    cases = (here, *here.variants) if acting else ()
    return tuple(rule for rule in acting if agreed((rule,), cases) == rule.action)


def named(rules: tuple[Rule, ...], here: Conclusion, profile: Profile) -> dict[str, Any]:
    """What is said of them to the chat's stage."""
    alone = conclude(profile.alone(here.facts.chat), here.finds)
    action = max((rule.action for rule in rules), key=ACTIONS.index)
    acts = action != ADVISE
    return {
        "rule": RULES_APART.join(rule.name for rule in rules),
        "action": action,
        "firm_action": agreed(rules, (here, *here.variants)) if acts else ADVISE,
        "own_action": (hardest(rules, alone) or ADVISE) if acts else ADVISE,
    }
