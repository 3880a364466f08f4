from __future__ import annotations

import numpy as np
import pytest

from dlcli.core import DataError
from dlcli.data.overlap import Overlap, check_disjoint, find_overlaps, row_hashes, shared_groups
from dlcli.data.table import Table, column_of


def test_disjoint_indices_pass():
    check_disjoint({"train": np.array([0, 2]), "dev": np.array([1])})


def test_shared_indices_are_refused():
    with pytest.raises(DataError, match="train and test share 2 examples, the first is example 3"):
        check_disjoint({"train": np.array([0, 3, 5]), "dev": np.array([1]), "test": np.array([3, 5, 6])})
    with pytest.raises(DataError, match="dev has example 1 more than once"):
        check_disjoint({"train": np.array([0]), "dev": np.array([1, 1])})


def test_equal_rows_have_equal_hashes():
    rows = np.random.default_rng(0).integers(0, 3, (2000, 4))
    hashes = row_hashes(rows)
    _, by_value = np.unique(rows, axis=0, return_inverse=True)
    _, by_hash = np.unique(hashes, return_inverse=True)
    assert len(set(zip(by_value.tolist(), by_hash.tolist(), strict=True))) == len(np.unique(rows, axis=0))
    assert row_hashes(rows, np.array([5, 7])).tolist() == hashes[[5, 7]].tolist()


def test_tables_of_other_codes_match():
    one = Table({"a": column_of(["x", "y", None]), "b": column_of([1, None, 2])})
    other = Table({"a": column_of(["y", "w"]), "b": column_of([None, 1])})
    assert np.isin(row_hashes(other), row_hashes(one)).tolist() == [True, False]


def test_overlaps_are_counted_with_their_conflicts():
    inputs = {"train": np.array([[1], [2], [2], [3]]), "dev": np.array([[2], [3], [4]]), "test": np.array([[5]])}
    targets = {"train": np.array([0, 0, 1, 0]), "dev": np.array([1, 1, 0]), "test": np.array([0])}
    hashes = {name: row_hashes(rows) for name, rows in inputs.items()}
    assert find_overlaps(hashes, targets) == [Overlap("train", "dev", count=2, conflicting=1, size=3, rows=(1, 0))]


@pytest.mark.parametrize(
    ("counts", "parts"),
    [
        ((2, 1, 40), ("2 of 40 dev", "(5 %)", "train", "1 of them")),
        ((1, 0, 3), ("1 of 3 dev", "(33.3 %)", "train")),
        ((20, 0, 20), ("20 of 20 dev", "(100 %)", "train")),
    ],
)
def test_the_text_of_an_overlap(counts: tuple[int, int, int], parts: tuple[str, ...]):
    text = str(Overlap("train", "dev", *counts, rows=(0, 0)))
    assert all(part in text for part in parts)
    assert ("them" in text) == (counts[1] > 0)


def test_groups_in_two_splits_are_named():
    groups = {"train": np.array(["a", "b", "c"]), "dev": np.array(["b", "c", "d"]), "test": np.array(["d"])}
    assert shared_groups(groups) == [
        "group b and 1 more are in train and in dev",
        "group d is in dev and in test",
    ]
