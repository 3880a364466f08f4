"""Summary of a sweep, as text and as the document of `--json`."""

from __future__ import annotations

import statistics
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dlcli.cli import console
from dlcli.cli.summary import print_warnings
from dlcli.cli.sweep import values
from dlcli.core import formatting
from dlcli.metrics import format_metric, unit_of
from dlcli.sweeps import failures, value_text

if TYPE_CHECKING:
    from dlcli.search import FinalOutcome, SweepOutcome
    from dlcli.sweeps import SweepFolder


def document(outcome: SweepOutcome, path: Path) -> dict[str, Any]:
    """Return the JSON document of a sweep, finished or not."""
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
    """Return the number of trials by status, without statuses that no trial has."""
    return dict(Counter(trial.status for trial in outcome.trials))


def best_document(outcome: SweepOutcome, path: Path) -> dict[str, Any] | None:
    """Return the JSON document of the best configuration; None if there is none."""
    best = outcome.objective.best(outcome.trials)
    if best is None:
        return None
    return {
        "trial": best.number,
        "value": best.value,
        "spread": standard_deviation(best.measured),
        "seeds": len(best.measured),
        "violated": list(best.violated),
        "values": dict(best.values),
        "folder": str(trial_folder(path, best.number)),
    }


def final_document(final: FinalOutcome, path: Path) -> dict[str, Any]:
    """Return the JSON document of the final training."""
    return {
        "values": list(final.values),
        "mean": statistics.fmean(final.values),
        "spread": standard_deviation(final.values),
        "seeds": list(final.seeds),
        "chosen_seed": final.seeds[final.chosen],
        "run": str(path / final.runs[final.chosen]),
        "test": dict(final.test),
        "intervals": {name: list(interval) for name, interval in final.intervals.items()},
    }


def trial_folder(path: Path, number: int) -> Path:
    """Return the folder of a trial."""
    from dlcli.sweeps.runner import sweep_files as files

    return path / files.trial(number)


def standard_deviation(seed_values: list[float] | tuple[float, ...]) -> float | None:
    """Return the standard deviation between seeds; None with fewer than two."""
    return statistics.stdev(seed_values) if len(seed_values) > 1 else None


def format_mean(metric: str, seed_values: list[float] | tuple[float, ...]) -> str:
    """Format the mean over seeds with the standard deviation: `3.12 % ± 0.40 points over 3 seeds`."""
    unit, mean, deviation = unit_of(metric), statistics.fmean(seed_values), standard_deviation(seed_values)
    if deviation is None:
        return unit.text(mean)
    return f"{unit.text(mean)} ± {unit.size(deviation)} over {formatting.count(len(seed_values), 'seed')}"


def format_counts(outcome: SweepOutcome) -> str:
    """Format the number of trials by status, such as `18 done, 2 failed`."""
    return ", ".join(f"{count} {status}" for status, count in counts(outcome).items()) or "none"


def print_problem(folder: SweepFolder) -> None:
    """Warn if the journal of a sweep is cut off or missing."""
    if (problem := folder.journal_problem()) is not None:
        print_warnings([problem])


def print_best(outcome: SweepOutcome, path: Path) -> None:
    """Print the values, the metrics and the folders of the best configuration."""
    results = console.results()
    best = outcome.objective.best(outcome.trials)
    if best is None:
        results.print("no trial has a result yet")
        return
    rows = [(name, value_text(value)) for name, value in best.values.items()]
    results.print(console.table("parameter", "best", rows=rows))
    results.print()
    facts = {
        outcome.objective.metric: format_mean(outcome.objective.metric, best.measured),
        "violates": formatting.listing(best.violated),
        "trial": f"{best.number}  ({trial_folder(path, best.number)})",
    }
    if outcome.final is not None:
        facts |= final_facts(outcome.objective.metric, outcome.final, path)
    results.print(console.facts((name, text) for name, text in facts.items() if text))


def final_facts(metric: str, final: FinalOutcome, path: Path) -> dict[str, str]:
    """Return labels and texts of the final training."""
    facts = {"final training": format_mean(metric, final.values)}
    for name, value in final.test.items():
        interval = final.intervals.get(name)
        bounds = f"  ({unit_of(name).interval(*interval)})" if interval else ""
        facts[name] = f"{format_metric(name, value)}{bounds}"
    return facts | {"final run": str(path / final.runs[final.chosen])}


def print_failures(outcome: SweepOutcome) -> None:
    """Print a table of the trials without a result."""
    rows = [
        (str(trial.number), trial.status, trial.reason or "", values.format_values(trial.values))
        for trial in failures(outcome.trials)
    ]
    if rows:
        console.results().print()
        console.results().print(console.table("trial", "status", "reason", "parameters", rows=rows, numbers=["trial"]))
