"""Order in which CS 230 recommends to tune hyperparameters, compared with the measured importance."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from dlcli.core import formatting
from dlcli.search import Importance

#: Hyperparameters of each tier of CS 230, in the order of tuning.
TIERS: tuple[str, ...] = (
    "the learning rate",
    "momentum β, hidden units, batch size",
    "number of layers, learning-rate decay",
    "β1, β2 and ε of Adam, which are almost never tuned",
)
_ORDINALS = ("first", "second", "third", "last")
#: Tier of a parameter by the last part of its name.
_NAMES = {
    "learning_rate": 1,
    **dict.fromkeys(("momentum", "beta", "hidden_units", "units", "hidden_size", "width", "batch_size"), 2),
    **dict.fromkeys(("depth", "layers", "num_layers", "hidden_layers", "blocks", "decay_rate"), 3),
    **dict.fromkeys(("beta1", "beta2", "epsilon"), 4),
}


def tier(name: str) -> int | None:
    """Return the tier of a parameter, from 1 to 4; None if CS 230 does not rank it."""
    parts = re.split(r"[.\[\]]+", name)
    if "schedule" in parts:
        return 3
    return _NAMES.get(parts[-1])


def tier_text(name: str) -> str:
    """Return the tier of a parameter as text: `first`, …, `last` or `not ranked`."""
    number = tier(name)
    return "not ranked" if number is None else _ORDINALS[number - 1]


@dataclass(frozen=True)
class OrderComparison:
    """Comparison of the measured order with that of CS 230, for all pairs of parameters of different tiers.

    Args:
        agreeing: Pairs (more, less important) with disjoint intervals in the order of CS 230.
        opposed: Pairs (more, less important) with disjoint intervals in the opposite order.
        undecided: Number of pairs whose intervals overlap, so that their order is unknown.
    """

    agreeing: tuple[tuple[str, str], ...]
    opposed: tuple[tuple[str, str], ...]
    undecided: int


def compare_orders(importances: Iterable[Importance]) -> OrderComparison:
    """Compare the measured order with that of CS 230."""
    agreeing, opposed, undecided = [], [], 0
    for pair in combinations(importances, 2):
        tiers = [tier(one.parameter) for one in pair]
        if tiers[0] is None or tiers[1] is None or tiers[0] == tiers[1]:
            continue
        more, less = sorted(pair, key=lambda one: -one.share)
        if more.low <= less.high:
            undecided += 1
        elif (tier(more.parameter) or 0) < (tier(less.parameter) or 0):
            agreeing.append((more.parameter, less.parameter))
        else:
            opposed.append((more.parameter, less.parameter))
    return OrderComparison(tuple(agreeing), tuple(opposed), undecided)


def order_sentences(importances: Sequence[Importance]) -> list[str]:
    """Return sentences about the comparison."""
    comparison = compare_orders(importances)
    compared = len(comparison.agreeing) + len(comparison.opposed) + comparison.undecided
    if not compared:
        return ["CS 230 ranks no two of these parameters differently, so there is no order to compare."]
    sentences = []
    if comparison.agreeing:
        sentences.append(f"As in CS 230: {_pairs(comparison.agreeing)}.")
    if comparison.opposed:
        sentences.append(f"Unlike in CS 230: {_pairs(comparison.opposed)}.")
    if comparison.undecided:
        rest = f"{comparison.undecided} of {compared}" if comparison.undecided < compared else f"all {compared}"
        pairs = "pair" if compared == 1 else "pairs"
        sentences.append(f"For {rest} {pairs} the intervals overlap, so the order is unknown.")
    return sentences


def _pairs(pairs: Sequence[tuple[str, str]]) -> str:
    """Format pairs as `` `a` before `b` and `c` ``, grouped by the first parameter."""
    after: dict[str, list[str]] = {}
    for more, less in pairs:
        after.setdefault(more, []).append(f"`{less}`")
    return "; ".join(f"`{more}` before {formatting.listing(rest)}" for more, rest in after.items())
