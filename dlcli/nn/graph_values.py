"""Values of a graph: the shape and the time axis of each input, each node's output, and each final state.

The time axis of a value names the input whose steps it has, and thus the lengths that apply to it. An encoder reads
sequences of other lengths than the decoder: their values have different time axes and cannot be added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dlcli.core import ConfigError, formatting, unknown_name
from dlcli.nn.layer import Layer, Shape, ShapeError
from dlcli.nn.node import Node
from dlcli.nn.stateful import Stateful, state_values


@dataclass(frozen=True)
class GraphValues:
    """Shapes and time axes by value, to which the values of nodes are added in execution order.

    Args:
        shapes: Shape of each value, without the batch axis.
        time_axes: Time axis of each value; None if it has no steps.
    """

    shapes: dict[str, Shape]
    time_axes: dict[str, str | None]

    @classmethod
    def of_inputs(cls, shapes: Mapping[str, Shape], time_axes: Mapping[str, str | None] | None = None) -> GraphValues:
        """Return the values of the inputs.

        Args:
            shapes: Shape of one example of each input.
            time_axes: Time axis of inputs; inputs with the same axis have the same lengths. By default, an input has
                one of its own, named like it, unless it has three or more axes, as images have.

        Raises:
            ConfigError: A time axis is that of an unknown input.
        """
        declared = time_axes or {}
        for name in declared:
            if name not in shapes:
                message = f"time axis of {name!r}: {unknown_name('input', name, shapes)}"
                raise ConfigError(message, code="unknown_name", key="time_axes")
        default = {name: name if len(shape) < 3 else None for name, shape in shapes.items()}
        return cls({name: tuple(shape) for name, shape in shapes.items()}, default | dict(declared))

    def add(self, node: Node, layer: Layer) -> None:
        """Infer the values of a node whose inputs are known.

        Raises:
            ShapeError: The layer does not accept the shapes or the time axes of its inputs.
        """
        shapes = [self.shapes[name] for name in node.inputs]
        self.shapes[node.name] = layer.output_shape(*shapes)
        self.time_axes[node.name] = self._time_axis(layer, node.inputs)
        for name in state_values(node.name, layer):
            assert isinstance(layer, Stateful)
            self.shapes[name], self.time_axes[name] = layer.state_shape, None

    def mixes_padding(self, node: Node, layer: Layer) -> bool:
        """Return whether a node combines the steps of its input without taking their lengths."""
        has_steps = self.time_axes[node.inputs[0]] is not None
        return has_steps and not layer.preserves_time and not layer.needs_lengths

    def _time_axis(self, layer: Layer, inputs: Sequence[str]) -> str | None:
        """Return the time axis of a layer's output."""
        if not layer.preserves_time:
            return None
        if not layer.combines_steps:
            return self.time_axes[inputs[0]]
        # a vector, which has one axis, has no steps
        axes = {name: axis for name in inputs if (axis := self.time_axes[name]) and len(self.shapes[name]) > 1}
        if len({*axes.values()}) > 1:
            steps = formatting.listing([f"those of {axis} ({name})" for name, axis in axes.items()])
            raise ShapeError(f"expected inputs with the same steps, got {steps}, which can have different lengths")
        return next(iter(axes.values()), None)
