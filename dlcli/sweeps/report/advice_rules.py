"""Advice on what to do after a sweep."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dlcli.core import formatting
from dlcli.search import SweepOutcome
from dlcli.sweeps.report.boundary_optimum import BoundaryOptimum, boundary_optima
from dlcli.sweeps.report.confidence import Confidence
from dlcli.sweeps.report.plot_points import Point
from dlcli.sweeps.report.wording import MetricText, value_text

#: Upper bound of the share of a parameter that need not be searched again.
_NEGLIGIBLE_SHARE = 0.05
#: Minimum number of diverged configurations for advice on a range.
_MIN_DIVERGED = 3
#: Maximum number of rivals that are named.
_MAX_NAMED = 5


@dataclass(frozen=True)
class SweepAdvice:
    """Recommended step.

    Args:
        action: Step to take.
        why: Observation that is the reason.
        line: Line for the sweep file, or command; None if there is none.
    """

    action: str
    why: str
    line: str | None = None


def sweep_advice(outcome: SweepOutcome, ranked: Sequence[Point], confidence: Confidence) -> list[SweepAdvice]:
    """Return the recommended steps, the most urgent first.

    Args:
        outcome: Outcome of the sweep.
        ranked: Configurations, the best first.
        confidence: Confidence in the best configuration.
    """
    return [
        *_unfinished(outcome),
        *_failed(outcome),
        *_diverged(outcome, ranked),
        *map(_at_boundary, boundary_optima(outcome.space, ranked)),
        *_stages(outcome),
        *_seeds(outcome, confidence),
        *_negligible(outcome),
    ]


def _unfinished(outcome: SweepOutcome) -> Iterator[SweepAdvice]:
    count = sum(not trial.has_ended for trial in outcome.trials)
    if count:
        verb = "has" if count == 1 else "have"
        why = f"{formatting.count(count, 'trial')} {verb} not ended yet."
        yield SweepAdvice("Resume the sweep", why, f"dlcli sweep resume {outcome.id}")


def _failed(outcome: SweepOutcome) -> Iterator[SweepAdvice]:
    failed = [trial for trial in outcome.trials if trial.has_failed]
    if not failed:
        return
    reason, times = Counter(trial.reason or "unknown reason" for trial in failed).most_common(1)[0]
    frequency = "each time" if times == len(failed) else f"{times} of {len(failed)} times"
    why = f"Trial {failed[0].number} {failed[0].status}: {reason}"
    if len(failed) > 1:
        why = f"{formatting.count(len(failed), 'trial')} failed or were killed, {frequency} with: {reason}"
    yield SweepAdvice("Fix the cause and retry the failed trials", why, f"dlcli sweep retry-failed {outcome.id}")


def _diverged(outcome: SweepOutcome, ranked: Sequence[Point]) -> Iterator[SweepAdvice]:
    """Recommend an upper bound for each ordered parameter with a value that separates diverged configurations."""
    diverged = [point for point in ranked if point.status == "diverged"]
    converged = [point for point in ranked if point.ending != "failed"]
    if len(diverged) < _MIN_DIVERGED or not converged:
        return
    for parameter in outcome.space.drawn:
        name = parameter.name
        if parameter.distribution is None or not parameter.distribution.is_ordered:
            continue
        if any(name not in point.normalized for point in diverged):
            continue
        coordinates = [point.normalized[name] for point in converged if name in point.normalized]
        lowest = min(diverged, key=lambda point: point.normalized[name])
        if coordinates and lowest.normalized[name] > max(coordinates):
            bound = value_text(lowest.configuration.values[name])
            why = f"It is {bound} or greater in all {len(diverged)} configurations that diverged, and in no other one."
            yield SweepAdvice(f"End the range of {name} below {bound}", why)


def _at_boundary(optimum: BoundaryOptimum) -> SweepAdvice:
    side, sign, more = ("upper", "≥", "larger") if optimum.is_upper else ("lower", "≤", "smaller")
    bound = value_text(optimum.bound)
    why = (
        f"{optimum.count} of the best {optimum.among} configurations lie near the {side} bound of its range, {bound} "
        f"(at {sign} {value_text(optimum.threshold)})."
    )
    if not optimum.is_upper and _is_zero(optimum.bound):
        return SweepAdvice(f"Try {optimum.parameter} at 0", why)
    return SweepAdvice(
        f"Widen the range of {optimum.parameter} beyond {bound}", f"{why} If valid, {more} values may be better."
    )


def _stages(outcome: SweepOutcome) -> Iterator[SweepAdvice]:
    last = outcome.stages[-1] if outcome.stages else None
    if last is not None and last.gain is not None and last.noise is not None and last.gain > last.noise:
        text = MetricText(outcome.objective.metric)
        gain, noise = text.unit.size(last.gain), text.unit.size(last.noise)
        why = f"The last stage gained {gain}, more than the noise of {noise}."
        yield SweepAdvice("Allow more stages, or more trials", why)


def _seeds(outcome: SweepOutcome, confidence: Confidence) -> Iterator[SweepAdvice]:
    finished = confidence.compared + 1 if outcome.objective.best(outcome.trials) is not None else 0
    if not finished:
        return
    if confidence.noise is None:
        why = "No configuration was trained with two seeds, so differences may be due to the seed alone."
        yield SweepAdvice("Train the best configuration with several seeds", why, "final: {seeds: 3}")
    elif confidence.rivals:
        rivals = formatting.count(len(confidence.rivals), "other configuration")
        numbers = ", ".join(str(one.number) for one in confidence.rivals[:_MAX_NAMED])
        named = f" (the best are {numbers})" if len(confidence.rivals) > _MAX_NAMED else f" ({numbers})"
        why = f"{rivals}{named} cannot be distinguished from the best, given the noise between seeds."
        yield SweepAdvice("Use the cheapest of the best, or train each with more seeds", why, "execution: {seeds: 3}")


def _negligible(outcome: SweepOutcome) -> Iterator[SweepAdvice]:
    names = [one.parameter for one in outcome.importances if one.high < _NEGLIGIBLE_SHARE]
    if names and len(names) < len(outcome.importances):
        subject = "it explains" if len(names) == 1 else "each explains"
        why = f"In this space {subject} less than {formatting.percent(_NEGLIGIBLE_SHARE)} % of the variance."
        yield SweepAdvice(f"Omit from the next search: {', '.join(names)}", why)


def _is_zero(value: Any) -> bool:
    return isinstance(value, int | float) and value == 0
