"""Remarks on unreliable intervals of errors and of differences of errors.

An interval is unreliable if few units were sampled, if the errors of clustered examples are equivalent to few
independent ones, if the errors of neighboring stretches of a text are correlated, or if a few examples make up most of
a sum of squared or absolute errors.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dlcli.core import formatting
from dlcli.diagnosis.clustered import effective_size_of_differences, effective_size_of_rate
from dlcli.diagnosis.concentration import Concentration, concentration
from dlcli.diagnosis.neighbors import neighbor_correlation
from dlcli.diagnosis.sampled_errors import SampledErrors
from dlcli.diagnosis.sampled_statistic import Sample, SampledStatistic
from dlcli.tasks import ErrorMeasure

#: Number of sampling units below which intervals of clustered examples depend on the particular units.
_FEW_UNITS = 10
#: Estimated correlation of neighboring stretches of a text from which there is a remark. In simulations with 40
#: independent stretches, the standard deviation of the estimate was 0.16, and 0.8 % of the estimates were larger.
_CORRELATED = 0.4
#: Effective number of errors, or of right answers, below which intervals are too narrow.
_FEW_EFFECTIVE = 10


def interval_remarks(split: str, errors: Sample, measure: ErrorMeasure, unit: str) -> list[str]:
    """Return a remark if the interval of the error of a split is unreliable; otherwise an empty list.

    Args:
        split: Name of the split.
        errors: Errors of its examples.
        measure: Unit of the error.
        unit: Plural of the sampling unit.
    """
    title = split.replace("_", "-")
    if (few := _few_units(title, errors, unit)) is not None:
        return [few]
    if isinstance(errors, SampledStatistic):
        return []
    if measure.is_rate and errors.is_clustered:
        kind = "errors" if errors.mean <= 0.5 else "right answers"
        effective = min(errors.mean, 1 - errors.mean) * effective_size_of_rate(errors).examples
        return _few_effective(f"{title}: its {kind}", effective, unit, "its interval")
    if errors.in_order and (correlated := _correlated(title, errors, "its interval")) is not None:
        return [correlated]
    largest = concentration(measure, errors.sums)
    return [] if largest is None else [_concentration_sentence(title, largest, largest.terms, f"the {title} error")]


def difference_remarks(split: str, first: Sample, second: Sample, measure: ErrorMeasure, unit: str) -> list[str]:
    """Return a remark if the interval of the difference of two models is unreliable; otherwise an empty list.

    Args:
        split: Name of the split.
        first: Errors of one model.
        second: Errors of the other model on the same examples in the same order.
        measure: Unit of the errors.
        unit: Plural of the sampling unit.
    """
    title = split.replace("_", "-")
    if (few := _few_units(title, first, unit)) is not None:
        return [few]
    if isinstance(first, SampledStatistic) or isinstance(second, SampledStatistic):
        return []
    differences = first.sums - second.sums
    if measure.is_rate and first.is_clustered:
        effective = float(np.mean(differences != 0)) * effective_size_of_differences(first, second.sums).examples
        return _few_effective(
            f"{title}: the examples on which the models differ", effective, unit, "the interval of the difference"
        )
    if first.in_order:
        correlated = _correlated(title, replace(first, sums=differences), "the interval of the difference")
        return [] if correlated is None else [correlated]
    largest = concentration(measure, np.abs(differences))
    if largest is None:
        return []
    return [_concentration_sentence(title, largest, f"differences of {largest.terms}", "the difference")]


def _few_units(title: str, errors: Sample, unit: str) -> str | None:
    if not errors.is_clustered or errors.num_units >= _FEW_UNITS:
        return None
    units = "one unit" if errors.num_units == 1 else f"{errors.num_units} {unit}"
    return f"{title} has only {units}, sampled as a whole: its interval is unreliable."


def _correlated(title: str, errors: SampledErrors, interval: str) -> str | None:
    totals, sizes = errors.totals().T
    correlation = neighbor_correlation(totals - totals.sum() / sizes.sum() * sizes)
    if correlation < _CORRELATED:
        return None
    strength = formatting.number(correlation, 2)
    return (
        f"{title}: neighboring stretches of the text have similar errors (correlation {strength}): "
        f"{interval} is unreliable."
    )


def _few_effective(subject: str, effective: float, unit: str, interval: str) -> list[str]:
    if not 0 < effective < _FEW_EFFECTIVE:
        return []
    equivalent = f"are equivalent to {formatting.number(effective, 2)} of independent examples, since they share {unit}"
    return [f"{subject} {equivalent}: {interval} is unreliable."]


def _concentration_sentence(title: str, largest: Concentration, terms: str, subject: str) -> str:
    return (
        f"{largest.num_largest} of {largest.num_examples:,} {title} examples make up "
        f"{formatting.percent(largest.share)} % of the sum of {terms}: "
        f"{subject} depends on them, and its interval is unreliable."
    )
