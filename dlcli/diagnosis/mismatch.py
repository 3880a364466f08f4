"""Mismatch of two splits: what shows that they may not be samples of the same distribution."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Any

from dlcli.diagnosis.shift import target_shift
from dlcli.diagnosis.training_result import SplitOutcome, TrainingResult


class Origin(StrEnum):
    """How two splits differ by construction, as the end of a sentence about them."""

    FILES = "come from different files"
    PERIODS = "are different periods"
    STRETCHES = "are different parts of the data, which keeps its order"
    TEXT = "are different parts of a text"


@dataclass(frozen=True)
class Mismatch:
    """What shows that a split may have another distribution than the level before it.

    Args:
        shift: Difference of their targets as a clause; empty if no shift is found.
        origin: Their difference by construction; None if they are random samples of the same examples, or if it is not
            known.
    """

    shift: str = ""
    origin: Origin | None = None


#: No sign of different distributions.
NO_MISMATCH = Mismatch()


def mismatches_of(result: TrainingResult, outcomes: Sequence[SplitOutcome]) -> dict[str, Mismatch]:
    """Compare each split with the one before it: later split → mismatch.

    The origin is examined for the test set only: its gap would otherwise be attributed to the selection on dev.

    Args:
        result: Results of the run.
        outcomes: Splits in the order of the decomposition.
    """
    return {
        later.split: Mismatch(
            target_shift(earlier, later, class_names=result.class_names, target_names=result.target_names),
            _origin_of_test(result, earlier, later) if later.split == "test" else None,
        )
        for earlier, later in pairwise(outcomes)
    }


def _origin_of_test(result: TrainingResult, earlier: SplitOutcome, test: SplitOutcome) -> Origin | None:
    split: Mapping[str, Any] = result.spec["data"]["split"]
    files: Mapping[str, str] = split.get("files") or {}
    if result.has_own_test_set or files.get("test") not in (None, files.get(earlier.split, files.get("train"))):
        return Origin.FILES
    if split.get("order_by") is not None:
        return Origin.PERIODS
    if earlier.in_order or test.in_order:
        return Origin.TEXT
    return Origin.STRETCHES if split.get("in_order") else None
