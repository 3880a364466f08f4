"""What makes an interval of an error, or of a difference of two errors, unreliable, in sentences.

Intervals are unreliable where few units were sampled, where the errors of clustered examples are worth few independent
ones, where neighboring stretches of a text are alike, and where a few examples carry most of a sum of squared or
absolute errors.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from dlcli.diagnosis.clustered import effective_size_of_differences, effective_size_of_rate
from dlcli.diagnosis.concentration import Concentration, concentration
from dlcli.diagnosis.measure import Measure
from dlcli.diagnosis.neighbors import neighbor_correlation
from dlcli.diagnosis.sampled_errors import SampledErrors

#: with fewer sampling units than this, intervals of clustered examples depend on which few units there are
_FEW_UNITS = 10
#: from this correlation of neighboring stretches of a text on, their number says too little about the variance
_ALIKE = 0.4
#: with fewer errors, or right answers, as many as independent examples would have, their intervals are too narrow
_FEW_EFFECTIVE = 10


def interval_remarks(split: str, errors: SampledErrors, measure: Measure, unit: str) -> list[str]:
    """Why the interval of the error of a split is unreliable; empty where it is not.

    Args:
        split: name of the split.
        errors: errors of its examples.
        measure: unit of the error.
        unit: plural of what was sampled independently.
    """
    title = split.replace("_", "-")
    if (few := _few_units(title, errors, unit)) is not None:
        return [few]
    if measure is Measure.ERROR_RATE and errors.is_clustered:
        kind = "errors" if errors.mean <= 0.5 else "right answers"
        effective = min(errors.mean, 1 - errors.mean) * effective_size_of_rate(errors).examples
        return _few_effective(f"{title}: its {kind}", effective, unit, "its interval")
    if errors.in_order and (alike := _alike(title, errors, "its interval")) is not None:
        return [alike]
    largest = concentration(measure, errors.sums)
    return [] if largest is None else [_concentration_sentence(title, largest, _kind(measure), f"the {title} error")]


def difference_remarks(
    split: str, first: SampledErrors, second: SampledErrors, measure: Measure, unit: str
) -> list[str]:
    """Why the interval of the difference of two models on the same examples is unreliable; empty where it is not.

    Args:
        split: name of the split.
        first: errors of one model.
        second: errors of the other model on the same examples in the same order.
        measure: unit of the errors.
        unit: plural of what was sampled independently.
    """
    title = split.replace("_", "-")
    if (few := _few_units(title, first, unit)) is not None:
        return [few]
    differences = first.sums - second.sums
    if measure is Measure.ERROR_RATE and first.is_clustered:
        effective = float(np.mean(differences != 0)) * effective_size_of_differences(first, second.sums).examples
        return _few_effective(
            f"{title}: the examples on which the models differ", effective, unit, "the interval of the difference"
        )
    if first.in_order:
        alike = _alike(title, replace(first, sums=differences), "the interval of the difference")
        return [] if alike is None else [alike]
    largest = concentration(measure, np.abs(differences))
    what = f"differences of {_kind(measure)}"
    return [] if largest is None else [_concentration_sentence(title, largest, what, "the difference")]


def _few_units(title: str, errors: SampledErrors, unit: str) -> str | None:
    if not errors.is_clustered or errors.num_units >= _FEW_UNITS:
        return None
    units = "one unit" if errors.num_units == 1 else f"{errors.num_units} {unit}"
    return f"{title} has only {units}, sampled as a whole: its interval is unreliable."


def _alike(title: str, errors: SampledErrors, interval: str) -> str | None:
    totals, sizes = errors.totals().T
    correlation = neighbor_correlation(totals - totals.sum() / sizes.sum() * sizes)
    if correlation < _ALIKE:
        return None
    return (
        f"{title}: neighboring stretches of the text have similar errors (correlation {correlation:.2f}): "
        f"{interval} is unreliable."
    )


def _few_effective(subject: str, effective: float, unit: str, interval: str) -> list[str]:
    if not 0 < effective < _FEW_EFFECTIVE:
        return []
    worth = f"are worth {effective:.1f} of independent examples, since they share {unit}"
    return [f"{subject} {worth}: {interval} is unreliable."]


def _kind(measure: Measure) -> str:
    return "absolute errors" if measure is Measure.MEAN_ABSOLUTE else "squared errors"


def _concentration_sentence(title: str, largest: Concentration, summed: str, subject: str) -> str:
    return (
        f"{largest.num_largest} of {largest.num_examples:,} {title} examples carry {100 * largest.share:.0f} % of the "
        f"sum of {summed}: {subject} depends on them, and its interval is unreliable."
    )
