"""Report of a sweep as JSON, the content of `report.json`; the keys of a schema version are stable."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from dlcli.search import FinalOutcome, Parameter, SweepOutcome, Trial
from dlcli.sweeps.report.advice_rules import SweepAdvice
from dlcli.sweeps.report.confidence import LEVEL, Confidence
from dlcli.sweeps.report.order_of_importance import compare_orders, tier
from dlcli.sweeps.report.savings import compute_savings

SCHEMA = "dlcli/sweep-report"
SCHEMA_VERSION = 1


def sweep_document(outcome: SweepOutcome, confidence: Confidence, advice: Sequence[SweepAdvice]) -> dict[str, Any]:
    """Return the report as plain values."""
    order = compare_orders(outcome.importances)
    return {
        "schema": SCHEMA,
        "schema_version": SCHEMA_VERSION,
        "sweep": outcome.id,
        "name": outcome.name,
        "search": outcome.search,
        "objective": outcome.objective.to_json(),
        "seconds": outcome.seconds,
        "workers": outcome.workers,
        "statuses": dict(Counter(trial.status for trial in outcome.trials)),
        "best": _best(outcome),
        "certainty": {
            "level": LEVEL,
            "noise": confidence.noise,
            "degrees_of_freedom": confidence.freedom,
            "equal": [one.number for one in confidence.ties],
            "compared": confidence.compared,
            "indistinguishable": [one.number for one in confidence.rivals],
        },
        "final": None if outcome.final is None else _final(outcome.final, confidence),
        "space": [_parameter(parameter) for parameter in outcome.space.parameters],
        "trials": [_trial(trial) for trial in outcome.trials],
        "pruning": {"rule": outcome.pruning} | asdict(compute_savings(outcome.trials)),
        "stages": [
            {
                "number": stage.number,
                "ranges": {name: list(bounds) for name, bounds in stage.region.ranges.items()},
                "choices": {name: list(indices) for name, indices in stage.region.choices.items()},
                "trials": list(stage.trials),
                "best": stage.best,
                "gain": stage.gain,
                "noise": stage.noise,
            }
            for stage in outcome.stages
        ],
        "importances": [asdict(one) | {"tier": tier(one.parameter)} for one in outcome.importances],
        "order": {
            "as_in_the_notes": [list(pair) for pair in order.agreeing],
            "other_than_in_the_notes": [list(pair) for pair in order.opposed],
            "open": order.undecided,
        },
        "advice": [asdict(piece) for piece in advice],
    }


def _best(outcome: SweepOutcome) -> dict[str, Any] | None:
    best = outcome.objective.best(outcome.trials)
    if best is None:
        return None
    return {
        "trial": best.number,
        "value": best.value,
        "values_of_seeds": best.measured,
        "violated": list(best.violated),
        "parameters": dict(best.values),
        "config": None if outcome.config is None else dict(outcome.config),
    }


def _final(final: FinalOutcome, confidence: Confidence) -> dict[str, Any]:
    return {
        "values": list(final.values),
        "seeds": list(final.seeds),
        "runs": list(final.runs),
        "chosen": final.chosen,
        "mean": None if confidence.final is None else confidence.final.value,
        "standard_deviation": confidence.deviation,
        "interval": None if confidence.final is None else [confidence.final.low, confidence.final.high],
        "test": dict(final.test),
        "test_intervals": {name: list(bounds) for name, bounds in final.intervals.items()},
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "is_drawn": parameter.distribution is not None,
        "ends": None if parameter.distribution is None else list(parameter.distribution.bounds()),
        "expression": None if parameter.expression is None else str(parameter.expression),
        "condition": None if parameter.condition is None else str(parameter.condition),
        "is_auxiliary": parameter.is_auxiliary,
    }


def _trial(trial: Trial) -> dict[str, Any]:
    return {
        "number": trial.number,
        "status": trial.status,
        "stage": trial.stage,
        "repeat": trial.repeat,
        "parameters": dict(trial.values),
        "value": trial.value,
        "violated": list(trial.violated),
        "metrics": dict(trial.metrics),
        "epochs": len(trial.history),
        "epochs_planned": trial.epochs,
        "seconds": trial.seconds,
        "attempts": trial.attempts,
        "reason": trial.reason,
    }
