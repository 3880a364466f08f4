"""Optimizers, learning-rate schedules, gradient clipping, penalties and weight averaging."""

from dlcli.optim.adam import Adam, AdamW
from dlcli.optim.adaptive import Adagrad, RMSProp
from dlcli.optim.averaging import WeightAverage
from dlcli.optim.clipping import clip_by_norm, clip_by_value
from dlcli.optim.gradient_descent import SGD, Momentum
from dlcli.optim.optimizer import Optimizer
from dlcli.optim.penalties import NEAR_ZERO, add_penalty_gradient, penalty, sparsity
from dlcli.optim.schedules import (
    Constant,
    Cosine,
    Exponential,
    InverseSquareRoot,
    InverseTime,
    Milestones,
    Polynomial,
    Position,
    Schedule,
    Staircase,
)

__all__ = [
    "NEAR_ZERO",
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "Constant",
    "Cosine",
    "Exponential",
    "InverseSquareRoot",
    "InverseTime",
    "Milestones",
    "Momentum",
    "Optimizer",
    "Polynomial",
    "Position",
    "RMSProp",
    "Schedule",
    "Staircase",
    "WeightAverage",
    "add_penalty_gradient",
    "clip_by_norm",
    "clip_by_value",
    "penalty",
    "sparsity",
]
