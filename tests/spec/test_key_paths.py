from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlcli.spec import format_path, parse_path

STEPS = st.from_regex(r"[^.\[\]=+\s]+", fullmatch=True) | st.integers(0, 10**8)
PATHS = st.lists(STEPS).filter(lambda steps: not steps or isinstance(steps[0], str)).map(tuple)


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("", ()),
        ("seed", ("seed",)),
        ("model.layers[2].linear.units", ("model", "layers", 2, "linear", "units")),
        ("evaluation.metrics[-1]", ("evaluation", "metrics", -1)),
        ("a[0][1]", ("a", 0, 1)),
        ("evaluation.satisfice.dev/recall", ("evaluation", "satisfice", "dev/recall")),
    ],
)
def test_parse_path(text: str, path: tuple[str | int, ...]) -> None:
    assert parse_path(text) == path


@pytest.mark.parametrize("text", [".a", "a.", "a..b", "a[x]", "a[", "[0]", "a b", "a[1.5]", "a]"])
def test_other_texts_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="path"):
        parse_path(text)


@given(PATHS)
def test_parse_path_is_the_inverse_of_format_path(path: tuple[str | int, ...]) -> None:
    assert parse_path(format_path(path)) == path
