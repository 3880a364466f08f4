"""The confusion matrix as a picture."""

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


def share(picture: np.ndarray, color: str) -> float:
    return float((picture == rgb(color)).all(axis=2).mean())


def test_all_right_is_all_blue_on_the_diagonal() -> None:
    picture = drawn(np.diag([5, 7, 9]), ["a", "b", "c"])
    assert picture is not None
    assert share(picture, BLUE) > 0
    assert share(picture, VERMILION) == 0


def test_a_class_that_is_always_mistaken_is_orange() -> None:
    picture = drawn(np.array([[0, 6], [0, 9]]), ["a", "b"])
    assert picture is not None
    assert share(picture, VERMILION) > 0


@pytest.mark.parametrize("count", [2, 12, 40])
def test_many_classes_with_long_names_and_one_without_examples(count: int) -> None:
    counts = np.random.default_rng(0).integers(0, 2000, (count, count))
    counts[0] = 0
    picture = drawn(counts, [f"a class with a name that goes on and on {number}" for number in range(count)])
    assert picture is not None
    assert picture.shape[1] <= 1400


def test_there_is_a_limit() -> None:
    assert drawn(np.eye(41, dtype=int), [str(number) for number in range(41)]) is None
