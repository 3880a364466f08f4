"""Base class of everything with parameters: names, training mode, saving and restoring."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np

from dlcli.core import unknown_name
from dlcli.nn.parameter import Parameter


class Module:
    """Base class of layers and models.

    Attributes that are a `Parameter` or a `Module` are registered automatically; arrays that belong to the state but
    are not trained (moving averages) are named in `buffer_names`.
    """

    buffer_names: ClassVar[tuple[str, ...]] = ()

    #: whether the module is in training mode (dropout is active, batch norm uses the batch)
    training: bool = True

    #: whether the module is frozen: its weights are not trained, and it is always in evaluation mode
    frozen: bool = False

    def children(self) -> dict[str, Module]:
        """Return the modules directly inside this one."""
        return {name: value for name, value in vars(self).items() if isinstance(value, Module)}

    def parameters(self) -> dict[str, Parameter]:
        """Return all parameters by dotted name, in a fixed order."""
        return {
            path + name: value
            for path, module in self.modules()
            for name, value in vars(module).items()
            if isinstance(value, Parameter)
        }

    def buffers(self) -> dict[str, np.ndarray]:
        """Return all arrays of the state that are not trained, by dotted name."""
        return {path + name: getattr(module, name) for path, module in self.modules() for name in module.buffer_names}

    def modules(self, path: str = "") -> Iterator[tuple[str, Module]]:
        """Yield this module and all inside it, each with the prefix of its names: `""`, `"encoder."` …"""
        yield path, self
        for name, child in self.children().items():
            yield from child.modules(f"{path}{name}.")

    def train(self, mode: bool = True) -> None:
        """Set training mode, or evaluation mode if `mode` is false; frozen modules stay in evaluation mode."""
        for _, module in self.modules():
            module.training = mode and not module.frozen

    def eval(self) -> None:
        """Set evaluation mode."""
        self.train(False)

    def freeze(self) -> None:
        """Freeze every parameter and buffer; to be called before an arena is created from the parameters."""
        for _, module in self.modules():
            module.frozen, module.training = True, False
        for parameter in self.parameters().values():
            parameter.trainable = False

    def astype(self, dtype: type[np.floating[Any]]) -> None:
        """Convert parameters and buffers; to be called before an arena is created, since it replaces their memory."""
        for parameter in self.parameters().values():
            parameter.data = parameter.data.astype(dtype)
            parameter.grad = None
        for _, module in self.modules():
            for name in module.buffer_names:
                setattr(module, name, getattr(module, name).astype(dtype))

    def state_dict(self) -> dict[str, np.ndarray]:
        """Return parameters and buffers by name: the arrays themselves, not copies."""
        return {name: parameter.data for name, parameter in self.parameters().items()} | self.buffers()

    def load_state_dict(self, state: Mapping[str, np.ndarray]) -> None:
        """Copy `state` into the parameters and buffers; nothing is changed unless all names and shapes match.

        Raises:
            ValueError: Names are missing or unexpected, or shapes differ; the message lists all of them.
        """
        own = self.state_dict()
        problems = [f"{name} is missing" for name in own if name not in state]
        problems += [f"{name}: {unknown_name('name', name, own)}" for name in state if name not in own]
        problems += [
            f"{name}: expected shape {array.shape}, got {state[name].shape}"
            for name, array in own.items()
            if name in state and state[name].shape != array.shape
        ]
        if problems:
            raise ValueError("the weights do not fit the model: " + "; ".join(problems))
        for name, array in own.items():
            np.copyto(array, state[name], casting="same_kind")
