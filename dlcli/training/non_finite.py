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
class NonFiniteSource:
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


def find_in_step(model: Graph, task: Task, batch: Batch) -> NonFiniteSource:
    """Repeat a training step, up to its gradients, and look: forward in the graph's order, backward in the reverse.

    Args:
        model: in training mode, with the parameters and the generators of before the step.
        task: its loss.
        batch: with targets.
    """
    if not np.isfinite(batch.inputs).all():
        return NonFiniteSource("input")
    found = _OutputCheck(model)
    for parameter in model.parameters().values():
        parameter.clear_grad()
    # Watching every node switches fusion off, so each layer has an output of its own to look at.
    loss = batch_loss(task, model.forward(batch.inputs, batch.lengths, on_output=found), batch)
    if found.source is not None:
        return found.source
    if not np.isfinite(loss.data).all():
        return NonFiniteSource("loss")
    loss.backward()
    # Backward runs from the output to the input: the last node with a bad gradient is the first that had one.
    for node in reversed(model.nodes):
        gradients = [parameter.grad for parameter in model.layers[node.name].parameters().values()]
        if not all(gradient is None or np.isfinite(gradient).all() for gradient in gradients):
            return NonFiniteSource("gradient", node.name)
    return NonFiniteSource("unknown")


def find_in_evaluation(model: Graph, batch: Batch) -> NonFiniteSource | None:
    """Look at every node's output for a batch in evaluation mode; None when all of them are finite."""
    if not np.isfinite(batch.inputs).all():
        return NonFiniteSource("input")
    found = _OutputCheck(model)
    with evaluation_mode(model):
        model.forward(batch.inputs, batch.lengths, on_output=found)
    return found.source


def find_in_weights(model: Graph) -> NonFiniteSource:
    """The first layer in the graph's order whose weights are not finite."""
    violated = (node.name for node in model.nodes if not _has_finite_weights(model, node.name))
    return NonFiniteSource("weights", next(violated, None))


def _has_finite_weights(model: Graph, node: str) -> bool:
    return all(np.isfinite(array).all() for array in model.layers[node].state_dict().values())


class _OutputCheck:
    """Remembers the first node whose output was not finite, or whose weights were not already."""

    def __init__(self, model: Graph) -> None:
        self.model = model
        self.source: NonFiniteSource | None = None

    def __call__(self, node: str, outputs: np.ndarray) -> None:
        # Only the first: everything after it is not finite as a consequence.
        if self.source is None and not np.isfinite(outputs).all():
            self.source = NonFiniteSource("output" if _has_finite_weights(self.model, node) else "weights", node)
