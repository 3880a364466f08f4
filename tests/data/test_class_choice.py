"""Selection of classes by name and by label."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.core import ConfigError, DataError
from dlcli.data import DataPaths, Examples, load_data
from dlcli.data.class_choice import ClassChoice
from dlcli.data.embedded import Diabetes, Digits, Iris
from dlcli.settings import SplitOptions

LABELS = np.array([3, 0, 1, 2, 1, 0])
WORDS = ["fig", "pear", "plum"]


def test_classes_are_selected_by_name_or_label_and_keep_their_order() -> None:
    choice = ClassChoice.of(["wren", 0], range(4), ("owl", "jay", "wren", "rook"))
    assert choice == ClassChoice((0, 2), ("owl", "wren"))
    assert ClassChoice.of(["2", 1], range(4), None) == ClassChoice((1, 2), None)
    assert ClassChoice.of(["plum", "fig"], WORDS, None) == ClassChoice(("fig", "plum"), None)


def test_rows_are_those_of_the_classes() -> None:
    examples = Examples(np.zeros((6, 1)), LABELS, np.arange(6))
    assert ClassChoice((1, 3), None).rows(examples).tolist() == [0, 2, 4]


@pytest.mark.parametrize(
    ("classes", "code", "key", "part"),
    [
        (["owl", "jey"], "unknown_name", "classes[1]", "did you mean jay"),
        (["owl", 7], "unknown_name", "classes[1]", "7"),
        (["owl", 0], "duplicate_name", "classes[1]", "owl"),
        (["owl"], "too_few_examples", "classes", "got 1"),
    ],
)
def test_invalid_selections(classes: list[str | int], code: str, key: str, part: str) -> None:
    with pytest.raises(ConfigError, match=part) as caught:
        ClassChoice.of(classes, range(4), ("owl", "jay", "wren", "rook"))
    assert (caught.value.code, caught.value.key) == (code, key)


def test_only_the_selected_classes_are_loaded_and_rows_are_those_of_the_file() -> None:
    everything = load_data(Digits(), DataPaths(), split=SplitOptions(), seed=0)
    data = load_data(Digits(), DataPaths(), split=SplitOptions(stratify=True), seed=0, classes=[5, 6, "9"])
    assert data.class_names == ("5", "6", "9")
    assert sum(len(split) for split in data.splits.values()) == 182 + 181 + 180  # of the 1,797 digits (UCI)
    labels = np.empty(1797, np.int64)
    for name, rows in everything.indices.items():
        labels[rows] = everything.splits[name].targets
    for name, rows in data.indices.items():
        assert np.array_equal(labels[rows], np.array([5, 6, 9])[data.splits[name].targets])


def test_names_follow_their_labels() -> None:
    data = load_data(Iris(), DataPaths(), split=SplitOptions(), seed=0, classes=["virginica", "setosa"])
    assert data.class_names == ("setosa", "virginica")
    assert data.preprocessor.targets.labels == (0, 2)


def test_values_have_no_classes() -> None:
    with pytest.raises(ConfigError, match="values") as caught:
        load_data(Diabetes(), DataPaths(), split=SplitOptions(), seed=0, classes=[1, 2])
    assert (caught.value.code, caught.value.key) == ("not_applicable", "classes")


def test_the_limit_reduces_only_the_training_set() -> None:
    whole = load_data(Digits(), DataPaths(), split=SplitOptions(stratify=True), seed=0)
    few = load_data(Digits(), DataPaths(), split=SplitOptions(stratify=True, train_limit=50), seed=0)
    assert np.bincount(few.splits["train"].targets).tolist() == [5] * 10
    assert np.isin(few.indices["train"], whole.indices["train"]).all()
    for name in ("dev", "test"):
        assert np.array_equal(few.indices[name], whole.indices[name])
    other = load_data(Digits(), DataPaths(), split=SplitOptions(stratify=True, train_limit=50), seed=1)
    assert not np.array_equal(other.indices["train"], few.indices["train"])


def test_the_limit_does_not_change_train_dev() -> None:
    data = load_data(Digits(), DataPaths(), split=SplitOptions(train_dev=0.1, train_limit=20), seed=0)
    assert (len(data.splits["train"]), len(data.splits["train_dev"])) == (20, 108)


def test_a_limit_beyond_the_training_set_is_an_error() -> None:
    with pytest.raises(DataError, match=r"1078 .* 5000") as caught:
        load_data(Digits(), DataPaths(), split=SplitOptions(train_limit=5000), seed=0)
    assert (caught.value.code, caught.value.key) == ("too_few_examples", "split.train_limit")
