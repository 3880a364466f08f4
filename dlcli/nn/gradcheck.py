"""Gradient checking of layers and whole models."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from operator import add
from typing import TypeAlias

import numpy as np

from dlcli.autograd import EPSILON, ParameterCheck, Tensor, check_directions, check_parameters
from dlcli.core import registry
from dlcli.nn.graph import Graph, Inputs, Lengths
from dlcli.nn.layer import Layer, LayerSample
from dlcli.nn.module import Module

#: function from an output of a model to a scalar
OutputLoss: TypeAlias = Callable[[Tensor], Tensor]

#: batch size of the checks of layers
BATCH_SIZE = 3


def check_layer(name: str, *, epsilon: float = EPSILON) -> list[ParameterCheck]:
    """Check a registered layer in training mode on each of its samples, with respect to inputs and parameters.

    Returns:
        One check for each input and parameter, named `<layer>[<sample>].<parameter>`.

    Raises:
        ValueError: The layer declares no samples.
    """
    layer_class = registry.lookup("layer", name)
    if not (isinstance(layer_class, type) and issubclass(layer_class, Layer)):
        raise TypeError(f"{name!r} is registered as a layer, but is not a Layer")
    samples = list(layer_class.samples())
    if not samples:
        raise ValueError(f"layer {name!r}: expected samples for its gradient check, got none")
    return [
        check
        for position, sample in enumerate(samples)
        for check in _check_sample(sample, f"{name}[{position}]", epsilon)
    ]


def check_model(
    graph: Graph,
    loss: OutputLoss | Mapping[str, OutputLoss],
    inputs: Inputs,
    lengths: Lengths = None,
    *,
    epsilon: float = EPSILON,
    max_per_parameter: int | None = None,
    along_directions: bool = False,
    generator: np.random.Generator | None = None,
) -> list[ParameterCheck]:
    """Check every trainable parameter of a model in its current mode, with fixed random draws.

    Args:
        graph: Model with float64 parameters.
        loss: Loss of every output, or of each output by name; their sum is differentiated, in training with the
            weighted losses of auxiliary outputs.
        inputs: Batch of inputs, (N, *graph.input_shape), or of each input by name.
        lengths: Number of steps of each sequence without padding, (N,), or by time axis; None without padding.
        epsilon: Step of the differences.
        max_per_parameter: Maximum number of elements of each parameter to check; None means all.
        along_directions: Whether to check each parameter along a random direction instead of element by element.
        generator: Random generator of these elements or directions.
    """

    def objective() -> Tensor:
        _fix_draws(graph)
        outputs = graph.compute(inputs, lengths)
        losses = loss if isinstance(loss, Mapping) else dict.fromkeys(outputs, loss)
        return reduce(add, (graph.auxiliary.get(name, 1.0) * losses[name](output) for name, output in outputs.items()))

    trainable = {name: parameter for name, parameter in graph.parameters().items() if parameter.trainable}
    before = {name: layer.generator for name, layer in graph.layers.items()}
    try:
        if along_directions:
            if generator is None:
                raise ValueError("checking along random directions needs a generator to draw them")
            return check_directions(objective, trainable, generator=generator, epsilon=epsilon)
        return check_parameters(
            objective, trainable, epsilon=epsilon, max_per_parameter=max_per_parameter, generator=generator
        )
    finally:
        for name, layer in graph.layers.items():
            layer.generator = before[name]


def _check_sample(sample: LayerSample, label: str, epsilon: float) -> list[ParameterCheck]:
    """Compare the gradients of `Σ r · layer(inputs)` for random r."""
    generator = np.random.default_rng(0)
    layer = sample.layer
    layer.build(*sample.input_shapes, generator=generator, dtype=np.float64)
    inputs = [
        Tensor(array, requires_grad=array.dtype.kind == "f")
        for array in sample.draw_inputs(BATCH_SIZE, generator, np.float64)
    ]
    direction = generator.standard_normal((BATCH_SIZE, *layer.output_shape(*sample.input_shapes)))

    def objective() -> Tensor:
        _fix_draws(layer)
        return (layer.forward(*inputs) * direction).sum()

    leaves: dict[str, Tensor] = {
        f"{label}.input[{position}]": leaf for position, leaf in enumerate(inputs) if leaf.requires_grad
    }
    leaves |= {f"{label}.{name}": parameter for name, parameter in layer.parameters().items()}
    return check_parameters(objective, leaves, epsilon=epsilon)


def _fix_draws(module: Module) -> None:
    """Reset the random generator of every layer, so that each forward pass draws the same values."""
    for position, (_, inner) in enumerate(module.modules()):
        if isinstance(inner, Layer):
            inner.generator = np.random.default_rng(position)
