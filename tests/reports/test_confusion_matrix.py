"""The figure of the confusion matrix."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image

from dlcli.diagnosis import Confusion
from dlcli.reports.confusion_matrix import confusion_png
from dlcli.reports.palette import BLUE, VERMILION, rgb


def drawn(counts: np.ndarray, names: list[str]) -> np.ndarray | None:
    png = confusion_png(Confusion("dev", counts, tuple(names)))
    return None if png is None else np.array(Image.open(io.BytesIO(png)).convert("RGB"))


def share(pixels: np.ndarray, color: str) -> float:
    return float((pixels == rgb(color)).all(axis=2).mean())


def test_correct_predictions_are_blue_on_the_diagonal() -> None:
    pixels = drawn(np.diag([5, 7, 9]), ["a", "b", "c"])
    assert pixels is not None
    assert share(pixels, BLUE) > 0
    assert share(pixels, VERMILION) == 0


def test_a_misclassified_class_is_orange() -> None:
    pixels = drawn(np.array([[0, 6], [0, 9]]), ["a", "b"])
    assert pixels is not None
    assert share(pixels, VERMILION) > 0


@pytest.mark.parametrize("count", [2, 12, 40])
def test_many_classes_with_long_names_and_one_without_examples(count: int) -> None:
    counts = np.random.default_rng(0).integers(0, 2000, (count, count))
    counts[0] = 0
    pixels = drawn(counts, [f"a class with a name that is far too long {number}" for number in range(count)])
    assert pixels is not None
    assert pixels.shape[1] <= 1400


def test_the_number_of_classes_is_limited() -> None:
    assert drawn(np.eye(41, dtype=int), [str(number) for number in range(41)]) is None
