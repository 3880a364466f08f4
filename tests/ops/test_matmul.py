"""Matrix product against PyTorch, with batches and vectors."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli import ops

GENERATOR = np.random.default_rng(0)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ((2, 3), (3, 4)),
        ((5, 2, 3), (3, 4)),
        ((2, 3), (5, 3, 4)),
        ((5, 1, 2, 3), (6, 3, 4)),
        ((3,), (3,)),
        ((2, 3), (3,)),
        ((3,), (3, 4)),
        ((5, 2, 3), (3,)),
        ((3,), (5, 3, 4)),
    ],
)
def test_equals_torch(same_as_torch, a: tuple[int, ...], b: tuple[int, ...]) -> None:
    torch = pytest.importorskip("torch")
    same_as_torch(ops.matmul, torch.matmul, GENERATOR.standard_normal(a), GENERATOR.standard_normal(b))
