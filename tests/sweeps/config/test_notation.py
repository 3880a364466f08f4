"""Notation of parameters."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcli.sweeps.config.notation import parse_parameter
from dlcli.sweeps.config.notation_error import NotationError


@pytest.mark.parametrize(
    ("source", "name", "options"),
    [
        ("log_uniform(1e-4, 1e-1)", "log_uniform", {"low": 1e-4, "high": 0.1}),
        ("  log_uniform ( 1e-4 ,1e-1 )  ", "log_uniform", {"low": 1e-4, "high": 0.1}),
        ("log_uniform(low: 1e-4, high: 1e-1)", "log_uniform", {"low": 1e-4, "high": 0.1}),
        ("log_uniform(1e-4, high: 1e-1)", "log_uniform", {"low": 1e-4, "high": 0.1}),
        ("uniform(-1, 2)", "uniform", {"low": -1, "high": 2}),
        ("uniform(0,\n  1)", "uniform", {"low": 0, "high": 1}),
        ("int_uniform(1, 3)", "int_uniform", {"low": 1, "high": 3}),
        ("choice(momentum, adam)", "choice", {"values": ["momentum", "adam"]}),
        ("choice(no, 010, 1e-3, null, '1')", "choice", {"values": ["no", 10, 0.001, None, "1"]}),  # as in YAML 1.2
        ("choice([64, 32], [128])", "choice", {"values": [[64, 32], [128]]}),
        (
            "choice({name: sgd, learning_rate: 0.1}, adam)",
            "choice",
            {"values": [{"name": "sgd", "learning_rate": 0.1}, "adam"]},
        ),
        ("choice({a: 1}, {b: 2})", "choice", {"values": [{"a": 1}, {"b": 2}]}),
        ("choice('a)b', \"c, d\", don't)", "choice", {"values": ["a)b", "c, d", "don't"]}),
        ("choice(x when y, z)", "choice", {"values": ["x when y", "z"]}),
        ([32, 64], "choice", {"values": [32, 64]}),
        ([[8], [8, 4]], "choice", {"values": [[8], [8, 4]]}),
    ],
)
def test_distributions(source: Any, name: str, options: dict[str, Any]) -> None:
    parameter = parse_parameter(source)
    assert parameter.distribution is not None
    assert (parameter.distribution.name, parameter.distribution.options) == (name, options)
    assert (parameter.expression, parameter.condition) == (None, None)
    assert parameter.plain() == source


@pytest.mark.parametrize(
    "source", ["[width] * depth", "min(a, b) + max(c, d)", "max(16, width // 2)", "width", "3", "[[8]]", "(a) + (b)"]
)
def test_expressions(source: str) -> None:
    parameter = parse_parameter(source)
    assert parameter.distribution is None
    assert str(parameter.expression) == source


def test_conditions() -> None:
    condition = "optimizer.name in [adam, adamw]"
    drawn = parse_parameter(f"uniform(0, 1) when {condition}")
    computed = parse_parameter("2 * width when depth > 1 and width < 9")
    assert drawn.distribution is not None
    assert drawn.names == {"optimizer.name"}
    assert str(drawn.condition) == condition
    assert str(computed.expression) == "2 * width"
    assert computed.names == {"width", "depth"}


def test_offsets_of_options() -> None:
    assert parse_parameter("uniform(0.25, 1)").offsets == {"low": 8, "high": 14}
    assert parse_parameter("choice(a, b)").offsets == {"values": 7}


def test_parsed_parameter_is_returned() -> None:
    parameter = parse_parameter("uniform(0, 1)")
    assert parse_parameter(parameter) is parameter


@pytest.mark.parametrize(
    ("source", "offset", "words"),
    [
        ("unifrom(0, 1)", 0, "did you mean uniform?"),
        ("uniform(x, 1)", 8, "low"),
        ("uniform(0, true)", 11, "high"),
        ("uniform(0, é, 1)", 14, "low and high"),
        ("uniform(0)", 8, "high"),
        ("uniform(0, low: 1)", 11, "low"),
        ("uniform((0, 1)", 7, "("),
        ("uniform(0, 1))", 13, ")"),
        ("choice([a, b)", 7, "["),
        ("choice(a: b: c)", 11, "YAML"),
        ("uniform(0, 1) if x == 1", 0, "uniform(…)"),
        ("uniform", 0, "parentheses"),
        ("uniform(0, 1) when", 18, "end"),
        ("uniform(0, 1) when x === 1", 23, "="),
        ("a +", 3, "end"),
        (True, 0, "true"),
    ],
)
def test_invalid_notation(source: Any, offset: int, words: str) -> None:
    with pytest.raises(NotationError) as caught:
        parse_parameter(source)
    assert caught.value.offset == offset
    assert words in str(caught.value)


WORDS = st.sampled_from(
    [
        "uniform",
        "choice",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        ": ",
        "low",
        "1e-4",
        "0",
        "'",
        '"',
        " when ",
        "a.b",
        "==",
        "*",
    ]
)


@settings(deadline=None)
@given(st.text(max_size=20) | st.lists(WORDS, max_size=12).map("".join))
def test_any_text_is_parsed_or_refused_with_offset(text: str) -> None:
    try:
        parameter = parse_parameter(text)
    except NotationError as error:
        assert 0 <= error.offset <= len(text)
        assert str(error)
    else:
        assert (parameter.distribution is None) != (parameter.expression is None)
        assert str(parameter) == text
