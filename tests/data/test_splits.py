from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcli.core import ConfigError, DataError
from dlcli.data import ClassLabels, Examples, Targets, Values
from dlcli.data.examples import row_numbers
from dlcli.data.splits import read_indices, shares_to_sizes, sizes_moved_by_ties, split_examples
from dlcli.data.table import column_of
from dlcli.settings import SplitOptions

SHARES = st.sampled_from([(0.6, 0.2, 0.2), (0.98, 0.01, 0.01), (0.8, 0.2, 0.0), (0.7, 0.0, 0.3), (0.5, 0.25, 0.25)])
SEEDS = st.integers(0, 2**32)


def examples_with(targets: np.ndarray, **fields: np.ndarray) -> Examples:
    count = len(targets)
    columns = {name: column_of(values) for name, values in fields.items()}
    return Examples(np.zeros((count, 1)), targets, row_numbers(count), fields=columns)


def split(
    examples: Examples, seed: int = 0, kind: type[Targets] = ClassLabels, **options: object
) -> dict[str, np.ndarray]:
    chosen = SplitOptions(**options)
    return split_examples(examples, chosen.shares(has_test=False), chosen, seed=seed, targets=kind)


def assert_partition(rows: dict[str, np.ndarray], count: int) -> None:
    """Every example is in exactly one split, and each split is ascending."""
    assert np.array_equal(np.sort(np.concatenate(list(rows.values()))), np.arange(count))
    assert all((np.diff(part) > 0).all() for part in rows.values())


@settings(deadline=None)
@given(st.integers(0, 10**7), st.lists(st.integers(1, 1000), min_size=1, max_size=4))
def test_sizes_are_whole_sum_up_and_differ_by_less_than_one(count: int, weights: list[int]):
    shares = {str(place): weight / sum(weights) for place, weight in enumerate(weights)}
    sizes = shares_to_sizes(count, shares)
    assert sum(sizes.values()) == count
    assert all(abs(sizes[name] - count * share) < 1 + 1e-6 for name, share in shares.items())


def test_sizes_by_largest_remainder():
    # 10 × (0.6, 0.25, 0.15) = 6, 2.5, 1.5: one seat is left, and the earlier of two equal remainders has it
    assert shares_to_sizes(10, {"train": 0.6, "dev": 0.25, "test": 0.15}) == {"train": 6, "dev": 3, "test": 1}


@settings(deadline=None)
@given(st.integers(100, 500), SHARES, SEEDS)
def test_random_splits_are_a_partition_of_the_right_sizes(count: int, shares: tuple[float, float, float], seed: int):
    train, dev, test = shares
    rows = split(examples_with(np.zeros(count, int)), seed, train=train, dev=dev, test=test)
    assert_partition(rows, count)
    given_shares = {"train": train, "dev": dev, "test": test}
    assert set(rows) == {name for name, share in given_shares.items() if share > 0}
    assert all(abs(len(part) - given_shares[name] * count) < 1 for name, part in rows.items())


def test_the_seed_decides():
    examples = examples_with(np.zeros(100, int))
    assert np.array_equal(split(examples, 3)["dev"], split(examples, 3)["dev"])
    assert not np.array_equal(split(examples, 3)["dev"], split(examples, 4)["dev"])


@settings(deadline=None)
@given(st.lists(st.integers(3, 60), min_size=2, max_size=8), SHARES, SEEDS)
def test_stratified_splits_keep_each_class_within_one(sizes: list[int], shares: tuple[float, float, float], seed: int):
    labels = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))
    train, dev, test = shares
    options = SplitOptions(train=train, dev=dev, test=test, stratify=True)
    try:
        rows = split_examples(
            examples_with(labels), options.shares(has_test=False), options, seed=seed, targets=ClassLabels
        )
    except DataError as error:
        assert "would be empty" in error.message
        return
    assert_partition(rows, len(labels))
    for name, part in rows.items():
        share = {"train": train, "dev": dev, "test": test}[name]
        for label, size in enumerate(sizes):
            assert abs((labels[part] == label).sum() - share * size) <= 1
        assert abs(len(part) - share * len(labels)) <= 2  # rounding errors are carried from class to class


