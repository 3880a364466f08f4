from __future__ import annotations

from typing import get_args

from dlcli.core import ERROR_CODES, ErrorCode


def test_every_code_has_a_meaning_in_the_order_of_the_type() -> None:
    assert tuple(ERROR_CODES) == get_args(ErrorCode)
