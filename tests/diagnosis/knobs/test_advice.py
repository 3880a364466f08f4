import shlex

import pytest

from dlcli.diagnosis import Advice
from dlcli.diagnosis.knobs.advice import one_digit


def test_the_set_line_is_quoted_for_the_shell() -> None:
    advice = Advice("x", "fit-train", "why", {"model.hidden_units": [128, 64], "optimizer.learning_rate": 1e-4})
    assert advice.set_line == "--set 'model.hidden_units=[128, 64]' --set optimizer.learning_rate=0.0001"
    assert shlex.split(advice.set_line)[1] == "model.hidden_units=[128, 64]"


def test_an_action_has_no_set_line() -> None:
    assert Advice("x", "fit-dev", "why", action="collect examples").to_json() == {
        "knob": "x",
        "class": "fit-dev",
        "why": "why",
        "set": None,
        "action": "collect examples",
    }


def test_values_are_yaml() -> None:
    stopping = {"metric": "dev/error", "patience": 5, "mode": None}
    advice = Advice("x", "fit-dev", "why", {"regularization.early_stopping": stopping, "name": "1e3"})
    assert advice.set_line == (
        "--set 'regularization.early_stopping={metric: dev/error, patience: 5, mode: null}' "
        """--set 'name='"'"'1e3'"'"''"""
    )


@pytest.mark.parametrize(("value", "rounded"), [(0.00026, 0.0003), (1234.0, 1000.0), (0.55, 0.6), (3.0, 3.0)])
def test_one_digit(value: float, rounded: float) -> None:
    assert one_digit(value) == rounded
