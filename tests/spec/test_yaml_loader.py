"""Values, their places, and limits of the reader; syntax errors are tested by the files in `broken/`."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from dlcli.core import DlcliError, InvalidConfigError
from dlcli.spec import load_yaml, parse_value, read_yaml, yaml_loader


@pytest.fixture(params=["CSafeLoader", "SafeLoader"], autouse=True)
def _parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Both parsers, as libyaml's is not available everywhere."""
    if not hasattr(yaml, request.param):
        pytest.skip("PyYAML has no libyaml here")
    monkeypatch.setattr(yaml_loader, "_PARSER", getattr(yaml, request.param))
    yield


def test_values_follow_yaml_1_2() -> None:
    text = "a: 1e-3\nb: no\nc: 010\nd: 0o10\ne: 2024-05-01\nf: ~\ng:\nh: '1'\ni: |\n  12\nj: true\nk: 1:30\n"
    assert load_yaml(text, "f").data == {
        "a": 0.001,
        "b": "no",
        "c": 10,
        "d": 8,
        "e": "2024-05-01",
        "f": None,
        "g": None,
        "h": "1",
        "i": "12\n",
        "j": True,
        "k": "1:30",
    }


def test_positions_of_keys_and_values() -> None:
    document = load_yaml("# comment\na: 1\nb:\n  c: [x, {d: 2}]\n  'e f': é\n", "f")
    assert document.position(("a",), key=True) == (2, 1)
    assert document.position(("a",)) == (2, 4)
    assert document.position(("b",), key=True) == (3, 1)
    assert document.position(("b",)) == (4, 3)
    assert document.position(("b", "c", 1, "d"), key=True) == (4, 11)
    assert document.position(("b", "c", 1, "d")) == (4, 14)
    assert document.position(("b", "e f")) == (5, 10)


def test_the_position_of_a_missing_value_is_that_of_its_parent() -> None:
    document = load_yaml("a:\n  b: {c: 1}\n", "f")
    assert document.position(("a", "b", "missing", 3)) == document.position(("a", "b")) == (2, 6)
    assert document.position(("missing",)) == (1, 1)


def test_columns_count_characters() -> None:
    assert load_yaml("{ключ: 1, λ: 𝛼, b: 2}", "f").position(("b",)) == (1, 20)


def test_a_byte_order_mark_and_document_markers_are_ignored() -> None:
    document = load_yaml("\ufeff---\na: 1\n...\n", "f")
    assert document.data == {"a": 1}
    assert document.position(("a",)) == (2, 4)


def test_aliases_are_copies_of_the_value() -> None:
    document = load_yaml("a: &x {b: [1]}\nc: *x\n", "f")
    assert document.data == {"a": {"b": [1]}, "c": {"b": [1]}}
    assert document.data["a"] is not document.data["c"]
    assert document.data["a"]["b"] is not document.data["c"]["b"]
    assert document.position(("c", "b", 0)) == (2, 4)


def test_an_anchor_may_be_defined_again() -> None:
    assert load_yaml("a: &x 1\nb: *x\nc: &x 2\nd: *x\n", "f").data == {"a": 1, "b": 1, "c": 2, "d": 2}


def test_all_duplicates_are_reported_and_the_first_value_kept() -> None:
    document = read_yaml("a: 1\nb: {c: 1, c: 2}\na: {d: 3, d: 4}\n", "f")
    assert document.data == {"a": 1, "b": {"c": 1}}
    assert [(problem.line, problem.column, problem.key) for problem in document.problems] == [
        (2, 11, "b.c"),
        (3, 1, "a"),
        (3, 11, "a.d"),
    ]
    with pytest.raises(InvalidConfigError):
        load_yaml(document.text, "f")


@pytest.mark.parametrize("text", ["a: \0", "a: \x07", "a: '\x1b[31m'", "a: \ud800", "a: \ufffe"])
def test_control_characters_and_surrogates_are_refused(text: str) -> None:
    with pytest.raises(InvalidConfigError) as caught:
        load_yaml(f"x: é\n{text}", "f")
    assert (caught.value.line, caught.value.code) == (2, "syntax_error")


@pytest.mark.parametrize("depth", [60, 1000, 20_000])
@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? "])
def test_nesting_is_bounded(opening: str, depth: int) -> None:
    with pytest.raises(DlcliError):
        load_yaml("a:\n " + opening * depth, "f")


def test_nesting_through_aliases_is_bounded() -> None:
    lines = [f"a{index}: &a{index} {'[' * 40}{f'*a{index - 1}' if index else ''}{']' * 40}" for index in range(50)]
    with pytest.raises(InvalidConfigError, match="levels deep"):
        load_yaml("\n".join(lines), "f")


def test_an_alias_bomb_is_refused_quickly() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 30)]
    started = time.perf_counter()
    with pytest.raises(InvalidConfigError, match="100,000"):
        load_yaml("\n".join(lines), "f")
    assert time.perf_counter() - started < 5


def test_too_large_a_text_is_refused() -> None:
    with pytest.raises(InvalidConfigError, match="1,000,000"):
        load_yaml("a: " + "x" * 1_000_000, "f")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1e-3", 0.001),
        ("[64, 32]", [64, 32]),
        ("{name: sgd, nesterov: true}", {"name": "sgd", "nesterov": True}),
        ("dev/error", "dev/error"),
        ("<= 5", "<= 5"),
        ("", None),
        ("'1'", "1"),
        ("no", "no"),
    ],
)
def test_parse_value(text: str, value: Any) -> None:
    assert parse_value(text) == value


@pytest.mark.parametrize("text", ["[1", "{a: 1, a: 2}", "*x", "a: b: c", "\t- a", "\0", "!!int 3", "--- 1\n--- 2"])
def test_parse_value_refuses_invalid_yaml(text: str) -> None:
    with pytest.raises(DlcliError):
        parse_value(text)


@given(st.text(alphabet=st.sampled_from("ab1:-[]{},&*!|>'\"%@`#? \t\n\\.~e"), max_size=40))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        data = load_yaml(text, "f").data
    except DlcliError as error:
        assert error.message
    else:
        assert isinstance(data, dict)
        assert all(isinstance(key, str) for key in data)


def test_non_finite_numbers_are_numbers() -> None:
    data = load_yaml("a: .inf\nb: -.inf\nc: .nan\n", "f").data
    assert (data["a"], data["b"]) == (math.inf, -math.inf)
    assert math.isnan(data["c"])
