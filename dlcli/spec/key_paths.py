"""Where a value stands in a config: `model.layers[2].inputs` as text, `("model", "layers", 2, "inputs")` in code."""

from __future__ import annotations

import re

KeyPath = tuple[str | int, ...]

_STEP = re.compile(r"\.([^.\[\]=+\s]+)|\[(-?\d{1,9})\]")


def format_path(path: KeyPath) -> str:
    """`("model", "layers", 2)` as `model.layers[2]`."""
    steps = [f"[{step}]" if isinstance(step, int) else f".{step}" for step in path]
    return "".join(steps).removeprefix(".")


def parse_path(text: str) -> KeyPath:
    """`model.layers[2]` as `("model", "layers", 2)`.

    Raises:
        ValueError: the text is not a path, such as `a..b` or `a[x]`.
    """
    path: list[str | int] = []
    dotted, end = f".{text}" if text else "", 0
    while end < len(dotted):
        step = _STEP.match(dotted, end)
        if step is None:
            raise ValueError(f"{text!r} is not a path such as model.layers[0].linear.units")
        path.append(step.group(1) or int(step.group(2)))
        end = step.end()
    return tuple(path)
