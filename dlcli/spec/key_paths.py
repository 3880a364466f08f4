"""Paths of values in a config: `model.layers[2].inputs` as text, `("model", "layers", 2, "inputs")` in code."""

from __future__ import annotations

import re

KeyPath = tuple[str | int, ...]

#: Maximum number of steps of a path, and depth of a config.
MAX_DEPTH = 50
_MAX_ECHO = 60

_STEP = re.compile(r"\.([^.\[\]=+\s]+)|\[(-?\d{1,9})\]")


def format_path(path: KeyPath) -> str:
    """Format a path such as `("model", "layers", 2)` as `model.layers[2]`."""
    steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in path]
    return "".join(steps).removeprefix(".")


def parse_path(text: str) -> KeyPath:
    """Parse a path such as `model.layers[2]` into `("model", "layers", 2)`.

    Raises:
        ValueError: The text is not a path, such as `a..b` or `a[x]`, or has too many steps.
    """
    path: list[str | int] = []
    dotted, end = f".{text}" if text else "", 0
    while end < len(dotted):
        step = _STEP.match(dotted, end)
        if step is None:
            excerpt = text if len(text) <= _MAX_ECHO else f"{text[:_MAX_ECHO]}…"
            raise ValueError(f"expected a path such as model.layers[0].linear.units, got {excerpt!r}")
        if len(path) == MAX_DEPTH:
            raise ValueError(f"more than {MAX_DEPTH} levels deep")
        path.append(step.group(1) or int(step.group(2)))
        end = step.end()
    return tuple(path)
