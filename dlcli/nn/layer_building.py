"""Creation of the parameters of a graph's layers, in execution order."""

from __future__ import annotations

import numpy as np

from dlcli.core import ConfigError, Generators, check_array, formatting
from dlcli.nn.graph_resolution import label
from dlcli.nn.graph_values import GraphValues
from dlcli.nn.layer import Layer, ShapeError
from dlcli.nn.node import Node


def build_layer(
    node: Node, layer: Layer, values: GraphValues, *, generators: Generators, dtype: np.dtype[np.floating], key: str
) -> None:
    """Infer the values of a node, create the parameters of its layer, and set the generator that it draws from.

    Args:
        node: Node with resolved inputs.
        layer: Layer of the node.
        values: Values of the inputs, to which those of the node are added.
        generators: Random generators; `init` draws the weights, `dropout` is for layers that draw in training.
        dtype: Data type of the parameters.
        key: Key of the node's errors.

    Raises:
        ConfigError: The layer does not accept its inputs, or does not fit into memory; the message names the node.
    """
    if layer.num_inputs not in (None, len(node.inputs)):
        expected = formatting.count(layer.num_inputs or 0, "input")
        actual = f"{len(node.inputs)} ({', '.join(node.inputs)})"
        raise ConfigError(f"{label(node)}: expected {expected}, got {actual}", code="wrong_shape", key=key)
    shapes = [values.shapes[name] for name in node.inputs]
    try:
        values.add(node, layer)
        # A typing error in a config can result in a huge size; an error is better than heavy swapping.
        check_array(values.shapes[node.name], itemsize=dtype.itemsize)
        layer.build(*shapes, generator=generators["init"], dtype=dtype)
    except MemoryError as error:
        message = f"{label(node)} does not fit into memory: {error}"
        raise ConfigError(message, code="out_of_memory", key=key) from None
    except ShapeError as error:
        inputs = ", ".join(f"{name} {shape}" for name, shape in zip(node.inputs, shapes, strict=True))
        raise ConfigError(f"{label(node)}: {error}; inputs: {inputs}", code="wrong_shape", key=key) from None
    layer.generator = generators["dropout"]
