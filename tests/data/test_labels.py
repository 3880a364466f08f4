from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from dlcli.core import ConfigError, DataError
from dlcli.data.labels import are_labels, named_labels, plain_labels
from dlcli.data.normalization import FixedNormalization, NoNormalization, Standard
from dlcli.data.targets import ClassLabels, Values, targets_from_json


@pytest.mark.parametrize(
    ("targets", "expected"),
    [
        (np.array(["a", "b"]), True),
        (np.array([True, False]), True),
        (np.array([0, 1, 1, 0]), True),
        (np.array([0.0, 1.0, 1.0, 0.0]), True),
        (np.array([0.5, 1.0, 1.0, 0.0]), False),
        (np.arange(20), False),
        (np.arange(1000) % 101, False),
        (np.zeros((5, 2)), False),
    ],
)
def test_labels_are_told_from_values(targets: np.ndarray, expected: bool):
    assert are_labels(targets) == expected


def test_classes_are_sorted_by_number_and_by_word():
    assert ClassLabels.of(np.array([10, 9, 2, 10]), None, None).names == ("2", "9", "10")
    assert ClassLabels.of(np.array(["b", "a", "b"]), None, None).names == ("a", "b")
    assert ClassLabels.of(np.array([1.0, 0.0]), None, None).labels == (0, 1)
    assert ClassLabels.of(np.array([True, False]), None, None).names == ("false", "true")


def test_names_of_numbered_labels_keep_their_order_if_one_is_absent_from_training():
    classes = ClassLabels.of(np.array([0, 2]), ["top", "bag", "boot"], None)
    assert classes.indices(np.array([2, 1, 0]), "test").tolist() == [2, 1, 0]
    assert classes.names == ("top", "bag", "boot")


def test_names_of_sorted_labels():
    classes = ClassLabels.of(np.array(["-", "+"]), ["plus", "minus"], None)
    assert classes.indices(np.array(["-"]), "test").tolist() == [1]
    with pytest.raises(DataError, match=r"3 .*2 labels") as caught:
        ClassLabels.of(np.array(["-", "+"]), ["a", "b", "c"], None)
    assert caught.value.key == "class_names"


@pytest.mark.parametrize(
    "labels", [[1, 2, 3, 4], [1, 2], [0, 1, 2, 3, 4, 5], [-1, 0, 1, 2], [3, 5, 7], ["a", "b"], ["00", "01", "03"]]
)
def test_names_that_may_be_off_by_one_are_rejected(labels: list[Any]):
    """Five names: some of the labels 0 to 4 may be absent, but names cannot be assigned to other labels."""
    with pytest.raises(DataError) as caught:
        named_labels(labels, ["one", "two", "three", "four", "five"])
    assert caught.value.key == "class_names"


@pytest.mark.parametrize(
    ("labels", "names", "named"),
    [
        ([1, 2, 3], ["a", "b", "c"], {1: "a", 2: "b", 3: "c"}),
        ([0, 2], ["a", "b", "c"], {0: "a", 1: "b", 2: "c"}),
        ([-1, 1], ["no", "yes"], {-1: "no", 1: "yes"}),
        ([1, 2, 4], {"1": "a", "2": "b", "3": "c", "4": "d"}, {1: "a", 2: "b", "3": "c", 4: "d"}),
        ([10, 9], {"10": "ten", "9": "nine"}, {9: "nine", 10: "ten"}),
        (["01", "10"], {"10": "ten", "1": "one"}, {"01": "one", "10": "ten"}),
        (["u", "v"], {"v": "vowel", "u": "under"}, {"u": "under", "v": "vowel"}),
    ],
)
def test_names_of_labels(labels: list[Any], names: Any, named: dict[Any, str]):
    assert list(named_labels(labels, names).items()) == list(named.items())


def test_names_use_the_labels_of_all_data():
    classes = ClassLabels.of(np.array([2, 3]), ["a", "b", "c"], None, known=[1, 2, 3])
    assert classes.names == ("a", "b", "c")
    assert classes.counts == (0, 1, 1)
    assert classes.indices(np.array([3, 1]), "dev").tolist() == [2, 0]


@pytest.mark.parametrize("names", [{"1": "a"}, {"1": "a", "2": "a"}, {"1": "a", "01": "b", "2": "c"}])
def test_every_label_has_exactly_one_name(names: dict[str, str]):
    with pytest.raises(DataError) as caught:
        ClassLabels.of(np.array([1, 2]), names, None)
    assert caught.value.key == "class_names"


@pytest.mark.parametrize(
    ("labels", "positive"),
    [
        ((0, 1), 1),
        ((-1, 1), 1),
        (("0.0", "1.0"), 1),
        (("false", "true"), 1),
        (("False", "True"), 1),
        (("No", "Yes"), 1),
        (("Positive", "Negative"), 0),
        (("neg", "pos"), 1),
        (("N", "Y"), 1),
        ((1, 2), None),
        (("cancer", "healthy"), None),
        (("a", "yes"), None),
    ],
)
def test_the_positive_class_by_convention(labels: tuple[Any, ...], positive: int | None):
    assert ClassLabels(tuple(map(str, labels)), labels).conventional_positive() == positive
    assert ClassLabels(("x", "y"), labels).conventional_positive() == positive


