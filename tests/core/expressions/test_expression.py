"""Results of arithmetic and conditions, and the place of errors in their text."""

from __future__ import annotations

import copy
import math
import pickle
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcli.core import Condition, Expression, ExpressionError

VALUES = {"width": 64, "depth": 3, "rate": 0.5, "name": "adam", "units": [8, 4], "flag": True, "model.layers[0].n": 2}


def evaluate(text: str) -> Any:
    return Expression.parse(text).evaluate(VALUES)


def failure(parse: Any, text: str) -> ExpressionError:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert "\n" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("width", 64),
        ("width * 2 + 1", 129),
        ("width / 2", 32.0),
        ("width // 5 % 5", 2),
        ("2 ** depth ** 2", 512),
        ("-(width - 1e2)", 36.0),
        ("- 2 ** 2", -4),
        ("[width] * depth", [64, 64, 64]),
        ("depth * [width, 1]", [64, 1, 64, 1, 64, 1]),
        ("[width] * 0", []),
        ("units + [[name]]", [8, 4, ["adam"]]),
        ("[width // 2 ** 1, width]", [32, 64]),
        ("model.layers[0].n * 2", 4),
        ("name", "adam"),
        ("flag", True),
        ("min(width, 3 * depth, 10)", 9),
        ("max(rate)", 0.5),
        ("round(2.5) + floor(2.7) + ceil(2.2) + int(-2.7)", 5),  # 2 + 2 + 3 − 2
        ("sqrt(16) + log2(8) + log10(100) + exp(0) + abs(-1)", 11.0),
        ("  width\n+ 1 ", 65),
    ],
)
def test_values(text: str, value: Any) -> None:
    result = evaluate(text)
    assert result == value
    assert type(result) is type(value)


NUMBER = st.integers(0, 20).map(str) | st.floats(0, 20, allow_subnormal=False).map(lambda number: f"{number:.3f}")
TREE = st.recursive(
    NUMBER,
    lambda inner: (
        st.tuples(inner, st.sampled_from(["+", "-", "*"]), inner).map(" ".join)
        | inner.map("({})".format)
        | inner.map("-({})".format)
    ),
    max_leaves=12,
)


@given(TREE)
def test_arithmetic_is_that_of_python(text: str) -> None:
    assert Expression.parse(text).evaluate({}) == eval(text)


def test_names() -> None:
    assert Expression.parse("a.b[0].c * max(d, e[-1]) + [f] * 2").names == {"a.b[0].c", "d", "e[-1]", "f"}
    condition = Condition.parse("a == b and (not c.d in [e] or f > 1)")
    assert condition.names == {"a", "c.d", "f"}
    assert condition.literals == {"a": ("b",), "c.d": ("e",), "f": (1,)}


def test_a_name_without_a_value_is_a_key_error() -> None:
    with pytest.raises(KeyError, match=r"a\.b"):
        Expression.parse("1 + a.b").evaluate({})


def test_results_share_no_lists_with_the_values() -> None:
    values = {"units": [8]}
    for text in ("units", "[units] * 2", "units + units"):
        result = Expression.parse(text).evaluate(values)
        result.append(1)
        if isinstance(result[0], list):
            result[0].append(1)
            assert result[1] == [8]
    assert values == {"units": [8]}


@pytest.mark.parametrize(
    ("text", "offset", "words"),
    [
        ("", 0, "unexpected end"),
        ("  1 + ", 6, "unexpected end"),
        (" (1", 1, "never closed"),
        ("1)", 1, "unmatched"),
        ("é + a b", 6, "unexpected b"),
        ("a # b", 2, "unexpected #"),
        ("1or 2", 0, "unexpected"),
        ("1 + rond(2)", 4, "did you mean round?"),
        ("é + exec(2)", 4, "unknown function"),
        ("a.b(2)", 0, "expected numbers, parameters"),
        ("log2(1, 2)", 0, "one number, got 2"),
        ("1 + min()", 4, "numbers, got 0"),
        ("round(a, key=1)", 0, "expected numbers"),
        ("min(*a)", 4, "expected numbers"),
        ("a if b else c", 0, "expected numbers"),
        ("lambda: 1", 0, "expected numbers"),
        ("[x for x in y]", 0, "expected numbers"),
        ("1 + 'a'", 4, "expected numbers"),
        ("1j", 0, "expected numbers"),
        ("1 + True", 4, "expected numbers"),
        ("a[1:2]", 0, "expected numbers"),
        ("a['b']", 0, "expected numbers"),
        ("(a + b).c", 1, "expected numbers"),
        ("a << 2", 0, "expected numbers"),
        ("a and b", 0, "expected numbers"),
        ("(x := 1)", 1, "expected numbers"),
        ("f'{a}'", 0, "expected numbers"),
        ("+" * 1001, 0, "too long"),
        ("-" * 900 + "1", 0, "more than 100 levels"),
        ("(" * 250 + "1" + ")" * 250, 200, "unexpected ("),
        ("\ud800", 0, "invalid characters"),
    ],
)
def test_texts_that_are_not_expressions(text: str, offset: int, words: str) -> None:
    error = failure(Expression.parse, text)
    assert words in str(error)
    assert error.offset == offset


