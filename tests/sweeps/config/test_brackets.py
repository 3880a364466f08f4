"""Depths of brackets."""

from __future__ import annotations

import pytest

from dlcli.sweeps.config.brackets import bracket_depths
from dlcli.sweeps.config.notation_error import NotationError


@pytest.mark.parametrize(
    ("text", "depths"),
    [
        ("a(b)c", [0, 1, 1, 0, 0]),
        ("([{}])", [1, 2, 3, 2, 1, 0]),
        ("('(')", [1, 1, 1, 1, 0]),
        ("don't ()", [0, 0, 0, 0, 0, 0, 1, 0]),
        ("", []),
    ],
)
def test_bracket_depths(text: str, depths: list[int]) -> None:
    assert bracket_depths(text) == depths


@pytest.mark.parametrize(
    ("text", "offset"), [("a(b", 1), ("a[b)", 1), ("({)}", 1), ("a)b", 1), ("[]]", 2), ("')'(", 3), ("don't (", 6)]
)
def test_unmatched_brackets(text: str, offset: int) -> None:
    with pytest.raises(NotationError) as caught:
        bracket_depths(text)
    assert caught.value.offset == offset
    assert text[offset] in str(caught.value)
