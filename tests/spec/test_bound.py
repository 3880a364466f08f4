from __future__ import annotations

from typing import Any

import pytest

from dlcli.core import Bound
from dlcli.spec.bound import check_bound


def test_strings_and_bounds_are_accepted() -> None:
    assert check_bound("<= 5") == Bound("<=", 5.0) == check_bound(Bound("<=", 5.0))


@pytest.mark.parametrize("value", ["5", "== 5", "<= .inf", 5, None, ["<= 5"]])
def test_other_values_are_refused_with_an_example(value: Any) -> None:
    with pytest.raises(ValueError, match='"<= 5"'):
        check_bound(value)
