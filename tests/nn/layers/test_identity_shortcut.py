"""The shortcut without parameters."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.autograd import Tensor
from dlcli.nn import ShapeError
from dlcli.nn.layers import IdentityShortcut


def test_every_second_pixel_and_channels_of_zeros_behind() -> None:
    x = np.arange(2 * 5 * 4 * 2, dtype=np.float32).reshape(2, 5, 4, 2)
    layer = IdentityShortcut(channels=5)
    result = layer.forward(Tensor(x)).data
    assert result.shape[1:] == layer.output_shape((5, 4, 2)) == (3, 2, 5)
    np.testing.assert_array_equal(result[..., :2], x[:, ::2, ::2])
    assert not result[..., 2:].any()


def test_the_input_itself_where_nothing_changes() -> None:
    x = Tensor(np.ones((1, 2, 2, 3), np.float32))
    assert IdentityShortcut(channels=3, stride=1).forward(x) is x


def test_what_does_not_fit() -> None:
    with pytest.raises(ShapeError, match=r"channels is 2, fewer than the 3 of the input"):
        IdentityShortcut(channels=2).output_shape((4, 4, 3))
    with pytest.raises(ShapeError, match=r"images \(H, W, C\), got \(4,\)"):
        IdentityShortcut(channels=2).output_shape((4,))
