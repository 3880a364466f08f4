"""One figure of the benchmark, the bar it is held against, and what the same thing is elsewhere."""

from __future__ import annotations

import operator
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Literal


@dataclass(frozen=True)
class Result:
    """
    Args:
        what: the figure in words.
        value: None when it could not be measured.
        unit: "s", or "" for a share.
        comparison: how `value` stands to `bar` when the bar is reached.
        bar: None for a figure that is only worth knowing.
        beside: Same figure of rivals.
        note: Reason why there is no value.
    """

    headings: ClassVar[tuple[str, ...]] = ("what", "figure", "bar", "rival", "")

    what: str
    value: float | None
    unit: str = ""
    comparison: Literal["<=", ">="] = "<="
    bar: float | None = None
    beside: Mapping[str, float] = field(default_factory=dict)
    note: str = ""

    @property
    def reached(self) -> bool | None:
        if self.value is None or self.bar is None:
            return None
        return (operator.le if self.comparison == "<=" else operator.ge)(self.value, self.bar)

    def cells(self) -> list[str]:
        verdict = self.note or {True: "reached", False: "MISSED", None: ""}[self.reached]
        sign = {"<=": "≤", ">=": "≥"}[self.comparison]
        return [
            self.what,
            self._text(self.value),
            f"{sign} {self._text(self.bar)}" if self.bar is not None else "",
            ", ".join(f"{name} {self._text(value)}" for name, value in self.beside.items()),
            verdict,
        ]

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"reached": self.reached}

    def _text(self, value: float | None) -> str:
        if value is None:
            return "–"
        return f"{value:.2f} {self.unit}" if self.unit else f"{value:.4f}"
