"""Selection of the worst mistakes."""

from __future__ import annotations

import numpy as np
import pytest

from dlcli.api.mistakes import MAX_MISTAKES, worst_mistakes
from dlcli.data import ClassLabels, Examples, Preprocessor, Split
from dlcli.data.normalization import NoNormalization, Standard
from dlcli.tasks import ClassPredictions

NAMES = ("cat", "dog", "bird")


def preprocessor(images: np.ndarray, truth: np.ndarray) -> Preprocessor:
    return Preprocessor.fit(
        Examples(images, truth, np.arange(len(images))),
        np.arange(len(images)),
        normalization=Standard(per="all"),
        target_normalization=NoNormalization(),
        targets=ClassLabels,
        class_names=NAMES,
    )


def worst_of(images: np.ndarray, truth: np.ndarray, probabilities: np.ndarray):
    fitted = preprocessor(images, np.arange(len(images)) % len(NAMES))  # every class is in the training set
    split = Split("dev", fitted.inputs(images), truth, 100 + np.arange(len(images)))
    return worst_mistakes(split, ClassPredictions(probabilities.argmax(axis=1), probabilities), truth, fitted)


def test_the_most_confident_come_first_with_their_original_pixels() -> None:
    images = np.random.default_rng(0).uniform(0, 255, (4, 5, 6, 1))
    probabilities = np.array([[0.6, 0.3, 0.1], [0.1, 0.9, 0.0], [0.8, 0.1, 0.1], [0.0, 0.2, 0.8]])
    mistakes = worst_of(images, np.array([1, 1, 2, 2]), probabilities)
    assert mistakes is not None
    assert mistakes.truths == ["bird", "dog"]
    assert mistakes.predictions == ["cat", "cat"]
    assert mistakes.ids == ["102", "100"]
    np.testing.assert_allclose(mistakes.probabilities, [0.8, 0.6])
    np.testing.assert_allclose(mistakes.images, images[[2, 0]], atol=1e-4)
    assert (mistakes.num_mistakes, mistakes.num_examples) == (2, 4)


def test_the_number_of_mistakes_is_limited() -> None:
    images = np.random.default_rng(0).uniform(0, 1, (60, 2, 2, 3))
    truth = np.arange(60) % 3
    mistakes = worst_of(images, truth, np.eye(3)[(truth + 1) % 3])
    assert mistakes is not None
    assert len(mistakes.images) == len(mistakes.ids) == MAX_MISTAKES
    assert mistakes.num_mistakes == 60


def test_a_perfect_model_has_none() -> None:
    truth = np.arange(6) % 3
    assert worst_of(np.random.default_rng(0).uniform(0, 1, (6, 2, 2, 1)), truth, np.eye(3)[truth]) is None


@pytest.mark.parametrize("shape", [(4,), (2, 2), (2, 2, 7)])
def test_inputs_other_than_images_have_none(shape: tuple[int, ...]) -> None:
    truth = np.arange(6) % 3
    assert worst_of(np.random.default_rng(0).uniform(0, 1, (6, *shape)), truth, np.eye(3)[(truth + 1) % 3]) is None
