"""The sentences in which a sweep is told, the same on the page and on the terminal."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence

from dlcli.core import formatting
from dlcli.search import Configuration, SweepOutcome, TrialStatus
from dlcli.sweeps.report.confidence import Confidence
from dlcli.sweeps.report.savings import savings
from dlcli.sweeps.report.wording import MetricText

#: how the statuses are told, in this order
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
#: with fewer configurations than this, little can be said of a space
_FEW = 30
#: so many configurations are named
_NAMED = 5


def facts_sentence(outcome: SweepOutcome) -> str:
    """`Random search, 40 trials: 31 trained to the end, 6 pruned, 3 failed; 2.1 min of training in 2 workers.`"""
    counts = Counter(trial.status for trial in outcome.trials)
    told = ", ".join(f"{counts[status]} {words}" for status, words in _STATUSES.items() if counts[status])
    search = outcome.search.replace("_", " ")
    workers = formatting.count(outcome.workers, "worker")
    trials = f"{formatting.count(len(outcome.trials), 'trial')}{': ' if told else ''}{told}"
    seconds = formatting.duration(outcome.seconds)
    return f"{search[:1].upper()}{search[1:]} search, {trials}; {seconds} of training in {workers}."


def best_sentence(outcome: SweepOutcome) -> str:
    """What the best configuration reached when it was chosen."""
    best = outcome.objective.best(outcome.trials)
    if best is None or best.value is None:
        return "No trial was trained to its end, so there is no best configuration."
    text = MetricText(outcome.objective.metric)
    better = outcome.objective.direction.better
    seeds = f", the mean of {len(best.measured)} seeds" if len(best.measured) > 1 else ""
    return f"Trial {best.number}: {text.name} {text.unit.text(best.value)}{seeds} ({better} is better)."


def constraint_sentences(outcome: SweepOutcome) -> list[str]:
    """A warning where the best configuration breaks a constraint, which happens only where all do."""
    best = outcome.objective.best(outcome.trials)
    if best is None or not best.violated:
        return []
    return [f"No configuration satisfies every constraint; the best one breaks {', '.join(best.violated)}."]


def confidence_sentences(outcome: SweepOutcome, sure: Confidence) -> list[str]:
    """The final training, how the value of the choice compares with it, and which others are as good."""
    best = outcome.objective.best(outcome.trials)
    if best is None or best.value is None:
        return []
    text = MetricText(outcome.objective.metric)
    sentences = []
    if outcome.final is not None and sure.final is not None:
        reached = f"Trained anew with {formatting.count(len(outcome.final.values), 'seed')}, it reaches {text.name} "
        if sure.deviation is None or math.isinf(sure.final.low):
            sentences.append(f"{reached}{text.unit.text(sure.final.value)}; one seed says nothing about the spread.")
        else:
            interval = text.unit.interval(sure.final.low, sure.final.high)
            sentences.append(
                f"{reached}{text.unit.text(sure.final.value)} ± {text.unit.size(sure.deviation)} "
                f"(mean ± standard deviation; 95 % interval of the mean {interval}, Student)."
            )
        if outcome.objective.direction.is_improvement(best.value, sure.final.value):
            sentences.append(
                f"That is worse than the {text.unit.text(best.value)} it was chosen for. The best of many trials is in "
                "part the luckiest, so the figure to trust is the one trained anew."
            )
    if sure.ties:
        reached = "another configuration" if len(sure.ties) == 1 else f"{len(sure.ties)} other configurations"
        sentences.append(
            f"{reached[:1].upper()}{reached[1:]} reached the very same value ({_numbered(sure.ties)}); "
            "the earliest of them is called the best."
        )
    sentences += _rivals(sure, text)
    tried = len({trial.key for trial in outcome.trials})
    if tried < _FEW:
        verb = "was" if tried == 1 else "were"
        sentences.append(
            f"Only {formatting.count(tried, 'configuration')} {verb} tried: what others would reach is not known."
        )
    return sentences


def _rivals(sure: Confidence, text: MetricText) -> list[str]:
    if not sure.compared:
        return ["No other configuration was trained to its end, so there is nothing to compare it with."]
    if sure.noise is None:
        return [
            "No configuration was trained with two seeds, so how much of a difference is due to the seed is not known, "
            "and it cannot be told whether the best one is better than the next."
        ]
    basis = f"From seed to seed a configuration varies by {text.unit.size(sure.noise)} (standard deviation, "
    basis += f"{formatting.count(sure.freedom, 'degree')} of freedom)."
    if sure.freedom < 5:
        basis += " That is itself estimated from few seeds."
    others = formatting.count(sure.compared, "other")
    if not sure.rivals:
        pruning_decision = (
            f"Each of the {others} is worse than the best by more than that explains (95 %, pair by pair)."
        )
    else:
        pruning_decision = (
            f"Of {others}, {len(sure.rivals)} cannot be distinguished from the best at that noise "
            f"(95 %, pair by pair): {_numbered(sure.rivals)}."
        )
    return [f"{basis} {pruning_decision} What other dev examples would change is left out."]


def _numbered(listed: Sequence[Configuration]) -> str:
    """`trials 3, 8 and 2 more`."""
    numbers = ", ".join(str(one.number) for one in listed[:_NAMED])
    more = f" and {len(listed) - _NAMED} more" if len(listed) > _NAMED else ""
    return f"{'trial' if len(listed) == 1 else 'trials'} {numbers}{more}"


def evaluation_sentence(outcome: SweepOutcome) -> str | None:
    """The one evaluation on test; None where there was none."""
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
    chosen = f", the best of {len(final.seeds)} by {MetricText(outcome.objective.metric).name}" * (len(final.seeds) > 1)
    return (
        f"{formatting.listing(figures)[:1].upper()}{formatting.listing(figures)[1:]}. "
        f"Test was evaluated once, with the model of seed {seed}{chosen}, after everything was chosen."
    )


def savings_sentence(outcome: SweepOutcome) -> str | None:
    """What pruning spared; None without a rule."""
    if outcome.pruning is None:
        return None
    saved = savings(outcome.trials)
    rule = outcome.pruning.replace("_", " ")
    if not saved.trials:
        return f"Pruning ({rule}) ended no trial early."
    about = f"about {formatting.duration(saved.seconds)}"
    if saved.seconds:
        about += (
            f", {formatting.percent(saved.seconds / (saved.seconds + outcome.seconds))} % of what all would have taken"
        )
    return (
        f"Pruning ({rule}) ended {formatting.count(saved.trials, 'trial')} early "
        f"and spared {formatting.count(saved.epochs, 'epoch')}. "
        f"That is {about}: an estimate, each trial's missing epochs times what its own epochs took. "
        "Whether a pruned trial would have become the best is not known."
    )
