"""A number that says how good predictions are, gathered batch by batch."""

from __future__ import annotations

from typing import ClassVar, Literal, TypeAlias

import numpy as np

from dlcli.core import Direction
from dlcli.metrics.unit import Unit

PredictionForm: TypeAlias = Literal["labels", "probabilities", "values", "nats", "correct"]


class Metric:
    """Base of the metrics. Without examples every result is NaN."""

    registry_kind: ClassVar[str] = "metric"

    #: as in `dev/<name>`; the registered name unless options change what is measured
    name: str
    direction: ClassVar[Direction] = Direction.MAXIMIZE
    #: decides how values are written
    unit: ClassVar[Unit] = Unit.NUMBER
    #: what `update` gets: class indices (N,), probabilities (N, K), values (N,) or (N, D), or of texts nats (N,) or
    #: numbers of tokens that were guessed right (N,)
    needs: ClassVar[PredictionForm] = "labels"

    #: name of a metric over all classes, where this one is about a single class and has such a relative
    over_all_classes: str | None = None
    #: the class that a config says it is about, by name or label; None = by convention
    positive_class: str | int | None = None
    #: position of the class it is about, among the classes of the data; None where it is about all of them alike
    positive_index: int | None = None

    @classmethod
    def is_name(cls, name: str) -> bool:
        """Whether some options of this metric give it this name."""
        return name == getattr(cls, "name", None)

    @classmethod
    def format(cls, value: float | None) -> str:
        """A value of the metric as text, such as `97.22 %` of a share; a dash for None."""
        return cls.unit.text(value)

    def focus_on(self, index: int) -> None:
        """Be about one class.

        Args:
            index: its position among the classes of the data.
        """
        self.positive_index = index
        self.reset()

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
