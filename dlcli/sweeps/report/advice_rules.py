"""What to do after a sweep."""

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

#: a parameter whose interval ends below this share need not be searched again
_HARDLY = 0.05
#: so many diverged trials make a pattern
_PATTERN = 3
#: with more rivals than this, not all of them are worth repeating
_MOST_REPEATED = 5


@dataclass(frozen=True)
class SweepAdvice:
    """A step to take.

    Args:
        action: what to do.
        why: what was seen.
        line: of the sweep file, or a command; None where there is none.
    """

    action: str
    why: str
    line: str | None = None


def sweep_advice(outcome: SweepOutcome, ranked: Sequence[Point], sure: Confidence) -> list[SweepAdvice]:
    """The steps, the most urgent first.

    Args:
        outcome: the sweep.
        ranked: its configurations, the best first.
        sure: what its repeated seeds tell.
    """
    return [
        *_left(outcome),
        *_failed(outcome),
        *_diverged(outcome, ranked),
        *map(_at_boundary, boundary_optima(outcome.space, ranked)),
        *_stages(outcome),
        *_seeds(outcome, sure),
        *_hardly_matters(outcome),
    ]


def _left(outcome: SweepOutcome) -> Iterator[SweepAdvice]:
    left = sum(not trial.has_ended for trial in outcome.trials)
    if left:
        verb = "is" if left == 1 else "are"
        why = f"{formatting.count(left, 'trial')} {verb} still to be trained."
        yield SweepAdvice("Let the sweep go on", why, f"dlcli sweep resume {outcome.id}")


def _failed(outcome: SweepOutcome) -> Iterator[SweepAdvice]:
    lost = [trial for trial in outcome.trials if trial.has_failed]
    if not lost:
        return
    reason, times = Counter(trial.reason or "no reason known" for trial in lost).most_common(1)[0]
    often = "each time" if times == len(lost) else f"{times} of {len(lost)} times"
    why = f"Trial {lost[0].number} {lost[0].status}: {reason}"
    if len(lost) > 1:
        why = f"{formatting.count(len(lost), 'trial')} failed or were killed, {often} with: {reason}"
    yield SweepAdvice("Mend what failed and train it again", why, f"dlcli sweep retry-failed {outcome.id}")


def _diverged(outcome: SweepOutcome, ranked: Sequence[Point]) -> Iterator[SweepAdvice]:
    """Every ordered parameter with a value from which on nothing was trained and below which nothing diverged."""
    gone = [point for point in ranked if point.status == "diverged"]
    stayed = [point for point in ranked if point.fate != "failed"]
    if len(gone) < _PATTERN or not stayed:
        return
    for parameter in outcome.space.drawn:
        name = parameter.name
        if parameter.distribution is None or not parameter.distribution.is_ordered:
            continue
        if any(name not in point.normalized for point in gone):
            continue
        there = [point.normalized[name] for point in stayed if name in point.normalized]
        lowest = min(gone, key=lambda point: point.normalized[name])
        if there and lowest.normalized[name] > max(there):
            edge = value_text(lowest.configuration.values[name])
            why = f"All {len(gone)} configurations that diverged have it at {edge} or above, and no other one does."
            yield SweepAdvice(f"End the range of {name} below {edge}", why)


def _at_boundary(optimum: BoundaryOptimum) -> SweepAdvice:
    side, sign, more = ("upper", "≥", "larger") if optimum.is_upper else ("lower", "≤", "smaller")
    end = value_text(optimum.end)
    why = (
        f"{optimum.count} of the best {optimum.among} configurations lie at the {side} end of its range "
        f"(at {sign} {value_text(optimum.beyond)}; it ends at {end})."
    )
    if not optimum.is_upper and _is_zero(optimum.end):
        return SweepAdvice(f"Try {optimum.parameter} at 0", why)
    return SweepAdvice(
        f"Widen the range of {optimum.parameter} beyond {end}",
        f"{why} If {more} values make sense, better ones may lie there.",
    )


def _stages(outcome: SweepOutcome) -> Iterator[SweepAdvice]:
    last = outcome.stages[-1] if outcome.stages else None
    if last is not None and last.gain is not None and last.noise is not None and last.gain > last.noise:
        text = MetricText(outcome.objective.metric)
        gain, noise = text.unit.size(last.gain), text.unit.size(last.noise)
        why = f"The last one still gained {gain}, more than the noise of {noise}."
        yield SweepAdvice("Allow more stages, or more trials", why)


def _seeds(outcome: SweepOutcome, sure: Confidence) -> Iterator[SweepAdvice]:
    finished = sure.compared + 1 if outcome.objective.best(outcome.trials) is not None else 0
    if not finished:
        return
    if sure.noise is None:
        why = "Nothing was trained twice, so a difference may come from the seed alone."
        yield SweepAdvice("Train the best configuration with several seeds", why, "final: {seeds: 3}")
    elif sure.rivals:
        rivals = formatting.count(len(sure.rivals), "other configuration")
        numbers = ", ".join(str(one.number) for one in sure.rivals[:_MOST_REPEATED])
        first = f", the nearest of them {numbers}," if len(sure.rivals) > _MOST_REPEATED else f" ({numbers})"
        why = f"{rivals}{first} cannot be told from the best at the noise of the seeds."
        yield SweepAdvice("Take the cheapest of the best, or train each with more seeds", why, "execution: {seeds: 3}")


def _hardly_matters(outcome: SweepOutcome) -> Iterator[SweepAdvice]:
    names = [one.parameter for one in outcome.importances if one.high < _HARDLY]
    if names and len(names) < len(outcome.importances):
        listed = ", ".join(names)
        why = f"In this space {'it explains' if len(names) == 1 else 'each explains'} less than {100 * _HARDLY:g} %."
        yield SweepAdvice(f"Leave out of the next search: {listed}", why)


def _is_zero(value: Any) -> bool:
    return isinstance(value, int | float) and value == 0
