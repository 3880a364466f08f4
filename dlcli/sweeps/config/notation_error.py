"""Error in the notation of a parameter."""

from __future__ import annotations


class NotationError(ValueError):
    """Text that is neither a distribution nor an expression.

    Args:
        message: Description of the problem.
        offset: Offset of the problem in the text, from 0.
    """

    def __init__(self, message: str, offset: int = 0) -> None:
        super().__init__(message)
        self.offset = offset
