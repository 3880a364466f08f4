"""Training step that also measures the norms of gradients, updates, weights and activations by layer.

The norms reveal exploding and vanishing gradients. A measured step takes several times as long as a plain one, so only
the last step of an epoch is measured.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from dlcli.data import Batch
from dlcli.nn import Arena
from dlcli.training.train_step import TrainStep


@dataclass(frozen=True)
class LayerMagnitudes:
    """Norms and activation RMS of one step, by layer.

    Args:
        gradient_norm: Euclidean norm of the gradients of all parameters of the layer, before clipping.
        update_norm: Euclidean norm of the change of the parameters in the step.
        weight_norm: Euclidean norm of the parameters after the step.
        activation_rms: Root mean square of the layer's output.
    """

    gradient_norm: dict[str, float]
    update_norm: dict[str, float]
    weight_norm: dict[str, float]
    activation_rms: dict[str, float]


def measured_step(
    train_step: TrainStep, batch: Batch, learning_rate: float
) -> tuple[float, np.ndarray, LayerMagnitudes]:
    """Run `compute_gradients` and `update`; return the loss, the outputs and the norms.

    Raises:
        NonFiniteError: The loss or a gradient is not finite.
    """
    activation_rms: dict[str, float] = {}

    def measure(node: str, outputs: np.ndarray) -> None:
        # float32 squares overflow above 1.8e19, and activations that large are exactly what this must detect
        activation_rms[node] = math.sqrt(float(np.mean(np.square(outputs, dtype=np.float64))))

    loss, outputs = train_step.compute_gradients(batch, measure)
    arena = train_step.arena
    gradient_norm = layer_norms(arena, arena.grad)
    # The update is measured as a difference, so that momentum, weight decay and clipping are part of it.
    before = arena.data.copy()
    train_step.update(learning_rate)
    update_norm = layer_norms(arena, arena.data - before)
    return loss, outputs, LayerMagnitudes(gradient_norm, update_norm, layer_norms(arena, arena.data), activation_rms)


def layer_norms(arena: Arena, flat: np.ndarray) -> dict[str, float]:
    """Return the norm over all parameters of each layer, for an array with the layout of the arena."""
    norms: dict[str, float] = {}
    for parameter, norm in arena.segment_norms(flat).items():
        layer = parameter.rpartition(".")[0]
        norms[layer] = math.hypot(norms.get(layer, 0.0), norm)
    return norms
