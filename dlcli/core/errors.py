"""What a user is told when something is wrong: one line, with the place and the nearest match.

Every mistake a user can make ends in a subclass of `DlcliError`. The command line prints it and exits with its
`exit_code`; nothing else prints errors or chooses exit codes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from dlcli.core.nearest_name import nearest_name
from dlcli.core.printable import printable

#: how many names a message lists
MOST_NAMES = 60


class DlcliError(Exception):
    """A failure that is explained to the user in one line.

    Args:
        message: what was found and what was expected, without the place.
        file: the file the mistake is in, as the user named it.
        line: 1-based line in `file`.
        column: 1-based column in `line`.
        key: dotted path of the key, such as `optimizer.learning_rate`.
    """

    kind: ClassVar[str] = "run_failed"
    exit_code: int = 1

    def __init__(
        self,
        message: str,
        *,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
        key: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.file = file
        self.line = line
        self.column = column
        self.key = key

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        head = " ".join(part for part in (place, self.key) if part)
        return printable(f"{head}: {self.message}" if head else self.message)

    def to_json(self) -> dict[str, Any]:
        """The fields of the `error` document that `--json` prints."""
        return {
            "kind": self.kind,
            "message": self.message,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "key": self.key,
        }


class ConfigError(DlcliError):
    """The command line or a config asks for something that cannot be (exit 2)."""

    kind = "config"
    exit_code = 2


class DataError(DlcliError):
    """The data is missing, unreadable, or not what the config says it is (exit 3)."""

    kind = "data"
    exit_code = 3


class GateError(DlcliError):
    """A threshold the user set was not met: a gradient check, `--fail-under`, a constraint (exit 4)."""

    kind = "gate"
    exit_code = 4


class DivergedError(DlcliError):
    """Training left the finite numbers (exit 5)."""

    kind = "diverged"
    exit_code = 5


class SweepFailedError(DlcliError):
    """A sweep ended with trials that failed (exit 6).

    Args:
        message: which, and why.
        sweep: the name of its folder.
    """

    kind = "sweep"
    exit_code = 6

    def __init__(self, message: str, *, sweep: str) -> None:
        super().__init__(message)
        self.sweep = sweep


class PrunedError(DlcliError):
    """A trial of a sweep was ended early, as it had little hope; the sweep goes on."""

    kind = "pruned"


class StorageError(DlcliError):
    """A file of a run could not be written or read back: full disk, no permission, damaged file (exit 1)."""

    kind = "storage"
    exit_code = 1


class RunInterruptedError(DlcliError):
    """A signal ended the run after its checkpoint was written (exit 130 for SIGINT, 143 for SIGTERM)."""

    kind = "interrupted"

    def __init__(self, message: str, *, signal_number: int) -> None:
        super().__init__(message)
        self.exit_code = 128 + signal_number


class InvalidConfigError(ConfigError):
    """All the mistakes of a config at once, in the order in which they stand in the file; those without a line last."""

    def __init__(self, problems: Sequence[ConfigError]) -> None:
        ordered = sorted(problems, key=lambda it: (it.line is None, it.line or 0, it.column or 0))
        first = ordered[0]
        super().__init__(first.message, file=first.file, line=first.line, column=first.column, key=first.key)
        self.problems = ordered

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)

    def to_json(self) -> dict[str, Any]:
        return super().to_json() | {"problems": [problem.to_json() for problem in self.problems]}


def unknown_name(what: str, found: str, candidates: Iterable[str]) -> str:
    """The message for a name that is not one of `candidates`: the nearest match first, then all of them.

    >>> unknown_name("key", "learning_rat", ["learning_rate", "epsilon"])
    'unknown key; did you mean learning_rate? (epsilon, learning_rate)'
    """
    names = sorted(set(candidates))
    near = nearest_name(found, names)
    hint = "expected one of these:" if near is None else f"did you mean {near}?"
    listed = ", ".join(names[:MOST_NAMES]) + (f", … {len(names)} in all" if len(names) > MOST_NAMES else "")
    return f"unknown {what}; {hint} ({listed})" if names else f"unknown {what}; none is allowed here"
