"""Table and picture of what came out of the simulated cities."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import log10

from bench.city_habits import BEYOND, HABITS
from bench.city_map import HOUR
from bench.city_people import BUSY, GROUPS, HOME


@dataclass
class Result:
    """One group of people in one city; delays in seconds since the first join, since the joins were odd, and
    since they were like no innocent's.
    """

    shape: str
    seed: int
    group: str
    count: int = 0
    beyond: int = 0
    """Whose trail of joins ever gets beyond the innocent's."""
    since_first: list[int] = field(default_factory=list)
    since_odd: list[int] = field(default_factory=list)
    since_shown: list[int] = field(default_factory=list)

    def add(self, advised: int | None, moments: tuple[int, int, int], *, beyond: bool) -> None:
        self.count += 1
        self.beyond += beyond
        if advised is not None:
            for delays, since in zip(
                (self.since_first, self.since_odd, self.since_shown), moments, strict=True
            ):
                delays.append(max(advised - since, 0))


def _sum(results: Iterable[Result], group: str) -> Result:
    total = Result("", 0, group)
    for one in results:
        if one.group == group:
            total.count += one.count
            total.beyond += one.beyond
            total.since_first += one.since_first
            total.since_odd += one.since_odd
            total.since_shown += one.since_shown
    return total


SOON = "within an hour of when it shows"


def _head(*names: str) -> list[str]:
    return ["| " + " | ".join(names) + " |", "| " + " | ".join("---" for _ in names) + " |"]


def table(results: list[Result]) -> str:
    """Markdown, all cities together."""
    soon = ("within an hour of the first join", "within an hour of when it is odd", SOON)
    rows = _head("who", "people", "trail shows", "advised on", *soon, "half of them after")
    for group in (*HABITS, *BEYOND):
        one = _sum(results, group)
        found = (len(one.since_first), *map(_within, (one.since_first, one.since_odd, one.since_shown)))
        shares = " | ".join(_share(count, one.count) for count in (one.beyond, *found))
        rows.append(f"| infiltrators: {group} | {one.count} | {shares} | {_long(one.since_first)} |")
    for group in GROUPS:
        one = _sum(results, group)
        shares = f"{_share(one.beyond, one.count, 2)} | {_share(len(one.since_first), one.count, 2)}"
        rows.append(f"| {group} | {one.count} | {shares} | | | | |")
    return "\n".join(rows)


def totals(results: list[Result], more: Iterable[tuple[str, list[Result]]] = ()) -> str:
    """Markdown, a line for each city; `more`: others, one line each, in no sum."""
    rows = _head("city", "found", SOON, "precision", "the busy accused", "people at home accused")
    for name, seed in dict.fromkeys((one.shape, one.seed) for one in results):
        ones = [one for one in results if (one.shape, one.seed) == (name, seed)]
        rows.append(_line(f"{name} {seed}", ones))
    rows.append(_line("all of these", results))
    return "\n".join([*rows, *(_line(name, ones) for name, ones in more)])


SPANS = (
    (HOUR, "an hour"),
    (6 * HOUR, "six hours"),
    (24 * HOUR, "a day"),
    (72 * HOUR, "three days"),
    (168 * HOUR, "a week"),
    (336 * HOUR, "two weeks"),
)


def over_time(results: list[Result]) -> str:
    """Markdown: the share of each habit advised on within spans since the first join, and of all of them."""
    ones = {f"infiltrators: {habit}": _sum(results, habit) for habit in HABITS}
    rows = _head("advised on since the first join within", *(name for _, name in SPANS))
    for name, one in ones.items():
        shares = (_share(_within(one.since_first, most), one.count) for most, _ in SPANS)
        rows.append(f"| {name} | {' | '.join(shares)} |")
    people = sum(one.count for one in ones.values())
    found = (sum(_within(one.since_first, most) for one in ones.values()) for most, _ in SPANS)
    rows.append(f"| all of these | {' | '.join(_share(part, people) for part in found)} |")
    return "\n".join(rows)


