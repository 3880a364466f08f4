"""A number that says how good predictions are, gathered batch by batch."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

import numpy as np

PredictionForm: TypeAlias = Literal["labels", "probabilities", "values", "nats", "correct"]


class Metric:
    """Base of the metrics. Without examples every result is NaN."""

    registry_kind: ClassVar[str] = "metric"

    #: as in `dev/<name>`; the registered name unless options change what is measured
    name: str
    higher_is_better: ClassVar[bool] = True
    #: for people; "fraction" is between 0 and 1
    unit: ClassVar[str] = "fraction"
    #: what `update` gets: class indices (N,), probabilities (N, K), values (N,) or (N, D), or of texts nats (N,) or
    #: numbers of tokens that were guessed right (N,)
    needs: ClassVar[PredictionForm] = "labels"

    #: index of the class it is about; −1 where it is about all of them alike
    positive_class: int = -1

    def update(self, predictions: np.ndarray, targets: np.ndarray) -> None:
        """Take in some examples.

        Args:
            predictions: in the form of `needs`.
            targets: class indices (N,), values of the predictions' shape, or of texts (N, 3) tokens, characters and
                the nats of guessing by frequency.
        """
        raise NotImplementedError

    def result(self) -> float:
        """The metric of all examples since the last `reset`."""
        raise NotImplementedError

    def reset(self) -> None:
        """Forget all examples."""
        raise NotImplementedError
