"""What the shipped configs must reach."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """Limit that a metric of a shipped config must reach.

    Args:
        config: File stem in `configs/`.
        metric: Metric, `<split>/<metric>`.
        limit: Value that the metric must reach.
        folder: Folder in `$DLCLI_DATA` that the config reads; None if its data comes with the installation.
        at_most: Whether smaller is better.
    """

    config: str
    metric: str
    limit: float
    folder: str | None = None
    at_most: bool = False

    @property
    def text(self) -> str:
        """`≥ 0.97`."""
        return f"{'≤' if self.at_most else '≥'} {self.limit}"

    def is_reached(self, value: float | None) -> bool:
        return value is not None and (value <= self.limit if self.at_most else value >= self.limit)


BARS = (
    Bar("quickstart", "test/accuracy", 0.97),
    Bar("logistic_breast_cancer", "test/accuracy", 0.96),
    Bar("mlp_fashion_mnist", "test/accuracy", 0.875, folder="fashion_mnist"),
    Bar("lenet_digits", "test/accuracy", 0.96),
    Bar("localization_digits", "test/mean_iou", 0.80),
    Bar("lenet_fashion_mnist", "test/accuracy", 0.89, folder="fashion_mnist"),
    Bar("mlp_adult", "test/accuracy", 0.85, folder="adult"),
    Bar("resnet20_fashion_mnist", "test/accuracy", 0.925, folder="fashion_mnist"),
    Bar("copying_gru", "test/accuracy", 0.99),
    Bar("copying_lstm", "test/accuracy", 0.99),
    Bar("sentiment_averaged", "test/accuracy", 0.74, folder="rt_polarity"),
    Bar("sentiment_lstm", "test/accuracy", 0.74, folder="rt_polarity"),
    Bar("names_lstm", "test/nats_per_token", 2.05, folder="names", at_most=True),
    Bar("characters_shakespeare", "dev/nats_per_token", 1.60, folder="tinyshakespeare", at_most=True),
)
