"""A training step that also measures how large the numbers of each layer are.

That is what shows exploding and vanishing gradients. It costs several times a plain step, so it is done once an epoch.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from dlcli.data import Batch
from dlcli.nn import Arena
from dlcli.training.train_step import TrainStep


@dataclass(frozen=True)
class LayerSizes:
    """Figures of one step, by layer.

    Args:
        gradient_norm: Euclidean norm of the gradients of all the layer's parameters, before clipping.
        update_norm: of the change that the step made.
        weight_norm: of the parameters after the step.
        activation_rms: root mean square of the layer's output.
    """

    gradient_norm: dict[str, float]
    update_norm: dict[str, float]
    weight_norm: dict[str, float]
    activation_rms: dict[str, float]


def measured_step(train_step: TrainStep, batch: Batch, learning_rate: float) -> tuple[float, np.ndarray, LayerSizes]:
    """The same step as `compute_gradients` and `update` take, measured; returns loss, outputs and sizes.

    Raises:
        NonFiniteError: the loss or a gradient is not finite.
    """
    activation_rms: dict[str, float] = {}

    def measure(node: str, outputs: np.ndarray) -> None:
        # in double precision: squares of float32 overflow above 1.8e19, which is what this measurement is there to show
        activation_rms[node] = math.sqrt(float(np.mean(np.square(outputs, dtype=np.float64))))

    loss, outputs = train_step.compute_gradients(batch, measure)
    arena = train_step.arena
    gradient_norm = layer_norms(arena, arena.grad)
    # The update is what the step changed, whatever the optimizer made of the gradient.
    before = arena.data.copy()
    train_step.update(learning_rate)
    update_norm = layer_norms(arena, arena.data - before)
    return loss, outputs, LayerSizes(gradient_norm, update_norm, layer_norms(arena, arena.data), activation_rms)


def layer_norms(arena: Arena, flat: np.ndarray) -> dict[str, float]:
    """The norm of each layer's part of an array laid out like the arena, all its parameters together."""
    norms: dict[str, float] = {}
    for parameter, norm in arena.segment_norms(flat).items():
        layer = parameter.rpartition(".")[0]
        norms[layer] = math.hypot(norms.get(layer, 0.0), norm)
    return norms
