from __future__ import annotations

from typing import Any

import pytest

from dlcli.core import Bound
from dlcli.spec.bound import check_bound


def test_a_text_and_what_was_checked_before_are_taken() -> None:
    assert check_bound("<= 5") == Bound("<=", 5.0) == check_bound(Bound("<=", 5.0))


@pytest.mark.parametrize("value", ["5", "== 5", "<= .inf", 5, None, ["<= 5"]])
def test_anything_else_is_refused_with_an_example(value: Any) -> None:
    with pytest.raises(ValueError, match='expected a comparison such as "<= 5", got'):
        check_bound(value)
