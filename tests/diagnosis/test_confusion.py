import numpy as np

from dlcli.diagnosis import ConfusedPair, SplitOutcome, confusion_of

NAMES = ("cat", "dog", "owl")


def test_rows_are_targets_and_columns_predictions() -> None:
    confusion = confusion_of(SplitOutcome("dev", np.array([0, 1, 1, 0]), np.array([0, 0, 0, 1])), NAMES)
    assert confusion.counts.tolist() == [[1, 2, 0], [1, 0, 0], [0, 0, 0]]
    assert confusion.recalls == (1 / 3, 0.0, None)


def test_most_confused_pairs_by_count_then_by_share() -> None:
    predictions, targets = np.array([1, 1, 0, 2, 0, 0, 0]), np.array([0, 0, 1, 1, 0, 0, 0])
    confusion = confusion_of(SplitOutcome("dev", predictions, targets), NAMES)
    assert confusion.most_confused(2) == (ConfusedPair("cat", "dog", 2, 5), ConfusedPair("dog", "cat", 1, 2))
    assert confusion.most_confused(2)[1].share == 0.5
