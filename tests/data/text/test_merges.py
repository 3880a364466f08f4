from __future__ import annotations

from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from dlcli.data.text.merges import Pair, apply_merges, learn_merges, merge_pair


def learn_slowly(words: dict[str, int], merges: int) -> list[Pair]:
    """Learn merges by algorithm 1 of Sennrich, Haddow, Birch (2016), which recounts all pairs after every merge."""
    symbols = {word: [*word] for word in words}
    learned: list[Pair] = []
    while len(learned) < merges:
        counts: Counter[Pair] = Counter()
        for word, parts in symbols.items():
            for pair in pairwise(parts):
                counts[pair] += words[word]
        best = min(counts, key=lambda pair: (-counts[pair], pair), default=None)
        if best is None or counts[best] < 2:
            break
        learned.append(best)
        symbols = {word: merge_pair(parts, best) for word, parts in symbols.items()}
    return learned


def test_the_example_of_the_paper():
    # figure 1: "low", "lower", "newest", "widest", with "·" at the ends; ties by the alphabet
    words = {"low·": 5, "lower·": 2, "newest·": 6, "widest·": 3}
    learned = learn_merges(words, 10)
    assert learned[:3] == [("e", "s"), ("es", "t"), ("est", "·")]
    assert ("l", "o") in learned
    assert ("lo", "w") in learned
    assert apply_merges("lowest·", {pair: rank for rank, pair in enumerate(learned)}) == ["low", "est·"]


@given(st.dictionaries(st.text(alphabet="abc", min_size=1, max_size=8), st.integers(1, 9)), st.integers(1, 30))
def test_incremental_counts_match_full_counts(words: dict[str, int], merges: int):
    assert learn_merges(words, merges) == learn_slowly(words, merges)


def test_overlapping_pairs_are_merged_from_the_left():
    assert merge_pair(["a"] * 5, ("a", "a")) == ["aa", "aa", "a"]
