from __future__ import annotations

import pytest

from dlcli.sweeps.config.brackets import depths
from dlcli.sweeps.config.notation_error import NotationError


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a(b)c", [0, 1, 1, 0, 0]),
        ("([{}])", [1, 2, 3, 2, 1, 0]),
        ("')'(", None),
        ("('(')", [1, 1, 1, 1, 0]),
        ("don't (", None),
        ("don't ()", [0, 0, 0, 0, 0, 0, 1, 0]),
        ("", []),
    ],
)
def test_depths(text: str, found: list[int] | None) -> None:
    if found is None:
        with pytest.raises(NotationError, match="is not closed") as caught:
            depths(text)
        assert caught.value.offset == text.index("(")
    else:
        assert depths(text) == found


@pytest.mark.parametrize(
    ("text", "offset", "message"),
    [
        ("a(b", 1, "this ( is not closed"),
        ("a[b)", 1, "this [ is not closed"),
        ("({)}", 1, "this { is not closed"),
        ("a)b", 1, "there is no ( before this )"),
        ("[]]", 2, "there is no [ before this ]"),
    ],
)
def test_brackets_without_counterpart(text: str, offset: int, message: str) -> None:
    with pytest.raises(NotationError, match=r"not closed|there is no") as caught:
        depths(text)
    assert (str(caught.value), caught.value.offset) == (message, offset)
