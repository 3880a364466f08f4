from typing import Any

import pytest

from dlcli.sweeps.report.wording import MetricText, counted, duration_text, number_text, shortened, value_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0031622776, "0.003162"),
        (1e-5, "1e-5"),
        (0.1, "0.1"),
        (3.0, "3"),
        (0.99995, "0.99995"),
        (0.999, "0.999"),
        (0.99999876, "0.9999988"),
        (1.0, "1"),
        (0.0, "0"),
        (123456.0, "1.235e5"),
    ],
)
def test_numbers_have_the_digits_that_are_of_use(value: float, text: str) -> None:
    assert number_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (64, "64"),
        (True, "true"),
        (None, "null"),
        ("adam", "adam"),
        ([64, 32.0], "[64, 32]"),
        ({"name": "cosine", "warmup": 0.1}, "{name: cosine, warmup: 0.1}"),
    ],
)
def test_values_look_as_in_yaml(value: Any, text: str) -> None:
    assert value_text(value) == text


def test_shares_of_examples_are_in_percent_and_other_metrics_are_not() -> None:
    error, loss = MetricText("dev/error"), MetricText("dev/log_loss")
    assert (error.name, error.value(0.0235), error.size(-0.0041)) == ("dev error", "2.35 %", "0.41 points")
    assert error.interval(-0.01, 0.5) == "0 … 50 %"
    assert (loss.name, loss.value(0.0235), loss.size(0.0041)) == ("dev log loss", "0.0235", "0.0041")
    assert loss.interval(-0.01, 0.5) == "-0.01 … 0.5"


def test_what_is_left_out_is_marked_in_the_middle() -> None:
    assert shortened("model.hidden_units", 18) == "model.hidden_units"
    assert shortened("model.hidden_units", 9) == "mode…nits"


def test_counts_and_times() -> None:
    assert [counted(1, "trial"), counted(1200, "trial")] == ["1 trial", "1,200 trials"]
    assert [duration_text(s) for s in (0.42, 42.3, 210.0, 7560.0)] == ["0.42 s", "42 s", "3.5 min", "2.1 h"]
