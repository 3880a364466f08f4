"""Where the first number that is not finite came from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from dlcli.data import Batch
from dlcli.nn import Graph, evaluation_mode
from dlcli.tasks import Task
from dlcli.training.train_step import batch_loss


@dataclass(frozen=True)
class Culprit:
    """What went first.

    Args:
        what: "input" and "loss" have no layer; "weights" are those that a layer already had before the step.
        layer: name of the node.
    """

    what: Literal["input", "weights", "output", "loss", "gradient", "unknown"]
    layer: str | None = None

    def __str__(self) -> str:
        if self.what == "unknown":
            return "a value that was finite when the step was repeated"
        return f"the {self.what}" if self.layer is None else f"the {self.what} of layer {self.layer}"


def find_in_step(model: Graph, task: Task, batch: Batch) -> Culprit:
    """Repeat a training step, up to its gradients, and look: forward in the graph's order, backward in the reverse.

    Args:
        model: in training mode, with the parameters and the generators of before the step.
        task: its loss.
        batch: with targets.
    """
    if not np.isfinite(batch.inputs).all():
        return Culprit("input")
    found = _OutputCheck(model)
    for parameter in model.parameters().values():
        parameter.clear_grad()
    loss = batch_loss(task, model.forward(batch.inputs, batch.lengths, on_output=found), batch)
    if found.culprit is not None:
        return found.culprit
    if not np.isfinite(loss.data).all():
        return Culprit("loss")
    loss.backward()
    for node in reversed(model.nodes):
        gradients = [parameter.grad for parameter in model.layers[node.name].parameters().values()]
        if not all(gradient is None or np.isfinite(gradient).all() for gradient in gradients):
            return Culprit("gradient", node.name)
    return Culprit("unknown")


def find_in_evaluation(model: Graph, batch: Batch) -> Culprit | None:
    """Look at every node's output for a batch in evaluation mode; None when all of them are finite."""
    if not np.isfinite(batch.inputs).all():
        return Culprit("input")
    found = _OutputCheck(model)
    with evaluation_mode(model):
        model.forward(batch.inputs, batch.lengths, on_output=found)
    return found.culprit


def find_in_weights(model: Graph) -> Culprit:
    """The first layer in the graph's order whose weights are not finite."""
    broken = (node.name for node in model.nodes if not _has_finite_weights(model, node.name))
    return Culprit("weights", next(broken, None))


def _has_finite_weights(model: Graph, node: str) -> bool:
    return all(np.isfinite(array).all() for array in model.layers[node].state_dict().values())


class _OutputCheck:
    """Remembers the first node whose output was not finite, or whose weights were not already."""

    def __init__(self, model: Graph) -> None:
        self.model = model
        self.culprit: Culprit | None = None

    def __call__(self, node: str, outputs: np.ndarray) -> None:
        if self.culprit is None and not np.isfinite(outputs).all():
            self.culprit = Culprit("output" if _has_finite_weights(self.model, node) else "weights", node)
