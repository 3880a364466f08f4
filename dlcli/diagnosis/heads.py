"""Diagnosis of a model with several heads: each head, and all of their targets together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain

import numpy as np

from dlcli.core import SPLITS
from dlcli.diagnosis.assessment import Assessment
from dlcli.diagnosis.bias_variance import Diagnosis, SplitErrors, diagnose
from dlcli.diagnosis.mismatch import Mismatch
from dlcli.diagnosis.sampled_errors import Array, SampledErrors
from dlcli.diagnosis.sampled_statistic import Sample
from dlcli.diagnosis.training_result import SplitOutcome, TrainingResult


@dataclass(frozen=True)
class HeadAssessments:
    """Assessments of the heads of a model; empty for a model with one head.

    Args:
        main: Head that the report is about: that of the optimizing metric, else the first; None without heads.
        by_name: Head → its assessment.
        joint: Error decomposition over the targets of all heads; None if their errors are not all rates.
    """

    main: str | None = None
    by_name: Mapping[str, Assessment] = field(default_factory=dict)
    joint: Diagnosis | None = None

    @classmethod
    def of(
        cls,
        main: str | None,
        assessment: Assessment,
        others: Mapping[str, Assessment],
        results: Sequence[TrainingResult],
    ) -> HeadAssessments:
        """Combine the assessments of the heads.

        Args:
            main: Head that the report is about; None without heads.
            assessment: Assessment of this head.
            others: Head → assessment of each other head.
            results: Results of all heads.
        """
        if main is None:
            return cls()
        by_name = {main: assessment, **others}
        return cls(main, by_name, _joint(results, by_name))


def _joint(results: Sequence[TrainingResult], by_name: Mapping[str, Assessment]) -> Diagnosis | None:
    if not all(result.measure.is_rate for result in results):
        return None
    splits = []
    for split in SPLITS:
        outcomes = [(result, outcome) for result in results if (outcome := result.outcome(split)) is not None]
        if outcomes:
            # the targets of an example belong together: several mistakes on one example are no independent evidence
            units = np.array([*chain.from_iterable(_units(outcome) for _, outcome in outcomes)])
            sums = np.concatenate([_sums(outcome.errors(result.measure)) for result, outcome in outcomes])
            splits.append(SplitErrors(split, SampledErrors(sums, None, units)))
    return diagnose(
        splits,
        measure=results[0].measure,
        unit=results[0].unit,
        mismatches={split.split: _joint_mismatch(split.split, by_name) for split in splits},
    )


def _joint_mismatch(split: str, by_name: Mapping[str, Assessment]) -> Mismatch:
    """Return the shifts of all heads, and the origin, which the heads share."""
    mismatches = {
        head: gap.mismatch for head, one in by_name.items() for gap in one.diagnosis.gaps if gap.later == split
    }
    shifts = [f"{mismatch.shift} (head {head})" for head, mismatch in mismatches.items() if mismatch.shift]
    origins = [mismatch.origin for mismatch in mismatches.values() if mismatch.origin is not None]
    return Mismatch("; ".join(shifts), next(iter(origins), None))


def _sums(sample: Sample) -> Array:
    assert isinstance(sample, SampledErrors), "a rate is a mean over examples"
    return sample.sums


def _units(outcome: SplitOutcome) -> list[str]:
    units = outcome.examples if outcome.units is None else outcome.units
    return [str(unit) for unit in (np.arange(len(outcome)) if units is None else units).tolist()]
