"""What a sweep has come to, in words and as the document of `--json`."""

from __future__ import annotations

import statistics
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlcli.cli import console
from dlcli.cli.sweep import values
from dlcli.core import formatting
from dlcli.metrics import format_metric, unit_of
from dlcli.sweeps import failures, value_text

if TYPE_CHECKING:
    from dlcli.search import Configuration, FinalOutcome, SweepOutcome


def document(outcome: SweepOutcome, path: Path) -> dict[str, Any]:
    """The JSON of a sweep that is over, or as far as it has come."""
    return {
        "sweep": outcome.id,
        "name": outcome.name,
        "search": outcome.search,
        "objective": outcome.objective.to_json(),
        "trials": counts(outcome),
        "best": best_document(outcome, path),
        "final": None if outcome.final is None else final_document(outcome.final, path),
        "failures": [
            {"trial": trial.number, "status": trial.status, "reason": trial.reason, "values": dict(trial.values)}
            for trial in failures(outcome.trials)
        ],
        "seconds": outcome.seconds,
    }


def counts(outcome: SweepOutcome) -> dict[str, int]:
    """Status → how many trials have it; those that none has are left out."""
    return dict(Counter(trial.status for trial in outcome.trials))


def best_document(outcome: SweepOutcome, path: Path) -> dict[str, Any] | None:
    """The best configuration; None while there is none."""
    best = outcome.objective.best(outcome.trials)
    if best is None:
        return None
    return {
        "trial": best.number,
        "value": best.value,
        "spread": spread(best),
        "seeds": len(best.measured),
        "violated": list(best.violated),
        "values": dict(best.values),
        "folder": str(trial_folder(path, best.number)),
    }


def final_document(final: FinalOutcome, path: Path) -> dict[str, Any]:
    return {
        "values": list(final.values),
        "mean": statistics.fmean(final.values),
        "spread": deviation(final.values),
        "seeds": list(final.seeds),
        "chosen_seed": final.seeds[final.chosen],
        "run": str(path / final.runs[final.chosen]),
        "test": dict(final.test),
        "intervals": {name: list(interval) for name, interval in final.intervals.items()},
    }


def trial_folder(path: Path, number: int) -> Path:
    from dlcli.sweeps.runner import sweep_files as files

    return path / files.trial(number)


def spread(configuration: Configuration) -> float | None:
    """The standard deviation from seed to seed; None with one seed."""
    return deviation(configuration.measured)


def deviation(found: list[float] | tuple[float, ...]) -> float | None:
    return statistics.stdev(found) if len(found) > 1 else None


def mean_and_spread(metric: str, values_of_seeds: list[float] | tuple[float, ...]) -> str:
    """The mean over seeds with the standard deviation: `3.12 % ± 0.40 points over 3 seeds`."""
    unit, mean, around = unit_of(metric), statistics.fmean(values_of_seeds), deviation(values_of_seeds)
    if around is None:
        return unit.text(mean)
    return f"{unit.text(mean)} ± {unit.size(around)} over {formatting.count(len(values_of_seeds), 'seed')}"


def counted(outcome: SweepOutcome) -> str:
    """Such as `18 done, 2 failed`."""
    return ", ".join(f"{count} {status}" for status, count in counts(outcome).items()) or "none"


def print_best(outcome: SweepOutcome, path: Path) -> None:
    """The best configuration's values, how good it is, and where it is."""
    results = console.results()
    best = outcome.objective.best(outcome.trials)
    if best is None:
        results.print("no trial has a result yet")
        return
    rows = [(name, value_text(found)) for name, found in best.values.items()]
    results.print(console.table("parameter", "best", rows=rows))
    results.print()
    facts = {
        outcome.objective.metric: mean_and_spread(outcome.objective.metric, best.measured),
        "breaks": ", ".join(best.violated),
        "trial": f"{best.number}  ({trial_folder(path, best.number)})",
    }
    if outcome.final is not None:
        facts |= final_facts(outcome.objective.metric, outcome.final, path)
    results.print(console.facts((name, text) for name, text in facts.items() if text))


def final_facts(metric: str, final: FinalOutcome, path: Path) -> dict[str, str]:
    facts = {"trained anew": mean_and_spread(metric, final.values)}
    for name, value in final.test.items():
        interval = final.intervals.get(name)
        bounds = f"  ({unit_of(name).interval(*interval)})" if interval else ""
        facts[name] = f"{format_metric(name, value)}{bounds}"
    return facts | {"final run": str(path / final.runs[final.chosen])}


def print_failures(outcome: SweepOutcome) -> None:
    """One row for each trial without a result."""
    rows = [
        (str(trial.number), trial.status, trial.reason or "", values.in_a_row(trial.values))
        for trial in failures(outcome.trials)
    ]
    if rows:
        console.results().print()
        console.results().print(console.table("trial", "ended", "why", "parameters", rows=rows, numbers=["trial"]))
