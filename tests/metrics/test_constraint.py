from __future__ import annotations

import math

import pytest

from dlcli.errors import ConfigError
from dlcli.metrics import Constraint


@pytest.mark.parametrize(
    ("text", "value", "satisfied"),
    [
        ("<= 5", 5, True),
        ("<= 5", 5.1, False),
        ("<5", 5, False),
        (" >= 9e-1 ", 0.9, True),
        ("> -1", -1, False),
        ("<= 5", math.nan, False),
    ],
)
def test_comparison(text: str, value: float, satisfied: bool) -> None:
    assert Constraint.parse("latency_ms", text).is_satisfied(value) == satisfied


def test_is_written_as_in_a_config() -> None:
    assert str(Constraint.parse("dev/recall", ">=.90")) == "dev/recall >= 0.9"


@pytest.mark.parametrize("text", ["5", "== 5", "<= five", "<=", "", "<= 5 ms", "=< 5", "<= nan", "< inf"])
def test_nonsense_is_refused(text: str) -> None:
    with pytest.raises(ConfigError, match=r"latency_ms.*such as '<= 5'"):
        Constraint.parse("latency_ms", text)