def test_a_class_is_found_by_name_label_or_number():
    classes = ClassLabels(("one", "two", "true"), (1, 2, 3))
    assert [classes.position(name) for name in ("two", 2, "2", "02", 0, True)] == [1, 1, 1, 1, 0, 2]
    assert classes.position("three") is None
    assert classes.position(7) is None


def test_large_integers_are_not_rounded():
    labels = [2**63 - 1, 2**63, 2**64 - 1]
    classes = ClassLabels.of(np.array(labels * 2, np.uint64), None, None)
    again = ClassLabels.from_json(json.loads(json.dumps(classes.to_json())))
    assert again.names == tuple(map(str, labels))
    assert again.indices(np.array(labels, np.uint64), "new").tolist() == [0, 1, 2]
    assert again.indices(np.array([2**63 - 1], np.int64), "new").tolist() == [0]
    with pytest.raises(DataError):
        again.indices(np.array([2**63 - 2], np.int64), "new")


def test_messages_list_only_a_few_of_many_labels():
    classes = ClassLabels.of(np.array([f"person {number}" for number in range(500)]), None, "who")
    with pytest.raises(DataError, match="did you mean person 50") as caught:
        classes.indices(np.array(["person 500"]), "dev")
    assert len(str(caught.value)) < 300


def test_an_unseen_label_is_an_error_with_the_nearest_label():
    classes = ClassLabels.of(np.array(["setosa", "virginica"]), None, "species")
    with pytest.raises(DataError, match=r"dev .*'setose' .*species.* did you mean setosa") as caught:
        classes.indices(np.array(["setosa", "setose"]), "dev")
    assert caught.value.code == "unknown_label"
    with pytest.raises(DataError, match="'7'"):
        ClassLabels.of(np.array([0, 1]), None, None).indices(np.array([0, 7]), "test")


def test_numbers_match_words_that_spell_them():
    assert ClassLabels.of(np.array([2, 10]), None, None).indices(np.array(["10", "2"]), "new").tolist() == [1, 0]
    assert ClassLabels.of(np.array(["2", "10"]), None, None).indices(np.array([10, 2]), "new").tolist() == [0, 1]


def test_names_alone_are_labels():
    assert ClassLabels(("b", "a")).indices(np.array(["a", "b", "b"]), "new").tolist() == [1, 0, 0]


@pytest.mark.parametrize(
    ("targets", "message"),
    [
        (np.array([0.5, 1.0]), "got 0.5 for example 0"),
        (np.array([0.0, np.nan]), "got nan for example 1"),
        (np.zeros((3, 2)), "argmax"),
    ],
)
def test_invalid_labels(targets: np.ndarray, message: str):
    with pytest.raises(DataError, match=message):
        plain_labels(targets)


def test_a_single_class_is_an_error():
    with pytest.raises(DataError, match="'a'") as caught:
        ClassLabels.of(np.array(["a", "a"]), None, None)
    assert caught.value.code == "too_few_examples"


def test_values_are_scaled_and_scaled_back():
    targets = np.random.default_rng(0).normal(150, 70, (40, 2))
    values = Values.of(targets, Standard(), ("a", "b"))
    encoded = values.scaled(targets, "train")
    assert encoded.dtype == np.float32
    np.testing.assert_allclose(encoded.std(axis=0), 1, rtol=1e-5)
    np.testing.assert_allclose(values.inverse(encoded), targets, rtol=1e-5)
    assert values.count == 2


def test_values_are_columns_whatever_the_normalization():
    values = Values.of(np.array([1.0, 2.0]), NoNormalization(), ())
    assert values.count == 1
    assert values.scaled(np.array([3, 4]), "dev").tolist() == [[3.0], [4.0]]
    with pytest.raises(DataError, match=r"dev has 2 .* 1$") as caught:
        values.scaled(np.zeros((3, 2)), "dev")
    assert caught.value.code == "wrong_shape"


def test_invalid_values():
    with pytest.raises(ConfigError) as words:
        Values.of(np.array(["a"]), Standard(), ())
    assert (words.value.code, words.value.key) == ("not_applicable", "targets")
    with pytest.raises(ConfigError) as means:
        Values.of(np.array([1.0, 2.0]), FixedNormalization(mean=[1.0, 2.0], std=[1.0, 1.0]), ())
    assert means.value.key == "target_normalization.mean"
    with pytest.raises(DataError, match="example 1") as infinite:
        Values.of(np.array([1.0, np.inf]), Standard(), ())
    assert infinite.value.code == "non_finite"


@pytest.mark.parametrize(
    "targets",
    [
        ClassLabels.of(np.array([3, 1]), ["x", "y"], "label"),
        ClassLabels(("a", "b")),
        Values.of(np.array([1 / 3, 2.0]), Standard(), ("y",)),
    ],
)
def test_json_round_trip(targets: ClassLabels | Values):
    again = targets_from_json(json.loads(json.dumps(targets.to_json())))
    assert again.to_json() == targets.to_json()
    if isinstance(targets, ClassLabels):
        assert again == targets
