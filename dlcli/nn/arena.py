"""Arena: all trainable parameters in one flat array, their gradients in another.

An optimizer step, a norm, clipping and a checkpoint are then one call each, for any model.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from dlcli import kernels
from dlcli.nn.parameter import Parameter


@dataclass(frozen=True)
class Segment:
    """Position of one parameter in the arena.

    Args:
        name: Name of the parameter.
        start: Index of its first element.
        stop: Index after its last element.
        shape: Shape of the parameter.
    """

    name: str
    start: int
    stop: int
    shape: tuple[int, ...]


@dataclass(frozen=True)
class RateGroup:
    """Adjacent parameters in the arena that share a learning rate.

    Args:
        elements: Range of their elements.
        decayed: Range of the elements among them to which weight decay applies.
        scale: Factor on the learning rate.
    """

    elements: slice
    decayed: slice
    scale: float


class Arena:
    """Flat memory of a model: its trainable parameters are views into `data`, their gradients views into `grad`.

    Parameters with weight decay come first, so that they are one slice, `decayed`; within both parts, parameters that
    share a learning rate are adjacent, otherwise the order is that of the model. A parameter with two names is packed
    once. Frozen parameters are not part of the arena and keep separate memory; after freezing or unfreezing, create a
    new arena from the same parameters.

    Args:
        parameters: Parameters of the model by name; the trainable ones have one dtype.

    Raises:
        ValueError: The trainable parameters differ in dtype.
    """

    def __init__(self, parameters: Mapping[str, Parameter]) -> None:
        # By identity, not by name: a weight that two layers share must be stored once, or each would update a copy.
        first_names: dict[int, str] = {}
        for name, parameter in parameters.items():
            first_names.setdefault(id(parameter), name)
        unique = {name: parameters[name] for name in first_names.values()}
        trainable = {name: parameter for name, parameter in unique.items() if parameter.trainable}
        dtypes = {parameter.dtype for parameter in trainable.values()} or {np.dtype(np.float32)}
        if len(dtypes) > 1:
            raise ValueError(f"expected parameters of one dtype, got {', '.join(sorted(map(str, dtypes)))}")
        (self.dtype,) = dtypes
        # Two allocations for the whole model. Parameters become views, so that layers still see arrays of their shapes.
        self.data = np.empty(sum(parameter.size for parameter in trainable.values()), self.dtype)
        self._grad = np.zeros_like(self.data)
        self._parameters = tuple(trainable.values())

        segments: dict[str, Segment] = {}
        start = 0
        for name, parameter in sorted(trainable.items(), key=lambda item: _sort_key(item[1])):
            stop = start + parameter.size
            segments[name] = Segment(name, start, stop, parameter.shape)
            _pack(parameter, self.data[start:stop], self._grad[start:stop])
            start = stop
        # A parameter that was trainable in an earlier arena is still a view of its memory; a copy allows freeing it.
        for parameter in unique.values():
            if not parameter.trainable:
                parameter.data = parameter.data.copy()
                parameter.grad = None

        #: segments in the order of the model
        self.segments = tuple(segments[name] for name in trainable)
        self.decayed = slice(0, sum(parameter.size for parameter in self._parameters if parameter.decay))
        #: groups in the order of the memory, covering all elements; one group unless learning rates differ
        self.rate_groups = tuple(self._rate_groups(segments, trainable))

    def _rate_groups(self, segments: Mapping[str, Segment], parameters: Mapping[str, Parameter]) -> Iterator[RateGroup]:
        # groupby merges only adjacent items, which is why `_sort_key` sorts by scale: one optimizer call per learning
        # rate, usually a single call.
        for scale, names in groupby(segments, key=lambda name: parameters[name].learning_rate_scale):
            members = [segments[name] for name in names]
            start, stop = members[0].start, members[-1].stop
            # The decayed part of a group is what lies before the boundary between weights and biases.
            yield RateGroup(slice(start, stop), slice(start, max(start, min(stop, self.decayed.stop))), scale)

    def __len__(self) -> int:
        return len(self.data)

    @property
    def grad(self) -> np.ndarray:
        """Gradients, (P,); zero for parameters that the last backward pass did not reach."""
        for parameter in self._parameters:
            parameter.settle_grad()
        return self._grad

    def zero_grad(self) -> None:
        """Clear every gradient, without a pass over the memory."""
        for parameter in self._parameters:
            parameter.clear_grad()

    def norm(self) -> float:
        """Return the norm of the whole gradient."""
        return kernels.l2_norm(self.grad)

    def segment_norms(self, flat: np.ndarray) -> dict[str, float]:
        """Return the norm of each parameter's segment of `flat` by name, in the order of the model.

        Args:
            flat: Array with the layout of `data`, (P,): gradients, parameters, or the update of a step.
        """
        return {segment.name: kernels.l2_norm(flat[segment.start : segment.stop]) for segment in self.segments}


def _sort_key(parameter: Parameter) -> tuple[bool, float]:
    """Return the sort key of the memory; scales descend after the weights, so that equal scales meet in the middle."""
    scale = parameter.learning_rate_scale
    return (False, scale) if parameter.decay else (True, -scale)


def _pack(parameter: Parameter, data: np.ndarray, grad: np.ndarray) -> None:
    """Move a parameter and its gradient into flat memory; the gradient is cleared."""
    data[:] = parameter.data.ravel()
    parameter.data = data.reshape(parameter.shape)
    parameter.grad = grad.reshape(parameter.shape)
    parameter.clear_grad()
