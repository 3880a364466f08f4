"""Ranges that constructors state in their signatures; the config check enforces them.

`learning_rate: PositiveFloat` is a plain `float` to Python and to mypy, and "greater than 0" to the YAML
schema, its error messages and the editor.
"""

from __future__ import annotations

from typing import Annotated

from annotated_types import Ge, Gt, Le, Lt

PositiveInt = Annotated[int, Gt(0)]
NonNegativeInt = Annotated[int, Ge(0)]
PositiveFloat = Annotated[float, Gt(0)]
NonNegativeFloat = Annotated[float, Ge(0)]
#: a probability of dropping, a smoothing, a decay: 0 ≤ rate < 1
Rate = Annotated[float, Ge(0), Lt(1)]
#: a share of a whole, both ends allowed
Fraction = Annotated[float, Ge(0), Le(1)]
