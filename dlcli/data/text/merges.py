"""Byte-pair encoding: the pairs of symbols that are most frequent next to each other become symbols.

Sennrich, Haddow, Birch (2016), "Neural machine translation of rare words with subword units", algorithm 1.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

Pair = tuple[str, str]


def learn_merges(words: Mapping[str, int], merges: int, min_count: int = 2) -> list[Pair]:
    """The pairs to merge, first one first; of equally frequent pairs, the first in the alphabet.

    Only the words that have a pair are looked at when it is merged, and the counts of the pairs beside it corrected.

    Args:
        words: word → how often it is there.
        merges: how many pairs at most.
        min_count: how often a pair must be there.
    """
    symbols = [list(word) for word in words]
    times = [*words.values()]
    counts: Counter[Pair] = Counter()
    data_paths: defaultdict[Pair, set[int]] = defaultdict(set)  # words that may have the pair
    for word, parts in enumerate(symbols):
        for pair in pairwise(parts):
            counts[pair] += times[word]
            data_paths[pair].add(word)
    heap = [(-count, pair) for pair, count in counts.items()]
    heapq.heapify(heap)
    learned: list[Pair] = []
    while heap and len(learned) < merges:
        negative, pair = heapq.heappop(heap)
        if -negative != counts[pair]:  # outdated: the right count is further down
            continue
        if counts[pair] < min_count:
            break
        learned.append(pair)
        changed: Counter[Pair] = Counter()
        for word in data_paths.pop(pair):
            before = symbols[word]
            after = merged(before, pair)
            if len(after) == len(before):
                continue
            for old in pairwise(before):
                changed[old] -= times[word]
            for new in pairwise(after):
                changed[new] += times[word]
                data_paths[new].add(word)
            symbols[word] = after
        for affected, difference in changed.items():
            if difference:
                counts[affected] += difference
                heapq.heappush(heap, (-counts[affected], affected))
    return learned


def merged(symbols: Sequence[str], pair: Pair) -> list[str]:
    """The symbols with every occurrence of the pair joined, from left to right."""
    first, second = pair
    result: list[str] = []
    position, last = 0, len(symbols) - 1
    while position <= last:
        symbol = symbols[position]
        if symbol == first and position < last and symbols[position + 1] == second:
            result.append(first + second)
            position += 2
        else:
            result.append(symbol)
            position += 1
    return result


def apply_merges(word: str, ranks: Mapping[Pair, int]) -> list[str]:
    """The symbols of a word: again and again the pair that was learned first is merged.

    Args:
        word: any text.
        ranks: pair → its place among those learned.
    """
    symbols = [*word]
    while len(symbols) > 1:
        pairs = {*pairwise(symbols)}
        best = min(pairs, key=lambda pair: ranks.get(pair, len(ranks)))
        if best not in ranks:
            break
        symbols = merged(symbols, best)
    return symbols
