"""Byte-pair encoding: the most frequent pairs of adjacent symbols become symbols.

Sennrich, Haddow, Birch (2016), "Neural machine translation of rare words with subword units", algorithm 1.
"""

from __future__ import annotations

import heapq
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

Pair = tuple[str, str]


def learn_merges(words: Mapping[str, int], merges: int, min_count: int = 2) -> list[Pair]:
    """Return the pairs to merge, in order; of equally frequent pairs, the alphabetically first comes first.

    A merge visits only the words that have the pair, and updates the counts of the pairs next to it.

    Args:
        words: Word → its frequency.
        merges: Maximum number of pairs.
        min_count: Minimum frequency of a pair.
    """
    symbols = [list(word) for word in words]
    frequencies = [*words.values()]
    counts: Counter[Pair] = Counter()
    words_with: defaultdict[Pair, set[int]] = defaultdict(set)  # words that may have the pair
    for word, parts in enumerate(symbols):
        for pair in pairwise(parts):
            counts[pair] += frequencies[word]
            words_with[pair].add(word)
    heap = [(-count, pair) for pair, count in counts.items()]
    heapq.heapify(heap)
    learned: list[Pair] = []
    while heap and len(learned) < merges:
        negative, pair = heapq.heappop(heap)
        if -negative != counts[pair]:  # an outdated entry: the current count is deeper in the heap
            continue
        if counts[pair] < min_count:
            break
        learned.append(pair)
        changed: Counter[Pair] = Counter()
        for word in words_with.pop(pair):
            before = symbols[word]
            after = merge_pair(before, pair)
            if len(after) == len(before):
                continue
            for old in pairwise(before):
                changed[old] -= frequencies[word]
            for new in pairwise(after):
                changed[new] += frequencies[word]
                words_with[new].add(word)
            symbols[word] = after
        for affected, difference in changed.items():
            if difference:
                counts[affected] += difference
                heapq.heappush(heap, (-counts[affected], affected))
    return learned


def merge_pair(symbols: Sequence[str], pair: Pair) -> list[str]:
    """Join every occurrence of the pair in the symbols, from left to right."""
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
    """Split a word into symbols: start from characters and repeatedly merge the pair that was learned first.

    Args:
        word: Any text.
        ranks: Pair → its position in the learned order.
    """
    symbols = [*word]
    while len(symbols) > 1:
        pairs = {*pairwise(symbols)}
        best = min(pairs, key=lambda pair: ranks.get(pair, len(ranks)))
        if best not in ranks:
            break
        symbols = merge_pair(symbols, best)
    return symbols
