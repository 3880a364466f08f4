"""Which of the tokens that may come next is taken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from dlcli.core import ConfigError


@dataclass(frozen=True, kw_only=True)
class TokenChoice:
    """A draw from what the model finds probable, sharpened and cut off.

    Args:
        temperature: logits are divided by it: 1 draws as the model says, below 1 more cautiously, 0 takes the most
            probable token.
        top_k: only so many of the most probable tokens may come; None = all.
        top_p: only the most probable tokens that together reach this probability may come (nucleus sampling, Holtzman
            et al. 2020, arXiv:1904.09751); 1 = all.

    Raises:
        ConfigError: a value out of its range.
    """

    temperature: float = 1.0
    top_k: int | None = None
    top_p: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.temperature < np.inf:
            raise ConfigError(
                f"expected a number at least 0, found {self.temperature:g}", code="out_of_range", key="temperature"
            )
        if self.top_k is not None and self.top_k < 1:
            raise ConfigError(
                f"expected a whole number at least 1, found {self.top_k}", code="out_of_range", key="top_k"
            )
        if not 0 < self.top_p <= 1:
            raise ConfigError(
                f"expected a number above 0 and at most 1, found {self.top_p:g}", code="out_of_range", key="top_p"
            )

    def probabilities(self, logits: np.ndarray) -> np.ndarray:
        """(N, V) float64, how probable each token is to be taken; tokens that may not come have the logit −∞.

        Args:
            logits: (N, V).
        """
        # sums of 100,000 small probabilities lose digits in float32, and a threshold near 1 may then never be reached
        logits = logits.astype(np.float64)
        if self.temperature == 0:
            return np.asarray(np.eye(logits.shape[1])[logits.argmax(axis=1)])
        if self.top_k is not None and self.top_k < logits.shape[1]:
            order = np.argsort(-logits, axis=1, kind="stable")  # of equal ones the first is taken
            np.put_along_axis(logits, order[:, self.top_k :], -np.inf, axis=1)
        # The maximum is subtracted before dividing: a small temperature would overflow otherwise.
        scaled = np.exp((logits - logits.max(axis=1, keepdims=True)) / self.temperature)
        probabilities: np.ndarray = scaled / scaled.sum(axis=1, keepdims=True)
        if self.top_p < 1:
            # (N, V) sorted, cut, and put back in the order of the vocabulary
            order = np.argsort(-probabilities, axis=1, kind="stable")
            ranked = np.take_along_axis(probabilities, order, axis=1)
            ranked[ranked.cumsum(axis=1) - ranked >= self.top_p] = 0  # what came before it was enough
            np.put_along_axis(probabilities, order, ranked, axis=1)
            probabilities /= probabilities.sum(axis=1, keepdims=True)
        return probabilities

    def draw(self, logits: np.ndarray, generator: np.random.Generator) -> np.ndarray:
        """(N,) int64 a token for each row of logits (N, V)."""
        # Inverse of the distribution function, a single random number per row. The last sum may be 0.9999999 by
        # rounding, so the threshold is scaled by it: no draw falls off the end.
        cumulated = self.probabilities(logits).cumsum(axis=1)
        thresholds = generator.random((len(logits), 1)) * cumulated[:, -1:]
        tokens: np.ndarray = (cumulated <= thresholds).sum(axis=1)
        return tokens
