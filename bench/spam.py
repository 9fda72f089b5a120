"""The text model beside two others, on held-back real messages: `python -m bench.spam`.

The peers are what one gets without thinking: scikit-learn's logistic regression on hashed n-grams of 2 to 5
characters, and its naive Bayes on words, which is what moderation bots usually have. Their thresholds are
put by hindsight where exactly the part aimed at of held-back ham is accused. Ours chooses its threshold from
the training part alone. Needs the labelled messages in `../shared/data`, which are not part of the project;
and scikit-learn for the peers, which are left out where it is not installed. `--beside COMMAND` measures any
other program as well, by its own threshold, see `bench/beside.py`.
"""

import argparse
import gzip
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench import beside
from services.moderation.spam.learn import samples, train
from services.moderation.spam.ready import own_samples, ready

DATA = Path(__file__).parents[2] / "shared" / "data"
RUSSIAN = "telegram-spam-ru-train.tsv.gz"
SEEDS = (1, 2, 3)
SIZES = (150, 600, 2500)
LONG = 50
AT = (0.004, 0.01)


class Set(NamedTuple):
    texts: list[str]
    spam: NDArray[np.bool_]

    def part(self, chosen: NDArray[np.bool_]) -> "Set":
        return Set([self.texts[at] for at in np.flatnonzero(chosen)], self.spam[chosen])

    def of(self, spam: bool) -> list[str]:
        return [text for text, is_spam in zip(self.texts, self.spam, strict=True) if is_spam == spam]


def russian() -> Set:
    with gzip.open(DATA / RUSSIAN, "rt", encoding="utf-8") as file:
        rows = [line.rstrip("\n").split("\t", 1) for line in file]
    return Set([text for _, text in rows], np.array([label == "spam" for label, _ in rows]))


def chat() -> Set:
    texts, spam = [], []
    for label in ("spam", "ham"):
        lines = (DATA / f"chat-{label}-train.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")
        texts += lines
        spam += [label == "spam"] * len(lines)
    return Set(texts, np.array(spam))


Scores = NDArray[np.float64]


def ours(learnt: Set) -> tuple[Callable[[list[str]], Scores], float]:
    model = train(samples(learnt.of(spam=True), learnt.of(spam=False)), own_samples())
    return model.scores, model.header.threshold


def peer(learnt: Set) -> Callable[[list[str]], Scores]:
    from sklearn.feature_extraction.text import HashingVectorizer  # noqa: PLC0415 - the peer may be missing
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415

    vectors = HashingVectorizer(analyzer="char", ngram_range=(2, 5), n_features=2**18)
    model = LogisticRegression(C=10, max_iter=1000).fit(vectors.transform(learnt.texts), learnt.spam)
    return lambda texts: np.asarray(model.decision_function(vectors.transform(texts)))


def naive_bayes(learnt: Set) -> Callable[[list[str]], Scores]:
    from sklearn.feature_extraction.text import CountVectorizer  # noqa: PLC0415
    from sklearn.naive_bayes import MultinomialNB  # noqa: PLC0415

    vectors = CountVectorizer(token_pattern=r"\w+")
    model = MultinomialNB().fit(vectors.fit_transform(learnt.texts), learnt.spam)

    def score(texts: list[str]) -> Scores:
        told = model.predict_joint_log_proba(vectors.transform(texts))
        return np.asarray(told[:, 1] - told[:, 0])

    return score


def at_part(scores: Scores, spam: NDArray[np.bool_], part: float) -> float:
    """Percent of spam found where exactly that part of ham is accused."""
    falling = np.sort(scores[~spam])[::-1]
    return 100 * float((scores[spam] > falling[int(part * len(falling))]).mean())


def line(name: str, told: list[tuple[float, ...]]) -> None:
    mean = np.array(told).mean(axis=0)
    chosen = " " * 17 if np.isnan(mean[0]) else f"{mean[0]:6.1f} at {mean[1]:5.2f}  "
    columns = zip(mean[2:], (8, 8, 9, 9), (1, 1, 0, 1), strict=True)
    rest = (" " * wide if np.isnan(value) else f"{value:{wide}.{digits}f}" for value, wide, digits in columns)
    print(f"  {name:34}{chosen}{''.join(rest)}".rstrip(), flush=True)


