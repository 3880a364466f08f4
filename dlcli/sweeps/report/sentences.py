"""Sentences about a sweep, shared by the page and the terminal."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from dlcli.core import formatting
from dlcli.search import Configuration, SweepOutcome, TrialStatus
from dlcli.sweeps.report.confidence import Confidence
from dlcli.sweeps.report.savings import compute_savings
from dlcli.sweeps.report.wording import MetricText

#: Text of each status, in the order of the summary.
_STATUSES: dict[TrialStatus, str] = {
    "done": "trained to the end",
    "pruned": "pruned",
    "diverged": "diverged",
    "failed": "failed",
    "killed": "killed",
    "running": "running",
    "interrupted": "interrupted",
    "waiting": "waiting",
}
#: Number of configurations below which a warning is given.
_FEW = 30
#: Maximum number of configurations that are named.
_MAX_NAMED = 5


def facts_sentence(outcome: SweepOutcome) -> str:
    """Return `Random search, 40 trials: 31 trained to the end, 9 pruned; 2 min 5 s of training in 2 workers.`"""
    counts = Counter(trial.status for trial in outcome.trials)
    statuses = ", ".join(f"{counts[status]} {words}" for status, words in _STATUSES.items() if counts[status])
    search = outcome.search.replace("_", " ")
    workers = formatting.count(outcome.workers, "worker")
    trials = f"{formatting.count(len(outcome.trials), 'trial')}{': ' if statuses else ''}{statuses}"
    seconds = formatting.duration(outcome.seconds)
    return f"{search[:1].upper()}{search[1:]} search, {trials}; {seconds} of training in {workers}."


def best_sentence(outcome: SweepOutcome) -> str:
    """Return a sentence about the value of the best configuration in the search."""
    best = outcome.objective.best(outcome.trials)
    if best is None or best.value is None:
        return "No trial was trained to the end, so there is no best configuration."
    text = MetricText(outcome.objective.metric)
    better = outcome.objective.direction.better
    seeds = f", the mean of {len(best.measured)} seeds" if len(best.measured) > 1 else ""
    return f"Trial {best.number}: {text.name} {text.unit.text(best.value)}{seeds} ({better} is better)."


def constraint_sentences(outcome: SweepOutcome) -> list[str]:
    """Return a warning if the best configuration violates a constraint, which implies that all do."""
    best = outcome.objective.best(outcome.trials)
    if best is None or not best.violated:
        return []
    return [f"No configuration satisfies all constraints; the best one violates {formatting.listing(best.violated)}."]


def confidence_sentences(outcome: SweepOutcome, confidence: Confidence) -> list[str]:
    """Return sentences about the final training, its difference from the search, and equally good configurations."""
    best = outcome.objective.best(outcome.trials)
    if best is None or best.value is None:
        return []
    text = MetricText(outcome.objective.metric)
    sentences = []
    if outcome.final is not None and confidence.final is not None:
        seeds = formatting.count(len(outcome.final.values), "seed")
        reached = f"Retrained from scratch with {seeds}, it reaches {text.name} "
        if confidence.deviation is None or math.isinf(confidence.final.low):
            value = text.unit.text(confidence.final.value)
            sentences.append(f"{reached}{value}; the spread is unknown with one seed.")
        else:
            interval = text.unit.interval(confidence.final.low, confidence.final.high)
            sentences.append(
                f"{reached}{text.unit.text(confidence.final.value)} ± {text.unit.size(confidence.deviation)} "
                f"(mean ± standard deviation; 95 % interval of the mean {interval}, Student)."
            )
        if outcome.objective.direction.is_improvement(best.value, confidence.final.value):
            sentences.append(
                f"That is worse than the {text.unit.text(best.value)} in the search. The best value of many trials is "
                "optimistic; the value after retraining is unbiased."
            )
    if confidence.ties:
        count = len(confidence.ties)
        subject = "Another configuration has" if count == 1 else f"{count} other configurations have"
        sentences.append(
            f"{subject} the same value ({_numbers(confidence.ties)}); the earliest one is reported as best."
        )
    sentences += _rivals(confidence, text)
    tried = len({trial.key for trial in outcome.trials})
    if tried < _FEW:
        verb = "was" if tried == 1 else "were"
        sentences.append(f"Only {formatting.count(tried, 'configuration')} {verb} tried; others may be better.")
    return sentences


def _rivals(confidence: Confidence, text: MetricText) -> list[str]:
    if not confidence.compared:
        return ["No other configuration was trained to the end, so there is no comparison."]
    if confidence.noise is None:
        return [
            "No configuration was trained with two seeds, so the noise between seeds is unknown, and the best "
            "configuration may not be better than the next one."
        ]
    basis = f"The standard deviation of a configuration between seeds is {text.unit.size(confidence.noise)} "
    basis += f"({formatting.count(confidence.freedom, 'degree')} of freedom"
    basis += ", a rough estimate from few seeds)." if confidence.freedom < 5 else ")."
    others = formatting.count(confidence.compared, "other")
    if not confidence.rivals:
        subject = "The only other" if confidence.compared == 1 else f"Each of the {others}"
        comparison = f"{subject} is significantly worse than the best (95 %, pairwise)."
    else:
        comparison = (
            f"Of {others}, {len(confidence.rivals)} cannot be distinguished from the best "
            f"(95 %, pairwise): {_numbers(confidence.rivals)}."
        )
    return [f"{basis} {comparison} The variation between dev sets is not included."]


def _numbers(configurations: Sequence[Configuration]) -> str:
    """Format numbers as `trials 3, 8 and 2 more`."""
    numbers = [str(one.number) for one in configurations]
    if len(numbers) > _MAX_NAMED:
        numbers[_MAX_NAMED:] = [f"{len(numbers) - _MAX_NAMED} more"]
    return f"{'trial' if len(configurations) == 1 else 'trials'} {formatting.listing(numbers)}"


def evaluation_sentence(outcome: SweepOutcome) -> str | None:
    """Return a sentence about the single evaluation on test; None if there was none."""
    final = outcome.final
    if final is None or not final.test:
        return None
    figures = []
    decisive = f"test/{outcome.objective.metric.rpartition('/')[2]}"
    for name, value in sorted(final.test.items(), key=lambda item: item[0] != decisive):
        text = MetricText(name)
        interval = final.intervals.get(name)
        figures.append(
            f"{text.name} {text.unit.text(value)}"
            + (f" (95 % interval {text.unit.interval(*interval)})" if interval is not None else "")
        )
    seed = final.seeds[final.chosen]
    metric = MetricText(outcome.objective.metric).name
    selection = f", the best of {len(final.seeds)} by {metric}" if len(final.seeds) > 1 else ""
    return (
        f"{formatting.listing(figures)[:1].upper()}{formatting.listing(figures)[1:]}. "
        f"The test set was used once, after all decisions, for the model of seed {seed}{selection}."
    )


def savings_sentence(outcome: SweepOutcome) -> str | None:
    """Return sentences about the savings by pruning; None without a rule."""
    if outcome.pruning is None:
        return None
    savings = compute_savings(outcome.trials)
    rule = outcome.pruning.replace("_", " ")
    if not savings.trials:
        return f"Pruning ({rule}) ended no trial early."
    amount = f"about {formatting.duration(savings.seconds)}"
    if savings.seconds:
        share = formatting.percent(savings.seconds / (savings.seconds + outcome.seconds))
        amount += f", {share} % of the time without pruning"
    return (
        f"Pruning ({rule}) ended {formatting.count(savings.trials, 'trial')} early "
        f"and saved {formatting.count(savings.epochs, 'epoch')}. "
        f"That is {amount}, estimated from the mean time of each trial's epochs. "
        "Whether a pruned trial would have become the best is unknown."
    )
