"""Identity shortcut."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.autograd import Tensor
from dlcli.nn import ShapeError
from dlcli.nn.layers import IdentityShortcut


def test_every_second_pixel_and_zero_channels() -> None:
    x = np.arange(2 * 5 * 4 * 2, dtype=np.float32).reshape(2, 5, 4, 2)
    layer = IdentityShortcut(channels=5)
    result = layer.forward(Tensor(x)).data
    assert result.shape[1:] == layer.output_shape((5, 4, 2)) == (3, 2, 5)
    np.testing.assert_array_equal(result[..., :2], x[:, ::2, ::2])
    assert not result[..., 2:].any()


def test_the_input_itself_if_the_shape_is_equal() -> None:
    x = Tensor(np.ones((1, 2, 2, 3), np.float32))
    assert IdentityShortcut(channels=3, stride=1).forward(x) is x


def test_invalid_shapes_are_refused() -> None:
    with pytest.raises(ShapeError, match=r"3 channels .* got channels: 2"):
        IdentityShortcut(channels=2).output_shape((4, 4, 3))
    with pytest.raises(ShapeError, match=r"images .* got \(4,\)"):
        IdentityShortcut(channels=2).output_shape((4,))
