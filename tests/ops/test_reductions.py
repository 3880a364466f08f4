"""Sums and means against PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli import ops

X = np.random.default_rng(0).standard_normal((2, 3, 4))


@pytest.mark.parametrize("keepdims", [False, True])
@pytest.mark.parametrize("axis", [0, -1, (0, 2), (1, -1), None])
@pytest.mark.parametrize("name", ["sum", "mean"])
def test_equals_torch(same_as_torch, name: str, axis: int | tuple[int, ...] | None, keepdims: bool) -> None:
    torch = pytest.importorskip("torch")
    axes = tuple(range(3)) if axis is None else axis
    same_as_torch(
        lambda x: getattr(ops, name)(x, axis, keepdims),
        lambda x: getattr(torch, name)(x, dim=axes, keepdim=keepdims),
        X,
    )
