"""Choice of the next token: temperature, top-k and nucleus sampling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dlcli.core import ConfigError


@dataclass(frozen=True, kw_only=True)
class TokenChoice:
    """Sampling from a model's distribution over the next token, with a temperature and cut-offs.

    Args:
        temperature: Divisor of the logits: 1 samples from the model's distribution, lower values favor probable tokens,
            0 always takes the most probable token.
        top_k: Number of most probable tokens to sample from; None means all.
        top_p: Cumulative probability of the most probable tokens to sample from (nucleus sampling, Holtzman et al.
            2020, arXiv:1904.09751); 1 means all.

    Raises:
        ConfigError: A value is out of its range.
    """

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.temperature < np.inf:
            raise ConfigError(
                f"expected a finite number of at least 0, got {self.temperature:g}",
                code="out_of_range",
                key="temperature",
            )
        if self.top_k is not None and self.top_k < 1:
            raise ConfigError(f"expected an integer of at least 1, got {self.top_k}", code="out_of_range", key="top_k")
        if not 0 < self.top_p <= 1:
            raise ConfigError(f"expected a number in (0, 1], got {self.top_p:g}", code="out_of_range", key="top_p")

    def probabilities(self, logits: np.ndarray) -> np.ndarray:
        """Return the probability of each token to be drawn, (N, V) float64.

        Args:
            logits: Logits of the next token, (N, V); −∞ excludes a token.
        """
        # Sums of 100,000 small probabilities lose digits in float32; a threshold near 1 might then never be reached.
        logits = logits.astype(np.float64)
        if self.temperature == 0:
            return np.asarray(np.eye(logits.shape[1])[logits.argmax(axis=1)])
        if self.top_k is not None and self.top_k < logits.shape[1]:
            order = np.argsort(-logits, axis=1, kind="stable")  # ties keep the lowest index
            np.put_along_axis(logits, order[:, self.top_k :], -np.inf, axis=1)
        # The maximum is subtracted before dividing: a small temperature would overflow otherwise.
        scaled = np.exp((logits - logits.max(axis=1, keepdims=True)) / self.temperature)
        probabilities: np.ndarray = scaled / scaled.sum(axis=1, keepdims=True)
        if self.top_p < 1:
            # (N, V) sorted, cut, and put back in the order of the vocabulary
            order = np.argsort(-probabilities, axis=1, kind="stable")
            ranked = np.take_along_axis(probabilities, order, axis=1)
            ranked[ranked.cumsum(axis=1) - ranked >= self.top_p] = 0  # the tokens before it reach top_p
            np.put_along_axis(probabilities, order, ranked, axis=1)
            probabilities /= probabilities.sum(axis=1, keepdims=True)
        return probabilities

    def draw(self, logits: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        """Draw a token, (N,) int64, for each row of logits (N, V)."""
        cumulative = self.probabilities(logits).cumsum(axis=1)
        # Inverse transform sampling with one random number per row. The last sum may be 0.9999999 by rounding, so the
        # threshold is scaled by it: no draw falls off the end.
        thresholds = generator.random((len(logits), 1)) * cumulative[:, -1:]
        tokens: np.ndarray = (cumulative <= thresholds).sum(axis=1)
        return tokens
