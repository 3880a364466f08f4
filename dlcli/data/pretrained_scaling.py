"""The scaling that a trunk was trained with, for new data: its first layer expects inputs of that size."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from dlcli.data.normalization import Normalization, Scaling
from dlcli.data.preprocessing import Preprocessor
from dlcli.errors import ConfigError
from dlcli.registry import register


@register("normalization", "pretrained")
class Pretrained(Normalization):
    """As the run in `model.from` was trained, with its statistics; the default where a model starts from a run."""

    scaling: Scaling | None = None

    def fit(self, chunks: Iterable[np.ndarray]) -> Scaling:
        if self.scaling is None:
            found = "takes the scaling of the run in model.from; this model does not start from a run"
            raise ConfigError(found, key="data.normalize")
        shape, needed = next(iter(chunks)).shape[1:], self.scaling.shift.shape
        try:
            fits = np.broadcast_shapes(shape, needed) == shape
        except ValueError:
            fits = False
        if not fits:
            raise ConfigError(
                f"the run scales inputs of the shape {needed}, these have {shape}; choose another normalization",
                key="data.normalize",
            )
        return self.scaling


def scaling_of(source: Preprocessor) -> Scaling:
    """The scaling of a run's numbers; of a table's, without the zeros and ones beside them, which are not scaled."""
    if source.encoder is None:
        return source.scaling
    scaled = source.encoder.scaled
    return Scaling(source.scaling.shift[scaled], source.scaling.scale[scaled])
