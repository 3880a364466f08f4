"""Names of metrics and texts of values."""

from __future__ import annotations

from typing import Any

import pytest

from dlcli.metrics import Unit
from dlcli.sweeps.report.wording import MetricText, shorten, value_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (64, "64"),
        (True, "true"),
        (None, "null"),
        ("adam", "adam"),
        (0.0031622776, "0.003162"),
        (1e-5, "1e-5"),
        (123456.0, "123456"),
        ([64, 32.0], "[64, 32]"),
        ({"name": "cosine", "warmup": 0.1}, "{name: cosine, warmup: 0.1}"),
    ],
)
def test_value_text(value: Any, text: str) -> None:
    assert value_text(value) == text


@pytest.mark.parametrize(
    ("metric", "name", "unit"),
    [
        ("dev/error", "dev error", Unit.SHARE),
        ("train_dev/top_5_accuracy", "train dev top 5 accuracy", Unit.SHARE),
        ("dev/macro_f1", "dev macro f1", Unit.SHARE),
        ("dev/precision", "dev precision", Unit.SHARE),
        ("dev/recall", "dev recall", Unit.SHARE),
        ("dev/log_loss", "dev log loss", Unit.NUMBER),
    ],
)
def test_metric_text(metric: str, name: str, unit: Unit) -> None:
    text = MetricText(metric)
    assert (text.name, text.unit) == (name, unit)


def test_shorten() -> None:
    assert shorten("model.hidden_units", 18) == "model.hidden_units"
    assert shorten("model.hidden_units", 9) == "mode…nits"
