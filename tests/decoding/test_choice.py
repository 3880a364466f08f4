"""Choice of tokens: probabilities worked by hand, cut-offs as properties, draws against their probabilities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from dlcli.core import ConfigError
from dlcli.decoding import TokenChoice

LOGITS = np.log([[0.5, 0.3, 0.15, 0.05]])
ANY_LOGITS = arrays(np.float32, (3, 6), elements=st.floats(-20, 20, width=32))


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (TokenChoice(), [0.5, 0.3, 0.15, 0.05]),
        (TokenChoice(temperature=0), [1, 0, 0, 0]),
        (TokenChoice(temperature=0.5), np.array([0.25, 0.09, 0.0225, 0.0025]) / 0.365),  # squares, normalized
        (TokenChoice(top_k=2), [0.625, 0.375, 0, 0]),
        (TokenChoice(top_k=9), [0.5, 0.3, 0.15, 0.05]),
        (TokenChoice(top_p=0.79), [0.625, 0.375, 0, 0]),
        (TokenChoice(top_p=0.81), np.array([0.5, 0.3, 0.15, 0]) / 0.95),
        (TokenChoice(top_p=0.01), [1, 0, 0, 0]),
    ],
)
def test_probabilities(choice: TokenChoice, expected: list[float]) -> None:
    np.testing.assert_allclose(choice.probabilities(LOGITS), [expected], atol=1e-12)


@given(ANY_LOGITS, st.floats(0.1, 3), st.integers(1, 6), st.floats(0.05, 1))
def test_cut_offs_keep_the_most_probable_ones(logits: np.ndarray, temperature: float, top_k: int, top_p: float) -> None:
    chances = TokenChoice(temperature=temperature, top_k=top_k, top_p=top_p).probabilities(logits)
    np.testing.assert_allclose(chances.sum(axis=1), 1)
    assert (np.count_nonzero(chances, axis=1) <= top_k).all()
    for row, probabilities in zip(logits, chances, strict=True):
        if (probabilities == 0).any():
            assert row[probabilities > 0].min() >= row[probabilities == 0].max() - 1e-6  # up to rounding


@given(ANY_LOGITS, st.integers(0, 5))
def test_an_excluded_token_is_never_drawn(logits: np.ndarray, forbidden: int) -> None:
    logits[:, forbidden] = -np.inf
    assert not TokenChoice(top_p=0.9).probabilities(logits)[:, forbidden].any()
    assert (TokenChoice().draw(logits, np.random.default_rng(0)) != forbidden).all()


def test_frequencies_of_draws_equal_the_probabilities() -> None:
    drawn = TokenChoice().draw(np.repeat(LOGITS, 20_000, axis=0), np.random.default_rng(0))
    np.testing.assert_allclose(np.bincount(drawn) / len(drawn), [0.5, 0.3, 0.15, 0.05], atol=0.01)  # 3 σ = 0.011


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"temperature": -1.0}, "temperature"),
        ({"top_k": 0}, "top_k"),
        ({"top_p": 0.0}, "top_p"),
        ({"top_p": 1.1}, "top_p"),
    ],
)
def test_a_value_out_of_range_is_refused(options: dict[str, float], key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        TokenChoice(**options)  # type: ignore[arg-type]
    assert caught.value.key == key
