"""The error decomposition human → train → train-dev → dev → test, with confidence intervals.

Each gap between neighboring levels has a meaning (Ng, *Machine Learning Yearning*, chapters 20-28 and 40-41):
train − human is the avoidable bias, train-dev − train the variance, dev − train-dev the data mismatch, and test − dev
the overfitting to the dev set by model selection, unless the targets of dev and test differ: then it is a mismatch.
Without a train-dev set the variance is dev − train.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Literal

import numpy as np

from dlcli.diagnosis.clustered import effective_size_of_rate
from dlcli.diagnosis.error_intervals import error_interval, split_difference
from dlcli.diagnosis.intervals import Interval
from dlcli.diagnosis.level import Level
from dlcli.diagnosis.mismatch import NO_MISMATCH, Mismatch
from dlcli.diagnosis.power import ExamplesNeeded, examples_needed
from dlcli.diagnosis.sampled_errors import SampledErrors
from dlcli.diagnosis.sampled_statistic import Sample, SampledStatistic
from dlcli.tasks import ErrorMeasure

GapName = Literal["avoidable_bias", "variance", "data_mismatch", "dev_overfit", "dev_test_mismatch"]
Verdict = Literal["high", "small", "inconclusive", "unknown"]

#: Gap after each level, unless the targets of dev and test differ.
_GAP_AFTER: Mapping[str, GapName] = {
    "human": "avoidable_bias",
    "train": "variance",
    "train_dev": "data_mismatch",
    "dev": "dev_overfit",
}
#: Title of each gap in sentences.
TITLES: Mapping[GapName, str] = {
    "avoidable_bias": "avoidable bias",
    "variance": "variance",
    "data_mismatch": "data mismatch",
    "dev_overfit": "dev overfit",
    "dev_test_mismatch": "dev-test mismatch",
}
#: Share of the sum of all positive gaps from which a conclusive gap is high.
_RELEVANT_SHARE = 0.2
#: Share of the training error from which a gap is high for a language model of text with unknown entropy.
_RELEVANT_SHARE_OF_NATS = 0.02
#: Error rate below which the avoidable bias is small if the human level is not known.
_RELEVANT_UPPER_BOUND = 0.005


@dataclass(frozen=True)
class SplitErrors:
    """Errors of a model on the examples of one split.

    Args:
        split: Name of the split: train, train_dev, dev or test.
        errors: Error of each example (N,): 0 or 1 for classification, squared or absolute otherwise; or these with
            their sampling units.
    """

    split: str
    errors: np.ndarray[Any, Any] | Sample

    @classmethod
    def counted(cls, split: str, *, num_examples: int, num_errors: int) -> SplitErrors:
        """Build the errors of a classified split from their number."""
        return cls(split, np.repeat([1.0, 0.0], [num_errors, num_examples - num_errors]))


@dataclass(frozen=True)
class Gap:
    """The difference between neighboring levels of the error decomposition.

    Args:
        name: Meaning of the gap.
        earlier: Name of the earlier level.
        later: Name of the later level.
        difference: Error of the later level minus that of the earlier level, with its interval.
        verdict: "inconclusive" if the interval covers zero; "high" if the gap is positive and a relevant share of all
            positive gaps; "small" otherwise. The distance of an error rate to an assumed optimum of 0 is "small"
            below half a point; that of a language model to the unknown entropy of its text is "unknown".
        needed: Sizes of the splits that would settle a positive gap; empty if it is settled.
        mismatch: What shows that the later level may have another distribution than the earlier one.
    """

    name: GapName
    earlier: str
    later: str
    difference: Interval
    verdict: Verdict
    needed: tuple[ExamplesNeeded, ...] = ()
    mismatch: Mismatch = NO_MISMATCH

    @property
    def title(self) -> str:
        return TITLES[self.name]


@dataclass(frozen=True)
class Diagnosis:
    """The error decomposition of a run.

    Args:
        measure: Unit of every error.
        levels: Human level, or an assumed optimum of 0, and every split that has examples, in order.
        gaps: Gaps between neighboring levels.
        human_error_known: Whether the human-level error is known; if 0 is assumed, the avoidable bias is an upper
            bound.
        unit: Plural of the sampling unit.
    """

    measure: ErrorMeasure
    levels: tuple[Level, ...]
    gaps: tuple[Gap, ...]
    human_error_known: bool
    unit: str = "examples"

    @property
    def largest(self) -> Gap | None:
        """The largest high gap; None if no gap is conclusive."""
        return max(
            (gap for gap in self.gaps if gap.verdict == "high"), key=lambda gap: gap.difference.value, default=None
        )

    @property
    def verdict(self) -> str:
        """The name of the largest high gap, else "inconclusive"."""
        return "inconclusive" if self.largest is None else self.largest.name

    @property
    def unknown_bias(self) -> Gap | None:
        """The avoidable bias if its share of the training error is not known."""
        return next((gap for gap in self.gaps if gap.verdict == "unknown"), None)

    @property
    def undecided(self) -> Gap | None:
        """The largest positive gap whose interval covers zero."""
        return max(
            (gap for gap in self.gaps if gap.verdict == "inconclusive" and gap.difference.value > 0),
            key=lambda gap: gap.difference.value,
            default=None,
        )

    def is_upper_bound(self, gap: Gap) -> bool:
        """Whether the gap is an upper bound: the distance to an assumed optimum of 0."""
        return gap.name == "avoidable_bias" and not self.human_error_known and gap.verdict != "unknown"

    def gap(self, name: GapName) -> Gap | None:
        return next((gap for gap in self.gaps if gap.name == name), None)

    def level(self, name: str) -> Level | None:
        return next((level for level in self.levels if level.name == name), None)


def diagnose(
    splits: Sequence[SplitErrors],
    *,
    measure: ErrorMeasure,
    human_error: float | None = None,
    confidence: float = 0.95,
    unit: str = "examples",
    mismatches: Mapping[str, Mismatch] = MappingProxyType({}),
) -> Diagnosis:
    """Diagnose a model from its errors on each split.

    Args:
        splits: Errors of the splits in the order of the decomposition, train first; splits without examples are
            skipped.
        measure: Unit of the error.
        human_error: Human-level or optimal error in that unit; None assumes 0.
        confidence: Confidence level of every interval.
        unit: Plural of the sampling unit.
        mismatches: Split → its mismatch with the level before it; splits are left out if they were not compared.

    Raises:
        ValueError: There are no training examples.
    """
    present = [split for split in splits if len(split.errors)]
    if not present or present[0].split != "train":
        raise ValueError("expected examples of the training split first")
    optimum = human_error or 0.0
    human = Interval(optimum, optimum, optimum, confidence, "assumed" if human_error is None else "given")
    levels = [
        Level("human", human),
        *(_level(split, measure, confidence) for split in present),
    ]
    differences = [
        _shifted(levels[1].error, optimum),
        *(split_difference(later.error, earlier.error, measure) for earlier, later in pairwise(levels[1:])),
    ]
    gaps = [
        _gap(earlier, later, difference, unit, mismatches.get(later.name, NO_MISMATCH))
        for (earlier, later), difference in zip(pairwise(levels), differences, strict=True)
    ]
    if human_error is None and measure.has_unknown_optimum:
        others = _with_verdicts(gaps[1:], least=_RELEVANT_SHARE_OF_NATS * levels[1].error.value)
        return Diagnosis(measure, tuple(levels), (replace(gaps[0], verdict="unknown"), *others), False, unit)
    least = _RELEVANT_UPPER_BOUND if measure.is_rate and human_error is None else 0.0
    return Diagnosis(measure, tuple(levels), _with_verdicts(gaps, least_bias=least), human_error is not None, unit)


def _level(split: SplitErrors, measure: ErrorMeasure, confidence: float) -> Level:
    sample = split.errors if isinstance(split.errors, SampledStatistic) else SampledErrors.of(split.errors)
    return Level(
        split.split,
        error_interval(sample, measure, level=confidence),
        len(sample),
        sample.num_units,
        effective_size_of_rate(sample) if measure.is_rate and isinstance(sample, SampledErrors) else None,
    )


def _shifted(error: Interval, optimum: float) -> Interval:
    """Subtract an error that is known exactly."""
    return Interval(
        error.value - optimum, error.low - optimum, error.high - optimum, error.level, f"shifted {error.method}"
    )


def _gap(earlier: Level, later: Level, difference: Interval, unit: str, mismatch: Mismatch) -> Gap:
    name = _GAP_AFTER[earlier.name]
    if name == "dev_overfit" and mismatch.shift:
        name = "dev_test_mismatch"
    needed = examples_needed(earlier, later, difference, unit=unit)
    return Gap(name, earlier.name, later.name, difference, "inconclusive", needed, mismatch)


def _with_verdicts(gaps: Sequence[Gap], *, least_bias: float = 0.0, least: float = 0.0) -> tuple[Gap, ...]:
    """Set the verdicts, which depend on all the gaps.

    Args:
        gaps: Gaps of the decomposition.
        least_bias: Limit below which an avoidable bias is small.
        least: Limit below which every gap is small.
    """
    total = sum(max(0.0, gap.difference.value) for gap in gaps)
    return tuple(
        replace(gap, verdict=_verdict(gap, total, max(least, least_bias if gap.name == "avoidable_bias" else 0.0)))
        for gap in gaps
    )


def _verdict(gap: Gap, total: float, least: float) -> Verdict:
    if gap.difference.covers(0):
        return "inconclusive"
    least = max(_RELEVANT_SHARE * total, least)
    return "high" if gap.difference.value >= least > 0 else "small"
