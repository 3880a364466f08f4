"""Initial weights from a `.safetensors` file with the names of dlcli or PyTorch."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from dlcli.api.initial_weights.transferred import TransferredWeights
from dlcli.api.initial_weights.weight_source import WeightSource
from dlcli.api.initial_weights.weights_file import read_weights_file
from dlcli.core import ConfigError
from dlcli.nn import Naming
from dlcli.spec import Spec

#: Usual names of the last layer in published weight files.
HEADS = ("fc", "classifier", "head", "last_linear", "linear", "output")
#: Names of torchvision's auxiliary heads, which are used during training only.
AUXILIARY_HEADS = ("aux1", "aux2", "AuxLogits")


class FromFile(TransferredWeights):
    """Weights of a file, which describes neither the layers nor the preprocessing."""

    def read_source(self) -> WeightSource:
        path = Path(self.options.source)
        state, sha256 = read_weights_file(path)
        return WeightSource(path.name, path.absolute(), sha256, state)

    @property
    def naming(self) -> Naming | None:
        return self.options.naming

    def optional_modules(self) -> Iterator[str]:
        """Yield the usual names of auxiliary heads and of a replaced head."""
        yield from AUXILIARY_HEADS
        if self.options.replace_head:
            yield from HEADS

    def complete_spec(self, spec: Spec) -> Spec:
        completed = super().complete_spec(spec)
        if spec.model.architecture is None and spec.model.layers is None:
            message = "a weight file does not describe the layers: also set model.architecture or model.layers"
            raise ConfigError(message, code="missing_key", key="model.from")
        return completed
