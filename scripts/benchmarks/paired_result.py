"""A quantity measured several times of two ways, pair by pair, and whether the first way is better."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any, ClassVar


@dataclass(frozen=True)
class PairedResult:
    """Paired comparison: Hodges–Lehmann estimate of the difference, with the exact interval of Wilcoxon's test.

    Args:
        what: Description of the quantity; less is better.
        way: Name of the method.
        values: Values of the method, one per pair.
        rival: Name of the method to compare with.
        rival_values: Values of the rival for the same pairs.
        is_required: Whether the method must be better; otherwise the result is informative.
    """

    headings: ClassVar[tuple[str, ...]] = ("what", "way", "median", "rival", "median", "difference", "95 %", "")

    what: str
    way: str
    values: tuple[float, ...]
    rival: str
    rival_values: tuple[float, ...]
    is_required: bool = True

    @property
    def differences(self) -> list[float]:
        return [ours - theirs for ours, theirs in zip(self.values, self.rival_values, strict=True)]

    @property
    def difference(self) -> float:
        return median(walsh_averages(self.differences))

    @property
    def interval(self) -> tuple[float, float]:
        return signed_rank_interval(self.differences)

    @property
    def reached(self) -> bool | None:
        """Whether the whole interval says that the way is better; None where it need not be."""
        return self.interval[1] < 0 if self.is_required else None

    @property
    def verdict(self) -> str:
        low, high = self.interval
        return "better" if high < 0 else "worse" if low > 0 else "not shown to be better"

    def cells(self) -> list[str]:
        low, high = self.interval
        return [
            self.what,
            self.way,
            f"{median(self.values):.4f}",
            self.rival,
            f"{median(self.rival_values):.4f}",
            f"{self.difference:+.4f}",
            f"{low:+.4f} … {high:+.4f}",
            self.verdict,
        ]

    def to_json(self) -> dict[str, Any]:
        found = {"difference": self.difference, "interval": self.interval, "verdict": self.verdict}
        return asdict(self) | found | {"reached": self.reached}


def walsh_averages(values: Sequence[float]) -> list[float]:
    """The means of all pairs, each value with itself included, rising; their median estimates the center."""
    return sorted((one + other) / 2 for one, other in itertools.combinations_with_replacement(values, 2))


def signed_rank_interval(values: Sequence[float], confidence: float = 0.95) -> tuple[float, float]:
    """The interval of the center that contains it with at least this probability, whatever the distribution.

    Raises:
        ValueError: there are too few values; six do for 95 %.
    """
    averages = walsh_averages(values)
    tail, cut = 0.0, 0  # so many averages at each end are left out
    for ways in _rank_sums(len(values)):
        tail += ways / 2 ** len(values)
        if tail > (1 - confidence) / 2:
            break
        cut += 1
    if cut == 0:
        raise ValueError(f"{len(values)} values are too few for an interval of {confidence:.0%}")
    return averages[cut - 1], averages[-cut]


def _rank_sums(count: int) -> list[int]:
    """How many subsets of the ranks 1 … count have the sum 0, 1, 2, …"""
    ways = [1]
    for rank in range(1, count + 1):
        without, including = ways + [0] * rank, [0] * rank + ways
        ways = [one + other for one, other in zip(without, including, strict=True)]
    return ways
