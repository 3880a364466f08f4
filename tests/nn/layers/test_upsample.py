"""Upsampling as a layer."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.nn import ShapeError
from dlcli.nn.layers import Upsample2D


@pytest.mark.parametrize("dtype", [np.float64, np.float32])
@pytest.mark.parametrize(("mode", "options"), [("nearest", {}), ("bilinear", {"align_corners": False})])
def test_same_as_torch(layer_same_as_torch, dtype, mode, options) -> None:
    functional = pytest.importorskip("torch").nn.functional
    layer_same_as_torch(
        Upsample2D(factor=[2, 3], mode=mode),
        lambda x, _: functional.interpolate(x, scale_factor=(2.0, 3.0), mode=mode, **options),
        (3, 4, 2),
        dtype,
    )


def test_shapes_and_flops() -> None:
    assert Upsample2D().output_shape((3, 4, 2)) == (6, 8, 2)
    assert Upsample2D().flops((3, 4, 2)) == 0
    assert Upsample2D(mode="bilinear").flops((3, 4, 2)) == 6 * 4 * 2 * 4 + 6 * 8 * 2 * 4
    with pytest.raises(ShapeError, match="upsample2d"):
        Upsample2D().output_shape((3, 4))
