from __future__ import annotations

from typing import Any

import pytest

from dlcli.comparison import Comparison
from dlcli.spec.comparison import check_comparison


def test_a_text_and_what_was_checked_before_are_taken() -> None:
    assert check_comparison("<= 5") == Comparison("<=", 5.0) == check_comparison(Comparison("<=", 5.0))


@pytest.mark.parametrize("value", ["5", "== 5", "<= .inf", 5, None, ["<= 5"]])
def test_anything_else_is_refused_with_an_example(value: Any) -> None:
    with pytest.raises(ValueError, match='expected a comparison such as "<= 5", found'):
        check_comparison(value)
