from __future__ import annotations

import numpy as np
import pytest

from dlcli.data.table import CategoricalColumn, NumericColumn, Table, column_of


def test_numeric_values_are_integers_only_if_all_are():
    assert NumericColumn(np.array([1.0, 2.0])).values().dtype == np.int64
    assert NumericColumn(np.array([1.0, 2.5])).values().dtype == np.float64
    assert NumericColumn(np.array([1.0, np.nan])).values().dtype == np.float64
    assert NumericColumn(np.array([1.0, 1e300])).values().dtype == np.float64


def test_a_missing_word_is_empty_and_marked():
    column = CategoricalColumn(np.array([1, -1, 0]), ("a", "b"))
    assert column.values().tolist() == ["b", "", "a"]
    assert column.missing.tolist() == [False, True, False]


def test_hashes_do_not_depend_on_codes():
    one = CategoricalColumn(np.array([0, 1, -1]), ("a", "b"))
    other = CategoricalColumn(np.array([1, 0, -1]), ("b", "a"))
    assert one.hashes().tolist() == other.hashes().tolist()
    assert len(set(one.hashes().tolist())) == 3


def test_zero_has_one_hash_and_missing_has_one():
    hashes = NumericColumn(np.array([0.0, -0.0, np.nan, -np.nan])).hashes()
    assert hashes[0] == hashes[1]
    assert hashes[2] == hashes[3] != hashes[0]


@pytest.mark.parametrize(
    ("values", "kind"),
    [([1, None, 3], NumericColumn), (np.array([True, False]), NumericColumn), (["a", None], CategoricalColumn)],
)
def test_column_of(values: object, kind: type):
    column = column_of(values)
    assert isinstance(column, kind)
    assert len(column) == len(values)
    assert column.missing.tolist() == [value is None for value in np.asarray(values).tolist()]


def test_take_and_select():
    table = Table({"a": column_of([1, 2, 3]), "b": column_of(["x", "y", "x"])})
    taken = table.take(np.array([2, 0])).select(["b"])
    assert taken.names == ("b",)
    assert taken.columns["b"].values().tolist() == ["x", "x"]
    assert len(taken) == 2
