"""The kernels in NumPy: the formulas, vectorised. This is the truth that other backends are tested against."""

from dlcli.kernels.reference import (
    activations,
    convolution,
    dropout,
    linear,
    losses,
    normalization,
    norms,
    optimizers,
    pooling,
    softmax,
)

__all__ = [
    "activations",
    "convolution",
    "dropout",
    "linear",
    "losses",
    "normalization",
    "norms",
    "optimizers",
    "pooling",
    "softmax",
]
