"""The most confident mistakes of an image classifier."""

from __future__ import annotations

import numpy as np

from dlcli.data import Preprocessor, Rows, Split
from dlcli.reports import WorstMistakes
from dlcli.tasks import Predictions

#: Maximum number of mistakes in the figure.
MAX_MISTAKES = 24


def worst_mistakes(
    split: Split, predictions: Predictions, truth: np.ndarray | Rows, preprocessor: Preprocessor
) -> WorstMistakes | None:
    """Return the most confident mistakes; None if there are none, or if the examples are not images.

    Args:
        split: Split with preprocessed inputs.
        predictions: Predictions for the examples.
        truth: Truth of the examples, as the task returns it.
        preprocessor: Preprocessing of the inputs, with the names of the classes.
    """
    shape, names = preprocessor.input_shape, preprocessor.targets.class_names
    view = predictions.class_view(truth)
    if len(shape) != 3 or shape[-1] not in (1, 3) or names is None or view is None:
        return None
    labels = view.labels
    wrong = np.flatnonzero(labels != view.truth)
    if not len(wrong):
        return None
    confidence = view.probabilities[wrong, labels[wrong]]
    order = np.argsort(-confidence, kind="stable")[:MAX_MISTAKES]
    worst = wrong[order]
    return WorstMistakes(
        split=split.name,
        images=preprocessor.scaling.inverse(split.gather(worst).inputs),
        truths=[names[label] for label in view.truth[worst].tolist()],
        predictions=[names[label] for label in labels[worst].tolist()],
        probabilities=confidence[order],
        ids=[str(split.ids[row]) for row in worst],
        num_mistakes=len(wrong),
        num_examples=len(truth),
    )