def _line(name: str, ones: list[Result]) -> str:
    bad = [one for one in ones if one.group in HABITS]
    caught, people = sum(len(one.since_first) for one in bad), sum(one.count for one in bad)
    busy, home = ([one for one in ones if one.group in groups] for groups in (BUSY, HOME))
    wrong = [sum(len(one.since_first) for one in group) for group in (busy, home)]
    shares = (
        _share(caught, people),
        _share(sum(_within(one.since_shown) for one in bad), people),
        _share(caught, caught + sum(wrong)),
        _share(wrong[0], sum(one.count for one in busy)),
        _share(wrong[1], sum(one.count for one in home), 3),
    )
    return f"| {name} | {' | '.join(shares)} |"


def _within(delays: list[int], most: int = HOUR) -> int:
    return sum(delay <= most for delay in delays)


def _share(part: int, whole: int, digits: int = 1) -> str:
    return f"{100 * part / whole:.{digits}f} %" if whole else "-"


def _long(delays: list[int]) -> str:
    if not delays:
        return "-"
    middle = sorted(delays)[len(delays) // 2]
    if middle < HOUR:
        return f"{middle / 60:.0f} min"
    return f"{middle / HOUR:.1f} h" if middle < 48 * HOUR else f"{middle / 86400:.1f} days"


COLOURS = ("#c8102e", "#1d4e89", "#2e7d32", "#b26a00", "#6a3d9a")
TICKS = (
    (60, "1 min"),
    (600, "10 min"),
    (HOUR, "1 h"),
    (6 * HOUR, "6 h"),
    (86_400, "1 day"),
    (7 * 86_400, "1 week"),
    (45 * 86_400, "45 days"),
)


def picture(results: list[Result]) -> str:
    """An SVG: share of each habit advised on, by the time since its first sign (logarithmic)."""
    left, top, wide, high = 60, 30, 560, 300
    low, top_log = log10(60), log10(TICKS[-1][0])

    def x(seconds: float) -> float:
        return left + wide * (log10(max(seconds, 60)) - low) / (top_log - low)

    def y(share: float) -> float:
        return top + high * (1 - share)

    box = f"0 0 {left + wide + 140} {top + high + 50}"
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="{box}" role="img"',
        ' font-family="sans-serif" font-size="12">',
        "<title>Share of infiltrators advised on, by time since their first sign</title>",
        '<rect width="100%" height="100%" fill="#fff"/>',
    ]
    for share in (0, 0.25, 0.5, 0.75, 1):
        parts.append(f'<path d="M{left} {y(share):.1f}h{wide}" stroke="#ddd"/>')
        parts.append(f'<text x="{left - 8}" y="{y(share) + 4:.1f}" text-anchor="end">{share:.0%}</text>')
    for seconds, name in TICKS:
        parts.append(f'<path d="M{x(seconds):.1f} {top}v{high}" stroke="#eee"/>')
        parts.append(f'<text x="{x(seconds):.1f}" y="{top + high + 18}" text-anchor="middle">{name}</text>')
    for n, habit in enumerate(HABITS):
        one, colour, down = _sum(results, habit), COLOURS[n], top + 12 + 22 * n
        line = [f"M{x(60):.1f} {y(0):.1f}"]
        for k, delay in enumerate(sorted(one.since_first), 1):
            line.append(f"H{x(delay):.1f}V{y(k / one.count):.1f}")
        line.append(f"H{left + wide}")
        parts.append(f'<path d="{"".join(line)}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<path d="M{left + wide + 12} {down}h18" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{left + wide + 36}" y="{down + 4}">{habit}</text>')
    middle, below = left + wide / 2, top + high + 40
    parts.append(
        f'<text x="{middle}" y="{below}" text-anchor="middle">time since the first sign</text></svg>\n'
    )
    return "".join(parts)
