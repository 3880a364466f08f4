"""The kernels in NumPy: the formulas, vectorized. This is the truth that other backends are tested against."""

from dlcli.kernels.reference import (
    activations,
    convolution,
    dropout,
    embedding,
    gru,
    linear,
    losses,
    lstm,
    normalization,
    norms,
    optimizers,
    pooling,
    rnn,
    softmax,
)

__all__ = [
    "activations",
    "convolution",
    "dropout",
    "embedding",
    "gru",
    "linear",
    "losses",
    "lstm",
    "normalization",
    "norms",
    "optimizers",
    "pooling",
    "rnn",
    "softmax",
]
