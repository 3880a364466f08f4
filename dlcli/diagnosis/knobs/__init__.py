"""What can be tried next: every adviser, in the order of its expected use.

An adviser looks at the evidence and returns its advice, or None where it does not apply.
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
from dlcli.diagnosis.knobs.fit_test import another_seed, bigger_dev_set, sharper_split
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

#: training that goes wrong: asked before anything else
ALARMS: tuple[AdviceRule, ...] = (break_symmetry, lower_learning_rate, raise_learning_rate, revive_units)

#: what closes each gap of the chain
KNOBS: Mapping[GapName, tuple[AdviceRule, ...]] = {
    "avoidable_bias": (train_longer, train_more_layers, bigger_network, better_optimizer, less_regularization),
    "variance": (train_fewer_layers, stronger_l2, more_dropout, more_examples, early_stopping),
    "data_mismatch": (closer_examples,),
    "dev_overfit": (bigger_dev_set,),
}

#: what makes an undecided chain decide
MEASUREMENTS: tuple[AdviceRule, ...] = (sharper_split, another_seed)

#: what remains when the gaps have nothing more to say
OUTLOOK: tuple[AdviceRule, ...] = (metric_for_rare_classes, measure_human_level, error_analysis, harder_dev_set)

__all__ = ["ALARMS", "KNOBS", "MEASUREMENTS", "OUTLOOK", "Advice", "AdviceRule", "Evidence"]
