"""The order in which the course's notes tune hyperparameters, and what a sweep says about it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations

from dlcli.core import formatting
from dlcli.search import Importance

#: what the notes name in each tier, the first to be tuned first
TIERS: tuple[str, ...] = (
    "the learning rate",
    "momentum β, hidden units, batch size",
    "number of layers, learning-rate decay",
    "β1, β2 and ε of Adam, which are almost never tuned",
)
_ORDINALS = ("first", "second", "third", "last")
#: last part of a parameter's name → its tier
_NAMES = {
    "learning_rate": 1,
    **dict.fromkeys(("momentum", "beta", "hidden_units", "units", "hidden_size", "width", "batch_size"), 2),
    **dict.fromkeys(("depth", "layers", "num_layers", "hidden_layers", "blocks", "decay_rate"), 3),
    **dict.fromkeys(("beta1", "beta2", "epsilon"), 4),
}


def tier(name: str) -> int | None:
    """From 1 to 4; None for a parameter that the notes do not rank."""
    parts = re.split(r"[.\[\]]+", name)
    if "schedule" in parts:
        return 3
    return _NAMES.get(parts[-1])


def tier_text(name: str) -> str:
    """`first`, …, or that the notes do not rank it."""
    found = tier(name)
    return "not ranked" if found is None else _ORDINALS[found - 1]


@dataclass(frozen=True)
class OrderComparison:
    """The measured order beside that of the notes, for every two parameters of different tiers.

    Args:
        agreeing: pairs (more, less important) whose intervals are apart, in the order of the notes.
        opposed: such pairs in the opposite order.
        open: how many pairs have intervals that overlap, so that their order cannot be told.
    """

    agreeing: tuple[tuple[str, str], ...]
    opposed: tuple[tuple[str, str], ...]
    open: int


def compare_orders(importances: Iterable[Importance]) -> OrderComparison:
    """Hold the measured order against that of the notes."""
    agreeing, opposed, unclear = [], [], 0
    for pair in combinations(importances, 2):
        tiers = [tier(one.parameter) for one in pair]
        if tiers[0] is None or tiers[1] is None or tiers[0] == tiers[1]:
            continue
        more, less = sorted(pair, key=lambda one: -one.share)
        if more.low <= less.high:
            unclear += 1
        elif (tier(more.parameter) or 0) < (tier(less.parameter) or 0):
            agreeing.append((more.parameter, less.parameter))
        else:
            opposed.append((more.parameter, less.parameter))
    return OrderComparison(tuple(agreeing), tuple(opposed), unclear)


def order_sentences(importances: Sequence[Importance]) -> list[str]:
    """What the comparison says, in words; nothing where no two parameters can be compared."""
    comparison = compare_orders(importances)
    compared = len(comparison.agreeing) + len(comparison.opposed) + comparison.open
    if not compared:
        return ["No two of these parameters have different places in the notes, so there is no order to compare."]
    sentences = []
    if comparison.agreeing:
        sentences.append(f"As in the notes: {_pairs(comparison.agreeing)}.")
    if comparison.opposed:
        sentences.append(f"Other than in the notes: {_pairs(comparison.opposed)}.")
    if comparison.open:
        rest = f"{comparison.open} of {compared}" if comparison.open < compared else f"all {compared}"
        pairs = "pair" if compared == 1 else "pairs"
        sentences.append(f"For {rest} {pairs} the intervals overlap: which matters more cannot be told.")
    return sentences


def _pairs(pairs: Sequence[tuple[str, str]]) -> str:
    """`` `a` before `b` and `c` ``, once for each first one."""
    after: dict[str, list[str]] = {}
    for more, less in pairs:
        after.setdefault(more, []).append(f"`{less}`")
    return "; ".join(f"`{more}` before {formatting.listing(rest)}" for more, rest in after.items())
