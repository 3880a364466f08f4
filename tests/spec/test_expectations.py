from __future__ import annotations

import math
from typing import Annotated, Any, ClassVar, Literal

import pytest
from annotated_types import Len

from dlcli.core import Fraction, NonNegativeInt, PositiveFloat, PositiveInt, Rate, registry, show
from dlcli.spec.expectations import describe, expected


class Schedule:
    registry_kind: ClassVar[str] = "schedule"


class Optimizer:
    registry_kind: ClassVar[str] = "optimizer"


@pytest.mark.parametrize(
    ("annotation", "words"),
    [
        (bool, "true or false"),
        (int, "an integer"),
        (float, "a number"),
        (str, "a string"),
        (PositiveInt, "an integer greater than 0"),
        (NonNegativeInt, "an integer at least 0"),
        (Rate, "a number at least 0 and less than 1"),
        (Fraction, "a number from 0 to 1"),
        (Literal["same", "valid"], "one of: same, valid"),
        (Literal["full"], "full"),
        (list[int], "a list of integers"),
        (list[PositiveInt], "a list of integers greater than 0"),
        (list[list[float]], "a list of lists of numbers"),
        (list[Literal["a", "b"]], "a list of names (a, b)"),
        (Annotated[list[int], Len(2, 2)], "a list of 2 integers"),
        (Annotated[list[Annotated[list[int], Len(3, 3)]], Len(2, 2)], "a list of 2 lists of 3 integers"),
        (list[str | int], "a list of strings or integers"),
        (list[Schedule], "a list of schedules"),
        (dict[str, float], "a mapping of names to numbers"),
        (PositiveFloat | None, "a number greater than 0 or null"),
        (PositiveInt | Literal["full"], "an integer greater than 0 or full"),
        (list[float] | Literal["balanced"] | None, "a list of numbers or balanced or null"),
        (Schedule | None, "a schedule (its name or {name: …, options}) or null"),
        (Optimizer, "an optimizer (its name or {name: …, options})"),
        (
            Annotated[dict[str, Any], registry.Described("initializer")],
            "an initializer (its name or {name: …, options})",
        ),
    ],
)
def test_describe(annotation: Any, words: str) -> None:
    assert describe(annotation) == words


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (None, "null"),
        (True, "true"),
        (3, "3"),
        (-0.5, "-0.5"),
        (math.inf, ".inf"),
        (-math.inf, "-.inf"),
        (math.nan, ".nan"),
        ("x", "'x'"),
        ([], "an empty list"),
        ([1, "a", None, []], "[1, 'a', null, …]"),
        (list(range(99)), "a list"),
        ({}, "an empty mapping"),
        ({"a": 1}, "a mapping"),
        ("x" * 200, f"'{'x' * 49}…'"),
    ],
)
def test_show(value: Any, words: str) -> None:
    assert show(value) == words


@pytest.mark.parametrize(
    ("annotation", "value", "message"),
    [
        (PositiveFloat, -1, "expected a number greater than 0, got -1"),
        (Literal["same", "valid"], "sam", "expected one of: same, valid; got 'sam'; did you mean same?"),
        (Literal["relu", "tanh"], "ReLU", "expected one of: relu, tanh; got 'ReLU'; did you mean relu?"),
        (list[int], "x", "expected a list of integers, got 'x'"),
        (list[int], 64, "expected a list of integers, got 64; write [64]"),
        (list[str], "a", "expected a list of strings, got 'a'; write [a]"),
        (list[Schedule], "cosine", "expected a list of schedules, got 'cosine'; write [cosine]"),
        (list[Literal["a", "b"]], "a", "expected a list of names (a, b), got 'a'; write [a]"),
        (list[int], True, "expected a list of integers, got true"),
        (PositiveInt | list[int], 0, "expected an integer greater than 0 or a list of integers, got 0"),
        (Annotated[list[int], Len(2, 2)], 3, "expected a list of 2 integers, got 3"),
        (float, "1e-3", "expected a number, got '1e-3'; remove the quotes"),
        (int, "1_000", "expected an integer, got '1_000'; write 1000"),
        (int, "1,000,000", "expected an integer, got '1,000,000'; write 1000000"),
        (float, "12,5", "expected a number, got '12,5'"),
        (Rate, "20%", "expected a number at least 0 and less than 1, got '20%'; write 0.2"),
        (float, math.inf, "expected a finite number, got .inf"),
        (int, 10.0, "expected an integer, got 10.0; write 10"),
        (int, 2.5, "expected an integer, got 2.5"),
        (int, math.nan, "expected an integer, got .nan"),
        (bool, "yes", "expected true or false, got 'yes'; write true"),
        (bool, "Off", "expected true or false, got 'Off'; write false"),
        (bool, "maybe", "expected true or false, got 'maybe'"),
        (str, 3, "expected a string, got 3; write it in quotes"),
        (float | None, "None", "expected a number or null, got 'None'; write null"),
    ],
)
def test_expected(annotation: Any, value: Any, message: str) -> None:
    assert expected(annotation, value) == message