@settings(deadline=None)
@given(st.lists(st.integers(1, 20), min_size=8, max_size=40), SEEDS)
def test_groups_stay_together(sizes: list[int], seed: int):
    groups = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(sizes)), sizes))
    count = len(groups)
    if max(sizes) > 0.6 * count - 1:
        return
    rows = split(examples_with(np.zeros(count, int), patient=groups), seed, group_by="patient")
    assert_partition(rows, count)
    members = {name: set(groups[part].tolist()) for name, part in rows.items()}
    assert not members["train"] & members["dev"]
    assert not members["train"] & members["test"]
    assert not members["dev"] & members["test"]
    for name, share in (("train", 0.6), ("dev", 0.2), ("test", 0.2)):
        assert abs(len(rows[name]) - share * count) <= 2 * max(sizes) + 1


def test_as_many_groups_as_splits_fill_them():
    rows = split(examples_with(np.zeros(30, int), g=np.repeat([1, 2, 3], 10)), group_by="g")
    assert [len(part) for part in rows.values()] == [10, 10, 10]


def test_the_latest_examples_are_the_test_set():
    when = np.random.default_rng(0).permutation(100)
    rows = split(examples_with(np.zeros(100, int), when=when), order_by="when", train_dev=0.1)
    assert_partition(rows, 100)
    past = np.concatenate([rows["train"], rows["train_dev"]])
    assert when[past].max() < when[rows["dev"]].min()
    assert when[rows["dev"]].max() < when[rows["test"]].min()
    assert when[rows["train_dev"]].min() < when[rows["train"]].max()  # drawn at random, not the latest


@settings(deadline=None)
@given(st.lists(st.integers(0, 12), min_size=5, max_size=80), SEEDS)
def test_equal_times_are_in_one_split(times: list[int], seed: int):
    when = np.random.default_rng(seed).permutation(times)
    if len(set(times)) < 3:
        with pytest.raises(DataError) as caught:
            split(examples_with(np.zeros(len(when), int), when=when), order_by="when")
        assert caught.value.key is not None
        return
    rows = split(examples_with(np.zeros(len(when), int), when=when), order_by="when")
    assert_partition(rows, len(when))
    assert when[rows["train"]].max() < when[rows["dev"]].min()
    assert when[rows["dev"]].max() < when[rows["test"]].min()


def test_sizes_that_deviate_because_of_equal_times_are_remarked():
    days = np.repeat(np.arange(10), 7)  # 42 of 70 rows are 6 days, 14 are 2
    shares = {"train": 0.6, "dev": 0.2, "test": 0.2}
    rows = split(examples_with(np.zeros(70, int), day=days), order_by="day")
    assert sizes_moved_by_ties(rows, shares, "day") == ()
    days[42] = 5
    rows = split(examples_with(np.zeros(70, int), day=days), order_by="day")
    assert [len(part) for part in rows.values()] == [43, 13, 14]
    [remark] = sizes_moved_by_ties(rows, shares, "day")
    assert "43" in remark
    assert "42" in remark


def test_dates_are_ordered_in_time():
    dates = np.array([f"2024-{month:02d}-01" for month in (5, 1, 12, 2, 10, 3, 4, 6, 7, 8)])
    rows = split(examples_with(np.zeros(10, int), day=dates), order_by="day", train=0.8, dev=0.1, test=0.1)
    assert rows["test"].tolist() == [2]
    assert rows["dev"].tolist() == [4]


@settings(deadline=None)
@given(st.integers(50, 300), st.sampled_from([0.05, 0.1, 0.5]), SEEDS)
def test_train_dev_is_part_of_train_and_keeps_the_other_splits(count: int, share: float, seed: int):
    labels = np.arange(count) % 3
    plain = split(examples_with(labels), seed)
    rows = split(examples_with(labels), seed, train_dev=share)
    assert list(rows) == ["train", "train_dev", "dev", "test"]
    assert_partition(rows, count)
    assert np.array_equal(rows["dev"], plain["dev"])
    assert np.array_equal(rows["test"], plain["test"])
    assert abs(len(rows["train_dev"]) - share * len(plain["train"])) < 1


