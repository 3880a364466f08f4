"""Knobs that relate the measured error to the real world: another metric, the human-level error, another dev set."""

from __future__ import annotations

from dlcli.core import formatting
from dlcli.diagnosis.knobs.advice import Advice, Evidence

#: Share of the majority class from which errors on the other classes hardly affect the error rate.
_IMBALANCED = 0.75


def metric_for_rare_classes(evidence: Evidence) -> Advice | None:
    """Advise a metric with equal weights for all classes if one class dominates."""
    counts = evidence.train_class_counts
    if len(counts) < 2 or evidence.optimized.metric.endswith("macro_f1"):
        return None
    share = max(counts) / sum(counts)
    if share < _IMBALANCED:
        return None
    why = (
        f"{formatting.percent(share)} % of the training examples are of one class, "
        "so the error rate says little about the others"
    )
    return Advice("another metric", "real-world", why, {"evaluation.optimize": "dev/macro_f1"})


def measure_human_level(evidence: Evidence) -> Advice | None:
    """Advise measuring the human-level error if the optimum is only assumed to be 0."""
    if evidence.diagnosis.human_error_known or evidence.diagnosis.unknown_bias is not None:
        return None
    train = evidence.diagnosis.level("train")
    if train is not None and train.error.value == 0:
        return None  # no avoidable error is left
    why = f"train error {evidence.error('train')} can only be reduced to that of people or of the best known system"
    return Advice(
        "human-level error", "real-world", why, action="have people label some dev examples; set evaluation.human_error"
    )


def harder_dev_set(evidence: Evidence) -> Advice | None:
    """Advise harder dev and test examples if no gap is left."""
    if evidence.diagnosis.largest is not None or evidence.diagnosis.undecided is not None:
        return None
    last = evidence.diagnosis.levels[-1]
    why = f"{last.name} error {evidence.error(last.name)} and no gap left: these sets cannot distinguish better models"
    return Advice("another dev set", "real-world", why, action="collect dev and test examples that represent real use")
