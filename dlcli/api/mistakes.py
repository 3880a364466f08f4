"""Which examples a classifier of images gets wrong with the most certainty."""

from __future__ import annotations

import numpy as np

from dlcli.data import Preprocessor, Split
from dlcli.reports import WorstMistakes
from dlcli.tasks import Predictions

MOST = 24


def worst_mistakes(
    split: Split, predictions: Predictions, truth: np.ndarray, preprocessor: Preprocessor
) -> WorstMistakes | None:
    """The mistakes that the model is most certain of; None where there are none, or the examples are no images.

    Args:
        split: with inputs as the model gets them.
        predictions: of its examples.
        truth: (N,) class indices.
        preprocessor: how the inputs came about, and the names of the classes.
    """
    shape, names = preprocessor.input_shape, preprocessor.class_names
    labels, probabilities = predictions.labels, predictions.probabilities
    if len(shape) != 3 or shape[-1] not in (1, 3) or names is None or labels is None or probabilities is None:
        return None
    wrong = np.flatnonzero(labels != truth)
    if not len(wrong):
        return None
    confidence = probabilities[wrong, labels[wrong]]
    order = np.argsort(-confidence, kind="stable")[:MOST]
    chosen = wrong[order]
    return WorstMistakes(
        split=split.name,
        images=preprocessor.scaling.inverse(split.gather(chosen).inputs),
        truths=[names[label] for label in truth[chosen].tolist()],
        predictions=[names[label] for label in labels[chosen].tolist()],
        probabilities=confidence[order],
        ids=[str(split.ids[row]) for row in chosen],
        num_mistakes=len(wrong),
        num_examples=len(truth),
    )
