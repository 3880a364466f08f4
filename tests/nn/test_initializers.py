"""Initializers: the distribution of each one, compared with PyTorch's if there is one."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from dlcli.core import registry
from dlcli.nn import Initializer

FAN_IN, FAN_OUT = 300, 500
STANDARD_DEVIATIONS: dict[str, tuple[dict[str, float], float]] = {
    "normal": ({}, 0.01),
    "uniform": ({"bound": 0.3}, 0.3 / math.sqrt(3)),
    "he_normal": ({}, math.sqrt(2 / FAN_IN)),
    "he_uniform": ({}, math.sqrt(2 / FAN_IN)),
    "xavier_normal": ({}, math.sqrt(1 / FAN_IN)),
    "glorot_normal": ({}, math.sqrt(2 / (FAN_IN + FAN_OUT))),
    "glorot_uniform": ({}, math.sqrt(2 / (FAN_IN + FAN_OUT))),
}


def draw(name: str, shape: tuple[int, ...] = (FAN_IN, FAN_OUT), seed: int = 0, **options: Any) -> np.ndarray:
    initializer: Initializer = registry.lookup("initializer", name)(**options)
    return initializer(
        shape, fan_in=shape[0], fan_out=shape[-1], generator=np.random.default_rng(seed), dtype=np.float32
    )


def test_every_initializer_is_tested() -> None:
    assert set(registry.names("initializer")) == {
        *STANDARD_DEVIATIONS,
        *("zeros", "constant", "identity", "orthogonal"),
        "edge_filter",  # tested in test_edge_filter.py
    }


@pytest.mark.parametrize("name", STANDARD_DEVIATIONS)
def test_mean_and_standard_deviation(name: str) -> None:
    options, expected = STANDARD_DEVIATIONS[name]
    weights = draw(name, **options)
    assert weights.dtype == np.float32
    # 150,000 draws: the standard error of the standard deviation is 0.2 % of it, that of the mean 0.26 %
    assert weights.std() == pytest.approx(expected, rel=0.01)
    assert abs(weights.mean()) < 0.015 * expected


@pytest.mark.parametrize("name", ["uniform", "he_uniform", "glorot_uniform"])
def test_uniform_values_are_within_their_limit(name: str) -> None:
    weights = draw(name)
    limit = math.sqrt(3) * weights.std(dtype=np.float64)
    assert limit * 0.99 < np.abs(weights).max() < limit * 1.01


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("he_normal", lambda init, weight: init.kaiming_normal_(weight, nonlinearity="relu")),
        ("he_uniform", lambda init, weight: init.kaiming_uniform_(weight, nonlinearity="relu")),
        ("glorot_normal", lambda init, weight: init.xavier_normal_(weight)),
        ("glorot_uniform", lambda init, weight: init.xavier_uniform_(weight)),
        ("orthogonal", lambda init, weight: init.orthogonal_(weight)),
    ],
)
def test_standard_deviation_equals_pytorch(name: str, theirs: Callable[[Any, Any], Any]) -> None:
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    reference = theirs(torch.nn.init, torch.empty(FAN_OUT, FAN_IN))  # PyTorch's layout is (out, in)
    assert draw(name).std() == pytest.approx(float(reference.std()), rel=0.02)


@pytest.mark.parametrize("shape", [(6, 6), (8, 3), (3, 8)])
def test_orthogonal_rows_or_columns(shape: tuple[int, int]) -> None:
    weights = draw("orthogonal", shape, gain=2.0).astype(np.float64)
    gram = weights.T @ weights if shape[0] >= shape[1] else weights @ weights.T
    np.testing.assert_allclose(gram, 4 * np.eye(min(shape)), atol=1e-5)


def test_identity_keeps_its_input() -> None:
    np.testing.assert_array_equal(draw("identity", (3, 3), gain=0.5), 0.5 * np.eye(3))
    np.testing.assert_array_equal(draw("identity", (2, 3)), [[1, 0, 0], [0, 1, 0]])


def test_constants() -> None:
    np.testing.assert_array_equal(draw("zeros"), 0)
    np.testing.assert_array_equal(draw("constant", value=0.5), 0.5)


@pytest.mark.parametrize("name", sorted({*registry.names("initializer")} - {"edge_filter"}))
def test_only_the_generator_determines_the_values(name: str) -> None:
    np.testing.assert_array_equal(draw(name, seed=3), draw(name, seed=3))
    if name not in ("zeros", "constant", "identity"):
        assert (draw(name, seed=3) != draw(name, seed=4)).any()
