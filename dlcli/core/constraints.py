"""Types of numbers with a range, for the signatures of constructors; the config check enforces the range.

`learning_rate: PositiveFloat` is a plain `float` to Python and to mypy, and "greater than 0" in the YAML
schema, its error messages and the editor.
"""

from __future__ import annotations

from typing import Annotated

from annotated_types import Ge, Gt, Le, Lt

PositiveInt = Annotated[int, Gt(0)]
NonNegativeInt = Annotated[int, Ge(0)]
PositiveFloat = Annotated[float, Gt(0)]
NonNegativeFloat = Annotated[float, Ge(0)]
#: Dropout probability, smoothing or decay: 0 ≤ rate < 1.
Rate = Annotated[float, Ge(0), Lt(1)]
#: Share of a whole: 0 ≤ fraction ≤ 1.
Fraction = Annotated[float, Ge(0), Le(1)]
