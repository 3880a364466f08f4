from __future__ import annotations

import pytest

from dlcli.core import ConfigError, DlcliError, InvalidConfigError, RunInterruptedError, errors, unknown_name


def test_str_puts_the_place_and_key_before_the_message() -> None:
    error = ConfigError("wrong", file="a.yaml", line=3, column=7, key="seed")
    assert str(error) == "a.yaml:3:7 seed: wrong"


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ({}, "wrong"),
        ({"key": "seed"}, "seed: wrong"),
        ({"file": "a.yaml"}, "a.yaml: wrong"),
        ({"file": "a.yaml", "line": 2}, "a.yaml:2: wrong"),
    ],
)
def test_str_leaves_out_unknown_parts(place: dict[str, object], text: str) -> None:
    assert str(ConfigError("wrong", **place)) == text  # type: ignore[arg-type]


def test_to_json_has_every_field_of_the_error_document() -> None:
    error = ConfigError("wrong", file="a.yaml", line=2, key="seed")
    assert error.to_json() == {
        "kind": "config",
        "code": "invalid_value",
        "message": "wrong",
        "file": "a.yaml",
        "line": 2,
        "column": None,
        "key": "seed",
    }


def test_exit_codes() -> None:
    codes = {
        kind.__name__: kind.exit_code
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, DlcliError) and kind is not RunInterruptedError
    }
    assert codes == {
        "DlcliError": 1,
        "ConfigError": 2,
        "InvalidConfigError": 2,
        "DataError": 3,
        "GateError": 4,
        "DivergedError": 5,
        "PrunedError": 1,
        "SweepFailedError": 6,
        "StorageError": 1,
    }


@pytest.mark.parametrize(("signal_number", "exit_code"), [(2, 130), (15, 143)])
def test_an_interrupt_exits_as_a_shell_expects(signal_number: int, exit_code: int) -> None:
    assert RunInterruptedError("stopped", signal_number=signal_number).exit_code == exit_code


def test_invalid_config_lists_problems_in_file_order_and_those_without_a_line_last() -> None:
    override = ConfigError("c", file="--set seed=x")
    error = InvalidConfigError([override, ConfigError("b", file="f", line=9), ConfigError("a", file="f", line=2)])
    assert str(error) == "f:2: a\nf:9: b\n--set seed=x: c"
    assert (error.message, error.line) == ("a", 2)
    assert [problem["message"] for problem in error.to_json()["problems"]] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("name", "candidates", "message"),
    [
        (
            "learning_rat",
            ["learning_rate", "epsilon"],
            "unknown key; did you mean learning_rate? (epsilon, learning_rate)",
        ),
        ("EPSILON", ["epsilon"], "unknown key; did you mean epsilon? (epsilon)"),
        ("wibble", ["b", "a"], "unknown key; expected one of these: (a, b)"),
        ("wibble", [], "unknown key; none is allowed here"),
    ],
)
def test_unknown_name(name: str, candidates: list[str], message: str) -> None:
    assert unknown_name("key", name, candidates) == message
