"""Order of tuning of CS 230 and its comparison with the measured importance."""

from __future__ import annotations

import pytest

from dlcli.search import Importance
from dlcli.sweeps.report.order_of_importance import compare_orders, order_sentences, tier, tier_text


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("optimizer.learning_rate", 1),
        ("optimizer.momentum", 2),
        ("optimizer.beta", 2),
        ("model.hidden_units", 2),
        ("model.layers[0].linear.units", 2),
        ("training.batch_size", 2),
        ("depth", 3),
        ("optimizer.schedule.decay_rate", 3),
        ("optimizer.schedule", 3),
        ("optimizer.beta1", 4),
        ("optimizer.epsilon", 4),
        ("regularization.dropout", None),
        ("optimizer.weight_decay", None),
    ],
)
def test_tiers(name: str, expected: int | None) -> None:
    assert tier(name) == expected


def test_tier_text() -> None:
    assert [tier_text(name) for name in ("optimizer.learning_rate", "optimizer.beta2", "x")] == [
        "first",
        "last",
        "not ranked",
    ]


def test_only_disjoint_intervals_are_ordered() -> None:
    rate = Importance("optimizer.learning_rate", 0.3, 0.2, 0.4)
    depth = Importance("depth", 0.6, 0.5, 0.7)
    width = Importance("width", 0.35, 0.15, 0.55)
    beta = Importance("optimizer.beta1", 0.01, 0.0, 0.02)
    dropout = Importance("regularization.dropout", 0.9, 0.8, 1.0)
    order = compare_orders([dropout, depth, width, rate, beta])
    assert order.opposed == (("depth", "optimizer.learning_rate"),)
    assert order.agreeing == (
        ("depth", "optimizer.beta1"),
        ("width", "optimizer.beta1"),
        ("optimizer.learning_rate", "optimizer.beta1"),
    )
    assert order.undecided == 2
    sentences = order_sentences([dropout, depth, width, rate, beta])
    assert "`{}` before `{}`".format(*order.opposed[0]) in sentences[1]
    assert "2 of 6" in sentences[2]


def test_nothing_to_compare() -> None:
    assert len(order_sentences([Importance("regularization.dropout", 0.9, 0.8, 1.0)])) == 1