@pytest.mark.parametrize(
    ("text", "offset", "words"),
    [
        ("1 + 1 / (depth - 3)", 4, "division by zero"),
        ("1 % 0", 0, "division by zero"),
        ("0 ** -1", 0, "division by zero"),
        ("9 ** 9 ** 9", 0, "too large"),
        ("10.0 ** 400", 0, "too large"),
        ("exp(1000)", 0, "too large"),
        ("1e308 * 10", 0, "finite number"),
        ("1e999", 0, "finite number"),
        ("9" * 400, 0, "too large"),
        ("(-8) ** 0.5", 0, "finite number"),
        ("sqrt(-1)", 0, "finite number"),
        ("1 + log2(0)", 4, "0 has no logarithm"),
        ("log10(-1)", 0, "-1 has no logarithm"),
        ("[1] * 1001", 0, "more than 1000 items"),
        ("[[1] * 100] * 10", 0, "more than 1000 items"),
        ("[1] * 600 + [2] * 600", 0, "more than 1000 items"),
        ("[1] * -1", 0, "integer, got -1"),
        ("[1] * rate", 0, "integer, got 0.5"),
        ("[1] * [1]", 0, "integer, got [1]"),
        ("[1] + 1", 0, "expected a number, got [1]"),
        ("name + 1", 0, "expected a number, got 'adam'"),
        ("name * 2", 0, "expected a number, got 'adam'"),
        ("flag + 1", 0, "expected a number, got True"),
        ("-units", 0, "expected a number, got [8, 4]"),
        ("max(units)", 0, "expected a number"),
    ],
)
def test_undefined_results(text: str, offset: int, words: str) -> None:
    error = failure(evaluate, text)
    assert words in str(error)
    assert error.offset == offset


def test_large_results_are_refused_quickly() -> None:
    started = time.perf_counter()
    for text in ("9 ** 9 ** 9 ** 9", "[[[[[1] * 999] * 999] * 999] * 999] * 999", "7 ** 7 ** 7 % 10"):
        failure(evaluate, text)
    assert time.perf_counter() - started < 1


@given(st.text("ab.[]()+-*/% 019,'\"\\#\n=<>!é", max_size=30) | st.text(max_size=20))
def test_any_text_is_parsed_or_refused_with_a_place_in_it(text: str) -> None:
    for kind in (Expression, Condition):
        try:
            kind.parse(text)
        except ExpressionError as error:
            assert 0 <= error.offset <= len(text)
            assert str(error)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("name == adam", True),
        ("name != 'adam'", False),
        ("name in [adam, adamw]", True),
        ("name not in [adam, adamw]", False),
        ("depth < 3", False),
        ("depth <= 3 and width > 63.5", True),
        ("depth >= 4 or rate == 0.5", True),
        ("not (depth == 3 and name == sgd)", True),
        ("flag == true", True),
        ("flag == True", True),
        ("flag == 1", False),  # as in YAML, where true is not 1
        ("depth == 3.0", True),
        ("depth > -1", True),
        ("units == [8, 4]", True),
        ("name != null", True),
        ("name == None", False),
        ("model.layers[0].n == 2", True),
    ],
)
def test_conditions(text: str, holds: bool) -> None:
    assert Condition.parse(text).holds(VALUES) is holds


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("gone == 1", False),
        ("gone != 1", False),
        ("not gone == 1", False),
        ("gone in [1]", False),
        ("gone > 1 or depth == 3", True),
        ("gone > 1 and depth == 3", False),
        ("not (gone > 1 and depth == 4)", True),
        ("not (gone > 1 or depth == 4)", False),
    ],
)
def test_the_comparison_of_a_parameter_without_a_value_is_unknown(text: str, holds: bool) -> None:
    assert Condition.parse(text).holds(VALUES) is holds


@pytest.mark.parametrize(
    ("text", "offset", "words"),
    [
        ("name", 0, "expected comparisons"),
        ("name = adam", 5, "unexpected ="),
        ("name == ", 8, "unexpected end"),
        ("3 < depth", 0, "expected comparisons"),
        ("depth and name == adam", 0, "expected comparisons"),
        ("1 < depth < 3", 0, "expected comparisons"),
        ("a == 1 and name is adam", 11, "expected comparisons"),
        ("name in adam", 8, "expected a list"),
        ("name == same-pad", 8, "expected a number"),
        ("name == f(x)", 8, "expected a number"),
        ("name == (1, 2)", 8, "expected a number"),
        (r"name == '\d'", 8, "unexpected"),
    ],
)
def test_texts_that_are_not_conditions(text: str, offset: int, words: str) -> None:
    error = failure(Condition.parse, text)
    assert words in str(error)
    assert error.offset == offset


def test_only_numbers_have_an_order() -> None:
    for text in ("name < 3", "depth < adam", "flag >= 0", "units > 1"):
        assert "expected a number" in str(failure(lambda text: Condition.parse(text).holds(VALUES), text))


def test_identity_is_that_of_the_text() -> None:
    for one in (Expression.parse(" a + 1"), Condition.parse("a == b ")):
        assert str(one) == one.text
        assert one == type(one).parse(one.text)
        assert one in {one}
        assert pickle.loads(pickle.dumps(one)) == one == copy.deepcopy(one)


def test_the_largest_results_are_finite() -> None:
    assert evaluate("1.7e308") == 1.7e308
    assert math.isfinite(evaluate("2 ** 1023"))
    assert len(evaluate("[1] * 1000")) == 1000