def measured(
    score: Callable[[list[str]], Scores], edge: float, held: Set, taught: float
) -> tuple[float, ...]:
    started = time.process_time()
    scores = score(held.texts)
    each = 1e6 * (time.process_time() - started) / len(held.texts)
    own = (
        (np.nan, np.nan)
        if np.isnan(edge)
        else (
            100 * float((scores[held.spam] >= edge).mean()),
            100 * float((scores[~held.spam] >= edge).mean()),
        )
    )
    return (*own, *(at_part(scores, held.spam, part) for part in AT), each, taught)


def compare(title: str, pairs: list[tuple[Set, Set]], with_peer: bool, other: str | None) -> None:
    print(f"{title} ({len(pairs)} splits, mean)")
    mine, long = [], []
    theirs: dict[str, list[tuple[float, ...]]] = {}
    for learnt, held in pairs:
        started = time.process_time()
        score, edge = ours(learnt)
        taught = time.process_time() - started
        mine.append(measured(score, edge, held, taught))
        long.append(
            measured(score, edge, held.part(np.array([len(text) >= LONG for text in held.texts])), taught)
        )
        for name, teach in PEERS.items() if with_peer else ():
            started = time.process_time()
            scored = teach(learnt)
            one = measured(scored, float("nan"), held, time.process_time() - started)
            theirs.setdefault(name, []).append(one)
    line("ours", mine)
    line(f"ours, {LONG} characters and more", long)
    for name, told in theirs.items():
        line(name, told)
        ratio = np.array(mine).mean(axis=0)[2:5] / np.array(told).mean(axis=0)[2:5]
        print(f"  {'  ours to it':34}{'':17}{ratio[0]:8.2f}{ratio[1]:8.2f}{ratio[2]:9.2f}")
    if other is not None:
        line(
            f"beside: {Path(other.split()[0]).name}", [besides(other, learnt, held) for learnt, held in pairs]
        )


def besides(command: str, learnt: Set, held: Set) -> tuple[float, ...]:
    told = beside.by(command, learnt.of(spam=True), learnt.of(spam=False), held.texts)
    found, accused = (100 * float(told.spam[which].mean()) for which in (held.spam, ~held.spam))
    return (found, accused, np.nan, np.nan, told.each, np.nan)


PEERS = {"plain logistic regression": peer, "naive Bayes on words": naive_bayes}


def splits(whole: Set, part: float) -> list[tuple[Set, Set]]:
    pairs = []
    for seed in SEEDS:
        held = np.random.default_rng(seed).random(len(whole.texts)) < part
        pairs.append((whole.part(~held), whole.part(held)))
    return pairs


def by_size(whole: Set) -> None:
    """What fewer samples do, and how near the threshold comes to its aim with them."""
    for size in SIZES:
        print(f"Taught by {size} of the Russian ones, the rest held back ({len(SEEDS)} splits, mean)")
        told = []
        for seed in SEEDS:
            held = np.random.default_rng(seed).permutation(len(whole.texts)) >= size
            score, edge = ours(whole.part(~held))
            told.append(measured(score, edge, whole.part(held), np.nan))
        line("ours", told)


def main() -> None:
    given = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    given.add_argument("--beside", metavar="COMMAND", help="another program that sorts texts")
    other = given.parse_args().beside
    if not (DATA / RUSSIAN).exists():
        print(f"skipped: no labelled messages in {DATA}")
        return
    try:
        import sklearn  # noqa: F401, PLC0415

        with_peer = True
    except ImportError:
        with_peer = False
        print("the peers are left out: scikit-learn is not installed (pip install scikit-learn)")
    whole, small = russian(), chat()
    print(
        f"  {'percent of spam found':34}{'own threshold':17}{'at 0.4':>8}{'at 1.0':>8}"
        f"{'µs each':>9}{'taught s':>9}"
    )
    compare("Russian Telegram, a quarter held back", splits(whole, 0.25), with_peer, other)
    compare("One chat, a quarter held back", splits(small, 0.25), with_peer, other)
    compare("Taught by one chat, tried on Russian Telegram", [(small, whole)], with_peer, other)
    by_size(whole)
    print("The model in the project, nothing of this data learnt")
    model = ready()
    line("ours", [measured(model.scores, model.header.threshold, whole, 0.0)])


if __name__ == "__main__":
    main()
