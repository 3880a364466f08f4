"""What the shipped configs must reach."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Bar:
    """A metric that a config reaches or exceeds.

    Args:
        config: file stem in `configs/`.
        folder: of `$DLCLI_DATA` that the config reads; None when its data comes with the installation.
    """

    config: str
    metric: str
    at_least: float
    folder: str | None = None


BARS = (
    Bar("quickstart", "test/accuracy", 0.97),
    Bar("logistic_breast_cancer", "test/accuracy", 0.96),
    Bar("mlp_fashion_mnist", "test/accuracy", 0.875, folder="fashion_mnist"),
    Bar("lenet_digits", "test/accuracy", 0.96),
    Bar("lenet_fashion_mnist", "test/accuracy", 0.89, folder="fashion_mnist"),
    Bar("mlp_adult", "test/accuracy", 0.85, folder="adult"),
)
