"""Knobs that make success on the test set mean success in the world: another dev set or another metric."""

from __future__ import annotations

from dlcli.core import formatting
from dlcli.diagnosis.knobs.advice import Advice, Evidence

#: the majority class holds this share of the training examples or more: errors of the others hardly count
_IMBALANCED = 0.75


def metric_for_rare_classes(evidence: Evidence) -> Advice | None:
    """A metric that counts every class the same, where one class is most of the examples."""
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
    """A measured human error, where the optimum is only assumed to be 0."""
    if evidence.diagnosis.human_error_known or evidence.diagnosis.unknown_bias is not None:
        return None
    train = evidence.diagnosis.level("train")
    if train is not None and train.error.value == 0:
        return None  # nothing is left that could be avoided
    why = (
        f"train error {evidence.error('train')} is avoidable only as far as people, or the best known system, do better"
    )
    return Advice(
        "human-level error", "real-world", why, action="have people label some dev examples; set evaluation.human_error"
    )


def harder_dev_set(evidence: Evidence) -> Advice | None:
    """Examples of what comes next, where no gap is left to close on these."""
    if evidence.diagnosis.largest is not None or evidence.diagnosis.undecided is not None:
        return None
    last = evidence.diagnosis.levels[-1]
    why = (
        f"{last.name} error {evidence.error(last.name)} and no gap left to close: these sets cannot rank better models"
    )
    return Advice(
        "another dev set", "real-world", why, action="collect dev and test examples of what users will really send"
    )
