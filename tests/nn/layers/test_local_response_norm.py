"""Local response normalization as a layer."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.nn import ShapeError
from dlcli.nn.layers import LocalResponseNorm


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize("options", [{}, {"size": 3, "alpha": 0.7, "beta": 0.5, "k": 1.0}])
def test_same_as_torch(layer_same_as_torch, dtype, options) -> None:
    functional = pytest.importorskip("torch").nn.functional
    settings = {"size": 5, "k": 2.0} | options
    layer_same_as_torch(
        LocalResponseNorm(**options), lambda x, _: functional.local_response_norm(x, **settings), (3, 4, 8), dtype
    )


def test_flops_and_shape() -> None:
    assert LocalResponseNorm().output_shape((3, 4, 8)) == (3, 4, 8)
    assert LocalResponseNorm().flops((3, 4, 8)) == 96 * 9
    with pytest.raises(ShapeError, match="channels"):
        LocalResponseNorm().output_shape(())
