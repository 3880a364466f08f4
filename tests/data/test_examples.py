from __future__ import annotations

import numpy as np
import pytest

from dlcli.core import DataError
from dlcli.data import Examples, check_numbers
from dlcli.data.examples import CHUNK_SIZE, row_chunks, row_numbers
from dlcli.data.table import Table, column_of


def test_chunks_cover_the_rows_once_and_in_order():
    inputs = np.arange(3 * CHUNK_SIZE).reshape(-1, 6)
    rows = np.random.default_rng(0).permutation(len(inputs))[: CHUNK_SIZE // 4]
    out = np.empty((len(rows), 6), dtype=inputs.dtype)
    sizes = []
    for place, chunk in row_chunks(inputs, rows):
        out[place] = chunk
        sizes.append(np.size(chunk))
    assert np.array_equal(out, inputs[rows])
    assert len(sizes) > 1
    assert max(sizes) <= CHUNK_SIZE


def test_chunks_of_a_table():
    table = Table({"a": column_of(np.arange(CHUNK_SIZE + 3))})
    lengths = [len(chunk) for _, chunk in row_chunks(table)]
    assert lengths == [CHUNK_SIZE, 3]


def test_non_finite_numbers_are_counted_and_located():
    inputs = np.zeros((50_000, 2, 3), dtype=np.float32)
    inputs[40_000, 1, 2] = np.nan
    inputs[40_001, 0, 0] = -np.inf
    with pytest.raises(DataError, match=r"1 NaN .* 1 infinite .* \[40000, 1, 2\]") as caught:
        check_numbers(inputs, "x", "x.npy")
    assert caught.value.file == "x.npy"


def test_numbers_too_large_for_float32_are_infinite():
    with pytest.raises(DataError, match="0 NaN and 1 infinite"):
        check_numbers(np.array([1.0, 1e39]), "x")


@pytest.mark.parametrize("array", [np.array(["a"]), np.array([None]), np.array([1j]), np.empty((0, 3)), np.array(1.0)])
def test_arrays_without_numbers_are_rejected(array: np.ndarray):
    with pytest.raises(DataError):
        check_numbers(array, "x")


def test_field_values():
    examples = Examples(
        np.zeros((3, 1)),
        None,
        row_numbers(3),
        fields={"who": column_of(["a", "b", "a"]), "when": column_of([1, None, 2])},
    )
    assert examples.field_values("who", "group_by").tolist() == ["a", "b", "a"]
    with pytest.raises(DataError, match="did you mean who") as caught:
        examples.field_values("whom", "group_by")
    assert caught.value.key == "group_by"
    with pytest.raises(DataError, match=r"'when'.* example 1") as missing:
        examples.field_values("when", "order_by")
    assert (missing.value.code, missing.value.key) == ("missing_value", "order_by")


@pytest.mark.parametrize(
    ("columns", "encoded_width", "sizes"),
    [(2, None, [600]), (2, 1 << 21, [4] * 150), (2000, None, [256, 256, 88]), (2, 1 << 30, [1] * 600)],
)
def test_chunks_of_a_table_depend_on_the_encoded_width(columns: int, encoded_width: int | None, sizes: list[int]):
    table = Table({f"c{number}": column_of(np.arange(600.0)) for number in range(columns)})
    assert [len(chunk) for _, chunk in row_chunks(table, encoded_width=encoded_width)] == sizes
