"""Advice on what to try next: every rule, in the order of its expected benefit.

A rule examines the evidence and returns its advice, or None if it does not apply.
"""

from __future__ import annotations

from collections.abc import Mapping

from dlcli.diagnosis.bias_variance import GapName
from dlcli.diagnosis.knobs.advice import Advice, AdviceRule, Evidence
from dlcli.diagnosis.knobs.fit_dev import (
    closer_examples,
    early_stopping,
    error_analysis,
    more_dropout,
    more_examples,
    stronger_l2,
)
from dlcli.diagnosis.knobs.fit_test import (
    another_seed,
    bigger_dev_set,
    closer_dev_set,
    dev_set_of_same_origin,
    sharper_split,
)
from dlcli.diagnosis.knobs.fit_train import (
    better_optimizer,
    bigger_network,
    break_symmetry,
    less_regularization,
    lower_learning_rate,
    raise_learning_rate,
    revive_units,
    train_longer,
)
from dlcli.diagnosis.knobs.real_world import harder_dev_set, measure_human_level, metric_for_rare_classes
from dlcli.diagnosis.knobs.transfer import train_fewer_layers, train_more_layers

#: Rules for problems of the training, which come before all others.
ALARMS: tuple[AdviceRule, ...] = (break_symmetry, lower_learning_rate, raise_learning_rate, revive_units)

#: Rules that reduce each gap.
KNOBS: Mapping[GapName, tuple[AdviceRule, ...]] = {
    "avoidable_bias": (train_longer, train_more_layers, bigger_network, better_optimizer, less_regularization),
    "variance": (train_fewer_layers, stronger_l2, more_dropout, more_examples, early_stopping),
    "data_mismatch": (closer_examples,),
    "dev_overfit": (bigger_dev_set, dev_set_of_same_origin),
    "dev_test_mismatch": (closer_dev_set,),
}

#: Rules that settle an inconclusive diagnosis.
MEASUREMENTS: tuple[AdviceRule, ...] = (sharper_split, another_seed)

#: Rules that follow the advice on the gaps.
OUTLOOK: tuple[AdviceRule, ...] = (metric_for_rare_classes, measure_human_level, error_analysis, harder_dev_set)

__all__ = ["ALARMS", "KNOBS", "MEASUREMENTS", "OUTLOOK", "Advice", "AdviceRule", "Evidence"]
