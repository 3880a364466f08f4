"""Search for the first non-finite tensor of a step."""

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
    """First non-finite tensor.

    Args:
        what: Kind of the tensor; "weights" means that a layer had non-finite weights before the step.
        layer: Name of the node; None for "input", "loss" and "unknown".
    """

    what: Literal["input", "weights", "output", "loss", "gradient", "unknown"]
    layer: str | None = None

    def __str__(self) -> str:
        if self.what == "unknown":
            return "a value that was finite when the step was repeated"
        return f"the {self.what}" if self.layer is None else f"the {self.what} of layer {self.layer}"


def find_in_step(model: Graph, task: Task, batch: Batch) -> NonFiniteSource:
    """Repeat a training step up to its gradients and return the first non-finite tensor.

    Outputs are checked in the order of the graph, then the gradients in reverse order.

    Args:
        model: Model in training mode, with the parameters and generators of before the step.
        task: Task whose loss is computed.
        batch: Batch with targets.
    """
    if not np.isfinite(batch.inputs).all():
        return NonFiniteSource("input")
    check = _OutputCheck(model)
    for parameter in model.parameters().values():
        parameter.clear_grad()
    # A callback for every node disables fusion, so the output of each layer is computed separately.
    loss = batch_loss(task, model.forward(batch.inputs, batch.lengths, on_output=check), batch)
    if check.source is not None:
        return check.source
    if not np.isfinite(loss.data).all():
        return NonFiniteSource("loss")
    loss.backward()
    # The backward pass runs from the output to the input: the last node with a non-finite gradient was the first.
    for node in reversed(model.nodes):
        gradients = [parameter.grad for parameter in model.layers[node.name].parameters().values()]
        if not all(gradient is None or np.isfinite(gradient).all() for gradient in gradients):
            return NonFiniteSource("gradient", node.name)
    return NonFiniteSource("unknown")


def find_in_evaluation(model: Graph, batch: Batch) -> NonFiniteSource | None:
    """Check the output of every node for a batch in evaluation mode; None if all outputs are finite."""
    if not np.isfinite(batch.inputs).all():
        return NonFiniteSource("input")
    check = _OutputCheck(model)
    with evaluation_mode(model):
        model.forward(batch.inputs, batch.lengths, on_output=check)
    return check.source


def find_in_weights(model: Graph) -> NonFiniteSource:
    """Return the first layer, in the order of the graph, whose weights are not finite."""
    non_finite = (node.name for node in model.nodes if not _has_finite_weights(model, node.name))
    return NonFiniteSource("weights", next(non_finite, None))


def _has_finite_weights(model: Graph, node: str) -> bool:
    return all(np.isfinite(array).all() for array in model.layers[node].state_dict().values())


class _OutputCheck:
    """Callback that records the first node with a non-finite output, and whether its weights were the cause."""

    def __init__(self, model: Graph) -> None:
        self.model = model
        self.source: NonFiniteSource | None = None

    def __call__(self, node: str, outputs: np.ndarray) -> None:
        # only the first: the outputs after it are not finite as a consequence
        if self.source is None and not np.isfinite(outputs).all():
            self.source = NonFiniteSource("output" if _has_finite_weights(self.model, node) else "weights", node)
