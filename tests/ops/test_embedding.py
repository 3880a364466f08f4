"""Embedding against PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli import ops
from dlcli.autograd import Tensor
from dlcli.nn import Parameter

TABLE = np.random.default_rng(0).standard_normal((7, 3))


@pytest.mark.parametrize("shape", [(), (4,), (2, 5), (2, 3, 2), (0,)])
def test_equals_torch(same_as_torch, shape: tuple[int, ...]) -> None:
    torch = pytest.importorskip("torch")
    indices = np.random.default_rng(1).integers(0, 7, shape)
    same_as_torch(
        lambda table: ops.embedding(table, indices),
        lambda table: torch.nn.functional.embedding(torch.tensor(indices), table),
        TABLE,
    )


@pytest.mark.parametrize("outside", [-1, 7])
def test_an_index_out_of_range_is_refused(outside: int) -> None:
    with pytest.raises(IndexError, match="expected embedding indices from 0 to 6"):
        ops.embedding(Tensor(TABLE), np.array([0, outside]))


def test_gradients_of_repeated_rows_add_up_in_lent_memory() -> None:
    table = Parameter(TABLE.copy())
    memory = np.full_like(TABLE, 9.0)
    table.grad = memory
    table.clear_grad()
    ops.embedding(table, np.array([2, 0, 2, 2])).sum().backward()
    assert table.grad is memory
    np.testing.assert_array_equal(memory[:, 0], [1, 0, 3, 0, 0, 0, 0])


def test_the_padding_row_gets_no_gradient() -> None:
    table = Tensor(np.ones((4, 2)), requires_grad=True)
    ops.embedding(table, np.array([[3, 0, 0], [1, 3, 0]]), padding_index=0).sum().backward()
    np.testing.assert_array_equal(table.grad, [[0, 0], [1, 1], [0, 0], [2, 2]])
