from __future__ import annotations

import math
from typing import Any

import pytest

from dlcli.spec.scalars import plain_scalar

# the examples of https://yaml.org/spec/1.2.2/#1032-tag-resolution, then scalars with another value in YAML 1.1
CORE_SCHEMA: list[tuple[str, Any]] = [
    ("", None),
    ("~", None),
    ("null", None),
    ("Null", None),
    ("NULL", None),
    ("true", True),
    ("True", True),
    ("FALSE", False),
    ("0", 0),
    ("-19", -19),
    ("+12", 12),
    ("0o7", 7),
    ("0x3A", 58),
    ("0.", 0.0),
    ("-0.0", -0.0),
    (".5", 0.5),
    ("+12e03", 12000.0),
    ("-2E+05", -200000.0),
    (".inf", math.inf),
    ("-.Inf", -math.inf),
    ("+.INF", math.inf),
    ("1e-3", 0.001),
    ("1E5", 1e5),
    ("1e999", math.inf),
    ("010", 10),
    ("0o10", 8),
    ("0x1F", 31),
]
TEXTS = [
    *(
        "yes",
        "no",
        "on",
        "off",
        "y",
        "n",
        "Yes",
        "NO",
        "tRue",
        "nULL",
        "none",
        "None",
        "nan",
        "inf",
        "NaN",
        ".Nan",
        ".iNF",
    ),
    *("1_000", "1,000", "1:30", "190:20:30", "0b1010", "0X1F", "0O7", "-0x1F", "0o8", "0xG", "1e", "e5", "."),
    *("2024-05-01", "2024-05-01T10:00:00Z", "1.2.3", "+", "-", "--1", "1-", "=", "<<", "<= 5", "٣", "1\n"),
]


@pytest.mark.parametrize(("text", "value"), CORE_SCHEMA)
def test_core_schema(text: str, value: Any) -> None:
    result = plain_scalar(text)
    assert (result, type(result)) == (value, type(value))


@pytest.mark.parametrize("text", TEXTS)
def test_everything_else_is_a_string(text: str) -> None:
    assert plain_scalar(text) == text


@pytest.mark.parametrize("text", [".nan", ".NaN", ".NAN"])
def test_not_a_number(text: str) -> None:
    result = plain_scalar(text)
    assert isinstance(result, float)
    assert math.isnan(result)


@pytest.mark.parametrize("text", ["9" * 5000, "0x" + "f" * 5000, "1." + "0" * 500])
def test_very_long_numbers_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="too long"):
        plain_scalar(text)
