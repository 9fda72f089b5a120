"""Search as one types: `python -m bench.search [1000 100000 1000000]`.

Made-up names from a seed: syllables put together into words, words drawn as in a city, few often and most
seldom, with house numbers. Questions are whole names, beginnings, slips, single letters and words that nobody
has. Beside the finder stands what the peers do: a plain scan of all folded names for the words, which knows
neither slips nor an order. Times are of the processor, so that what else runs on the machine does not count;
memory is what the process grew by.
"""

import gc
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

from services.gateway.domain.finding.finder import Finder, Word, terms_of
from shared.text import fold
from shared.text.sounds import words

SEED = 20_201_126
SYLLABLES = (
    "ба бе бо ва ве ві га гу да дзе дзі жа за зе зя ка ко ку ла ле лі лю ма ме мі на не ня но па пе ра рэ "
    "ры са се ста сце та то ту ха ца цо ча чы ша шы"
)
ENDINGS = "ва ная ская ка нік ча н ля раў ўка град цы шчына вічы"
COMMON = (
    "Двор",
    "Дом",
    "Суседзі",
    "Чат",
    "Раён",
    "Квартал",
    "Нашы",
    "Мікрараён",
    "ЖК",
    "Плошча",
    "Парк",
    "Вуліца",
)
QUESTIONS = 300


def vocabulary(rng: random.Random, size: int) -> list[str]:
    syllables, endings = SYLLABLES.split(), ENDINGS.split()
    found: dict[str, None] = {}
    while len(found) < size:
        stem = "".join(rng.choice(syllables) for _ in range(rng.choice((1, 2, 2, 3, 3))))
        found.setdefault((stem + rng.choice(endings)).capitalize())
    return list(found)


def names(count: int) -> Iterator[str]:
    """Word n of the vocabulary is drawn about in proportion to 1 / n (Zipf)."""
    rng = random.Random(SEED)
    words_ = vocabulary(rng, max(500, min(200_000, count // 4)))
    draw = np.random.default_rng(SEED)
    ranks = np.minimum(draw.zipf(1.15, size=2 * count) - 1, 10**9) % len(words_)
    for number in range(count):
        one, two = words_[ranks[2 * number]], words_[ranks[2 * number + 1]]
        house = rng.randrange(1, 200)
        yield rng.choice(
            (
                f"{one} {house}",
                f"{rng.choice(COMMON)} {one}",
                f"{one} {two} {house}",
                f"🏠 {rng.choice(COMMON)} {one} {house}",
            )
        )


def slip(rng: random.Random, word: str) -> str:
    at = rng.randrange(1, len(word) - 1)
    return rng.choice(
        (
            word[:at] + word[at + 1 :],
            word[:at] + "х" + word[at:],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )


def questions(rng: random.Random, known: list[str]) -> dict[str, list[str]]:
    picked = [known[rng.randrange(len(known))] for _ in range(QUESTIONS)]
    long = [next((word for word in name.split() if len(word) > 5), "Суседзі") for name in picked]
    return {
        "whole name": picked,
        "beginning": [name[: rng.randrange(3, 8)] for name in long],
        "one letter": [name[:1] for name in long],
        "common word": [rng.choice(COMMON) for _ in picked],
        "a slip": [slip(rng, name) for name in long],
        "two slips": [f"{slip(rng, one)} {slip(rng, two)}" for one, two in pairwise(long)],
        "nothing": ["".join(rng.sample("бвгджзклмнпрстфхцчш", 9)) for _ in picked],
    }


def memory() -> float:
    """MiB of this process now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


def timed(ask: Callable[[str], object], texts: list[str]) -> tuple[float, float, float]:
    """Milliseconds: median, 99th percentile, worst."""
    taken = []
    for text in texts:
        start = time.thread_time()
        ask(text)
        taken.append((time.thread_time() - start) * 1000)
    return float(np.percentile(taken, 50)), float(np.percentile(taken, 99)), max(taken)


def measure(count: int) -> None:
    known = list(names(count))
    gc.collect()
    before, start = memory(), time.thread_time()
    finder, rng = Finder(), random.Random(SEED)
    for number, name in enumerate(known):
        place = 53.8 + rng.random() / 5, 27.4 + rng.random() / 3
        finder.put(str(number), terms_of((name,)), place=place, size=int(rng.paretovariate(0.7)) % 20_000)

    def ask(text: str) -> object:
        return finder.find([Word(word) for word in words(text)], 8)

    ask("x")
    print(f"\n{count:,} names, made ready in {time.thread_time() - start:.1f} s, {memory() - before:.0f} MiB")
    folded = [fold(name) for name in known[:200_000]]

    def scan(text: str) -> object:
        wanted = fold(text).split()
        return [name for name in folded if all(word in name for word in wanted)][:8]

    print(f"{'':14}{'median':>9}{'99 %':>9}{'worst':>9}{'scan':>10}  ms")
    for kind, texts in questions(random.Random(SEED + 1), known).items():
        middle, high, worst = timed(ask, texts)
        peer = timed(scan, texts[:5])[0] * len(known) / len(folded)
        print(f"{kind:14}{middle:9.2f}{high:9.2f}{worst:9.2f}{peer:10.1f}")

    changed = []
    for number in range(300):
        start = time.thread_time()
        finder.put(str(number), terms_of((f"Новы двор {number}",)), place=(53.9, 27.5), size=1)
        ask("двор")
        changed.append((time.thread_time() - start) * 1000)
    middle, high = np.percentile(changed, 50), np.percentile(changed, 99)
    print(f"a change and a question at once: {middle:.2f} ms, 99 % {high:.2f} ms")


def main() -> None:
    for count in [int(each) for each in sys.argv[1:]] or [1_000, 100_000, 1_000_000]:
        measure(count)


if __name__ == "__main__":
    main()