def test_train_dev_keeps_groups_and_strata():
    groups = np.repeat(np.arange(40), 5)
    rows = split(examples_with(np.zeros(200, int), g=groups), group_by="g", train_dev=0.25)
    assert not set(groups[rows["train"]]) & set(groups[rows["train_dev"]])
    labels = np.arange(200) % 4
    rows = split(examples_with(labels), stratify=True, train_dev=0.25)
    assert abs(np.bincount(labels[rows["train_dev"]]) - 7.5).max() <= 1  # 200 × 0.6 × 0.25 / 4


@pytest.mark.parametrize(
    ("targets", "options", "message"),
    [
        (np.zeros(30, int), {"dev": 0.01, "train": 0.98, "test": 0.01}, r"dev .* 0.01 of 30"),
        (np.array([0] * 20 + [1] * 2), {"stratify": True}, r"class 1 has 2 .* 3 splits"),
        (np.zeros(20, int), {"group_by": "g"}, r"2 groups .* 3 splits"),
        (np.zeros(20, int), {"group_by": "big"}, r"group 0 has 15 of 20 .* 12 of train"),
        (np.zeros(20, int), {"group_by": "bgi"}, "did you mean big"),
        (np.zeros(20, int), {"order_by": "nothing"}, "nothing"),
    ],
)
def test_impossible_splits(targets: np.ndarray, options: dict[str, object], message: str):
    count = len(targets)
    fields = {"g": np.arange(count) % 2, "big": np.maximum(np.arange(count) - 14, 0)}
    with pytest.raises(DataError, match=message) as caught:
        split(examples_with(targets, **fields), **options)
    assert caught.value.key == next(iter(options))


def test_data_without_columns_cannot_be_grouped():
    with pytest.raises(DataError) as caught:
        split(examples_with(np.zeros(9, int)), group_by="patient")
    assert (caught.value.code, caught.value.key) == ("missing_column", "group_by")


def test_values_cannot_be_stratified():
    with pytest.raises(ConfigError) as caught:
        split(examples_with(np.random.default_rng(0).random(30)), kind=Values, stratify=True)
    assert (caught.value.code, caught.value.key) == ("not_applicable", "stratify")


def test_indices_from_a_file(tmp_path: Path):
    path = tmp_path / "splits.npz"
    np.savez(path, dev=np.array([4, 3]), train=np.array([0, 1, 2]), test=np.array([9]))
    rows = read_indices(path, 10, has_test=False)
    assert {name: part.tolist() for name, part in rows.items()} == {"train": [0, 1, 2], "dev": [4, 3], "test": [9]}
    assert list(read_indices(path, 10, has_test=True)) == ["train", "dev"]


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"train": [0, 10]}, "from 0 to 9, got 10"),
        ({"train": [0, -1]}, "got -1"),
        ({"train": [0.5]}, "float64"),
        ({"train": []}, r"\(0,\)"),
        ({"trian": [1]}, "did you mean train"),
        ({"dev": [1]}, "for train"),
    ],
)
def test_invalid_indices(tmp_path: Path, arrays: dict[str, list[int]], message: str):
    path = tmp_path / "splits.npz"
    np.savez(path, **{name: np.array(rows) for name, rows in arrays.items()})
    with pytest.raises(DataError, match=message) as caught:
        read_indices(path, 10, has_test=False)
    assert caught.value.file == str(path)


def test_the_order_of_the_data_can_be_kept():
    rows = split(examples_with(np.arange(10)), train=0.6, dev=0.2, test=0.2, in_order=True)
    assert {name: part.tolist() for name, part in rows.items()} == {
        "train": [0, 1, 2, 3, 4, 5],
        "dev": [6, 7],
        "test": [8, 9],
    }
    rows = split(examples_with(np.arange(10)), train=0.8, test=0.2, in_order=True, train_dev=0.25)
    assert rows["test"].tolist() == [8, 9]
    assert_partition(rows, 10)
