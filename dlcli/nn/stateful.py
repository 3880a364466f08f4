"""Layers with a state, which other layers can read and which can be kept between batches."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar, TypeAlias

import numpy as np

from dlcli.autograd import Tensor
from dlcli.nn.layer import Layer, Shape

#: callback with the final states of a layer, one for each of its `state_names`
OnStates: TypeAlias = Callable[[Iterable[Tensor]], None]


class Stateful(Layer):
    """Base class of the layers with a state that changes from step to step.

    - In a graph, the states after the last step of each sequence are values that other nodes can read: `forward` passes
      them to `on_states=`, a callback, as tensors (N, *state_shape).
    - For truncated backpropagation through time, if `stateful` is true, `forward` starts from `hidden_states` and
      stores its final states there as plain arrays, through which no gradient flows.
    """

    #: names of the states; the first one is the output of a step
    state_names: ClassVar[tuple[str, ...]] = ("hidden",)

    stateful: bool = False

    #: states by name, (…, N, H), with the batch as the second to last axis; empty means zeros
    hidden_states: dict[str, np.ndarray] = {}  # noqa: RUF012  # replaced, never modified

    @property
    def state_shape(self) -> Shape:
        """Shape of each final state of one sequence."""
        raise NotImplementedError


def state_values(name: str, layer: Layer) -> tuple[str, ...]:
    """Return the names under which the final states of a node can be read, such as `encoder.hidden`.

    Args:
        name: Name of the node.
        layer: Layer of the node; a layer without states has none.
    """
    return tuple(f"{name}.{state}" for state in layer.state_names) if isinstance(layer, Stateful) else ()
