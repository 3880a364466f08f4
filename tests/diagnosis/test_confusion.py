import numpy as np

from dlcli.diagnosis import ConfusedPair, SplitOutcome, confusion_of
from dlcli.tasks import ClassPredictions

NAMES = ("cat", "dog", "owl")


def outcome(labels: list[int], truth: list[int]) -> SplitOutcome:
    return SplitOutcome("dev", ClassPredictions(np.array(labels), np.eye(3)[labels]), np.array(truth))


def test_rows_are_targets_and_columns_predictions() -> None:
    confusion = confusion_of(outcome([0, 1, 1, 0], [0, 0, 0, 1]), NAMES)
    assert confusion.counts.tolist() == [[1, 2, 0], [1, 0, 0], [0, 0, 0]]
    assert confusion.recalls == (1 / 3, 0.0, None)


def test_most_confused_pairs_by_count_then_by_share() -> None:
    confusion = confusion_of(outcome([1, 1, 0, 2, 0, 0, 0], [0, 0, 1, 1, 0, 0, 0]), NAMES)
    assert confusion.most_confused(2) == (ConfusedPair("cat", "dog", 2, 5), ConfusedPair("dog", "cat", 1, 2))
    assert confusion.most_confused(2)[1].share == 0.5
