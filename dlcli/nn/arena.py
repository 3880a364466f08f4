"""All trainable parameters in one flat array, their gradients in another.

An optimizer step, a norm, a clip and a checkpoint are then each one call, whatever the model looks like.
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
    """Where one parameter lies in the arena.

    Args:
        name: the parameter's name.
        start: index of its first element.
        stop: index after its last.
        shape: its shape.
    """

    name: str
    start: int
    stop: int
    shape: tuple[int, ...]


@dataclass(frozen=True)
class RateGroup:
    """Neighbors in the arena that are trained at one learning rate.

    Args:
        elements: where they lie.
        decayed: those among them that weight decay applies to.
        scale: what the learning rate is multiplied by.
    """

    elements: slice
    decayed: slice
    scale: float


class Arena:
    """The trainable parameters of a model as views into `data`, their gradients as views into `grad`.

    Parameters that weight penalties apply to come first, so that they are one slice, `decayed`; within both parts
    those of one learning rate lie together, and otherwise the model's order is kept. A parameter that appears under
    two names is packed once. Frozen parameters stay outside with memory of their own; after freezing or thawing, make
    a new arena of the same parameters.

    Args:
        parameters: the model's parameters by name, all of one dtype.

    Raises:
        ValueError: the trainable parameters differ in dtype.
    """

    def __init__(self, parameters: Mapping[str, Parameter]) -> None:
        # By identity, not by name: a weight that two layers share must have one place, or each would step on its own
        # copy.
        first_names: dict[int, str] = {}
        for name, parameter in parameters.items():
            first_names.setdefault(id(parameter), name)
        unique = {name: parameters[name] for name in first_names.values()}
        trainable = {name: parameter for name, parameter in unique.items() if parameter.trainable}
        dtypes = {parameter.dtype for parameter in trainable.values()} or {np.dtype(np.float32)}
        if len(dtypes) > 1:
            raise ValueError(f"an arena holds parameters of one dtype, not of {sorted(map(str, dtypes))}")
        (self.dtype,) = dtypes
        # Two allocations for the whole model. Parameters become views, so layers still see arrays of their own shape.
        self.data = np.empty(sum(parameter.size for parameter in trainable.values()), self.dtype)
        self._grad = np.zeros_like(self.data)
        self._parameters = tuple(trainable.values())

        segments: dict[str, Segment] = {}
        start = 0
        for name, parameter in sorted(trainable.items(), key=lambda item: _place(item[1])):
            stop = start + parameter.size
            segments[name] = Segment(name, start, stop, parameter.shape)
            _pack(parameter, self.data[start:stop], self._grad[start:stop])
            start = stop
        # A parameter that was trainable in an earlier arena still views its memory; a copy lets that be freed.
        for parameter in unique.values():
            if not parameter.trainable:
                parameter.data = parameter.data.copy()
                parameter.grad = None

        #: in the order of the model
        self.segments = tuple(segments[name] for name in trainable)
        self.decayed = slice(0, sum(parameter.size for parameter in self._parameters if parameter.decay))
        #: everything, in the order of the memory; one group unless learning rates differ
        self.rate_groups = tuple(self._rate_groups(segments, trainable))

    def _rate_groups(self, segments: Mapping[str, Segment], parameters: Mapping[str, Parameter]) -> Iterator[RateGroup]:
        # groupby joins neighbors only, which is why `_place` sorts by scale: one optimizer call per learning rate, most
        # often one call in all.
        for scale, names in groupby(segments, key=lambda name: parameters[name].learning_rate_scale):
            members = [segments[name] for name in names]
            start, stop = members[0].start, members[-1].stop
            # The decayed part of a group is what lies in front of the boundary between weights and biases.
            yield RateGroup(slice(start, stop), slice(start, max(start, min(stop, self.decayed.stop))), scale)

    def __len__(self) -> int:
        return len(self.data)

    @property
    def grad(self) -> np.ndarray:
        """The gradients (P,); those of parameters that the last backward pass did not reach are zero."""
        for parameter in self._parameters:
            parameter.settle_grad()
        return self._grad

    def zero_grad(self) -> None:
        """Clear every gradient, without a pass over the memory."""
        for parameter in self._parameters:
            parameter.clear_grad()

    def norm(self) -> float:
        """The norm of the whole gradient."""
        return kernels.l2_norm(self.grad)

    def segment_norms(self, flat: np.ndarray) -> dict[str, float]:
        """The norm of every parameter's part of `flat`, by name, in the order of the model.

        Args:
            flat: (P,), laid out as `data`: the gradients, the parameters, the change that a step made.
        """
        return {segment.name: kernels.l2_norm(flat[segment.start : segment.stop]) for segment in self.segments}


def _place(parameter: Parameter) -> tuple[bool, float]:
    """What the memory is ordered by: mirrored behind the weights, so that one scale's two parts meet in the middle."""
    scale = parameter.learning_rate_scale
    return (False, scale) if parameter.decay else (True, -scale)


def _pack(parameter: Parameter, data: np.ndarray, grad: np.ndarray) -> None:
    """Move a parameter into its flat memory; its gradient starts at zero."""
    data[:] = parameter.data.ravel()
    parameter.data = data.reshape(parameter.shape)
    parameter.grad = grad.reshape(parameter.shape)
    parameter.clear_grad()
