"""Mistakes in a config, passed from the validators through pydantic to the code that finds their places in the file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from pydantic import ValidationError
from pydantic_core import InitErrorDetails, PydanticCustomError

from dlcli.core import ErrorCode
from dlcli.spec.key_paths import KeyPath

#: Codes of mistakes that are not about a value: an unknown key, a missing key, and the number of further mistakes.
UNKNOWN_KEY: ErrorCode = "unknown_key"
MISSING_KEY: ErrorCode = "missing_key"
FURTHER: ErrorCode = "further_mistakes"
#: Maximum number of mistakes of a section that are described; only files that are not configs have more.
MAX_MISTAKES = 100


class Mistake:
    """One mistake in a config.

    Args:
        path: Path of the value or key, relative to the section that reports it.
        message: Text for the user.
        code: Stable name of the kind of mistake, which is also the type of pydantic's error.
        offset: Index of the wrong character in a string.
    """

    def __init__(self, path: KeyPath, message: str, code: ErrorCode = "invalid_value", *, offset: int = 0) -> None:
        self.path = path
        self.message = message
        self.code = code
        self.offset = offset

    def below(self, *path: str | int) -> Mistake:
        """Return the same mistake relative to the section that contains this one at `path`."""
        return Mistake((*path, *self.path), self.message, self.code, offset=self.offset)

    def for_pydantic(self) -> InitErrorDetails:
        """Return the details of pydantic's error."""
        error = PydanticCustomError(self.code, "{message}", {"message": self.message, "offset": self.offset})
        return InitErrorDetails(type=error, loc=self.path, input=None)


def validation_error(mistakes: Iterable[Mistake]) -> ValidationError:
    """Return the exception that a validator raises for mistakes."""
    return ValidationError.from_exception_data("config", [mistake.for_pydantic() for mistake in mistakes])


def mistakes_of(error: ValidationError) -> list[Mistake]:
    """Return the mistakes in an exception that a section raised."""
    return [
        Mistake(
            details["loc"], details["ctx"]["message"], cast(ErrorCode, details["type"]), offset=details["ctx"]["offset"]
        )
        for details in error.errors(include_url=False, include_input=False)
    ]
