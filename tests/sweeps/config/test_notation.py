from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlcli.sweeps.config.notation import parse_parameter
from dlcli.sweeps.config.notation_error import NotationError


@pytest.mark.parametrize(
    ("written", "name", "options"),
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
def test_distributions(written: Any, name: str, options: dict[str, Any]) -> None:
    parameter = parse_parameter(written)
    assert parameter.distribution is not None
    assert (parameter.distribution.name, parameter.distribution.options) == (name, options)
    assert (parameter.expression, parameter.condition) == (None, None)
    assert parameter.plain() == written


@pytest.mark.parametrize(
    "written", ["[width] * depth", "min(a, b) + max(c, d)", "max(16, width // 2)", "width", "3", "[[8]]", "(a) + (b)"]
)
def test_anything_else_is_arithmetic(written: str) -> None:
    parameter = parse_parameter(written)
    assert parameter.distribution is None
    assert str(parameter.expression) == written


def test_a_parameter_may_be_there_only_under_a_condition() -> None:
    drawn = parse_parameter("uniform(0, 1) when optimizer.name in [adam, adamw]")
    computed = parse_parameter("2 * width when depth > 1 and width < 9")
    assert drawn.distribution is not None
    assert drawn.names == {"optimizer.name"}
    assert str(drawn.condition) == "optimizer.name in [adam, adamw]"
    assert str(computed.expression) == "2 * width"
    assert computed.names == {"width", "depth"}


def test_every_option_knows_where_it_begins() -> None:
    assert parse_parameter("uniform(0.25, 1)").offsets == {"low": 8, "high": 14}
    assert parse_parameter("choice(a, b)").offsets == {"values": 7}


def test_a_parameter_that_has_been_read_stays_as_it_is() -> None:
    parameter = parse_parameter("uniform(0, 1)")
    assert parse_parameter(parameter) is parameter


@pytest.mark.parametrize(
    ("written", "offset", "message"),
    [
        ("unifrom(0, 1)", 0, "'unifrom': unknown distribution; did you mean uniform?"),
        ("uniform(x, 1)", 8, "low: expected a number, got 'x'"),
        ("uniform(0, true)", 11, "high: expected a number, got true"),
        ("uniform(0, é, 1)", 14, "uniform takes low and high; there is one argument too many"),
        ("uniform(0)", 8, "uniform takes low and high; high is missing"),
        ("uniform((0, 1)", 7, "this ( is not closed"),
        ("uniform(0, 1))", 13, "there is no ( before this )"),
        ("choice([a, b)", 7, "this [ is not closed"),
        ("choice(a: b: c)", 11, "the arguments are not YAML: a comma is missing here"),
        ("uniform(0, 1) if x == 1", 0, "uniform(…) stands alone"),
        ("uniform(0, 1) when", 18, "something is missing at the end"),
        ("uniform(0, 1) when x === 1", 23, "did not expect ="),
        ("a +", 3, "something is missing at the end"),
        (True, 0, "expected a text such as log_uniform(1e-4, 1e-1), or a list of choices; found true"),
    ],
)
def test_mistakes_are_found_where_they_are(written: Any, offset: int, message: str) -> None:
    with pytest.raises(NotationError) as caught:
        parse_parameter(written)
    assert str(caught.value).startswith(message)
    assert caught.value.offset == offset


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
def test_any_text_is_a_parameter_or_explained_at_one_of_its_characters(text: str) -> None:
    try:
        parameter = parse_parameter(text)
    except NotationError as error:
        assert 0 <= error.offset <= len(text)
        assert str(error)
    else:
        assert (parameter.distribution is None) != (parameter.expression is None)
        assert str(parameter) == text
