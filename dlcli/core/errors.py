"""Errors for users: one line each, with the location and the nearest match.

Every mistake that a user can make raises a subclass of `DlcliError`. The command line prints it and exits with its
`exit_code`; nothing else prints errors or chooses exit codes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from dlcli.core.error_codes import ErrorCode
from dlcli.core.nearest_name import nearest_name
from dlcli.core.printable import printable

#: Maximum number of names that a message lists.
MAX_NAMES = 60


class DlcliError(Exception):
    """A failure that is explained to the user in one line.

    Args:
        message: What is wrong and what was expected, without the location.
        code: Stable name of the kind of error; None for the general code of the class.
        file: File that contains the mistake, as the user named it.
        line: 1-based line in `file`.
        column: 1-based column in `line`.
        key: Dotted path of the option, such as `schedule.decay`, relative to the object that raises the error; `under`
            prefixes it on the way up, until it is a path in the config: `optimizer.schedule.decay`.
    """

    kind: ClassVar[str] = "run_failed"
    default_code: ClassVar[ErrorCode] = "run_failed"
    exit_code: int = 1

    def __init__(
        self,
        message: str,
        *,
        code: ErrorCode | None = None,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
        key: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.default_code
        self.file = file
        self.line = line
        self.column = column
        self.key = key

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part is not None)
        head = " ".join(part for part in (place, self.key) if part)
        return printable(f"{head}: {self.message}" if head else self.message)

    def move_under(self, path: str, renamed: Mapping[str, str]) -> None:
        """Prefix `key`, an option of the object that is built at `path`, with that path.

        The empty key stands for the object itself, and so does None in a `ConfigError`. An error with a file is already
        located and keeps its key.
        """
        if self.file is not None:
            return
        if self.key is None and not isinstance(self, ConfigError):
            return
        self.key = _config_key(self.key or "", path, renamed)

    def to_json(self) -> dict[str, Any]:
        """Return the fields of the `error` document that `--json` prints."""
        return {
            "kind": self.kind,
            "code": self.code,
            "message": self.message,
            "file": self.file,
            "line": self.line,
            "column": self.column,
            "key": self.key,
        }


class ConfigError(DlcliError):
    """An invalid command line or config (exit 2)."""

    kind = "config"
    default_code = "invalid_value"
    exit_code = 2


class DataError(DlcliError):
    """Data that is missing, unreadable, or does not match the config (exit 3)."""

    kind = "data"
    default_code = "invalid_data"
    exit_code = 3


class GateError(DlcliError):
    """A threshold of the user that was not met: a gradient check, `--fail-under`, a constraint (exit 4)."""

    kind = "gate"
    default_code = "gate_not_met"
    exit_code = 4


class DivergedError(DlcliError):
    """Training that produced values that are not finite (exit 5).

    Args:
        message: Where it happened, and what may help.
        remedies: Option → value that may help, each by itself; `under` makes the options paths in the config.
    """

    kind = "diverged"
    default_code = "diverged"
    exit_code = 5

    def __init__(self, message: str, *, remedies: Mapping[str, float] | None = None) -> None:
        super().__init__(message)
        self.remedies = dict(remedies or {})

    def move_under(self, path: str, renamed: Mapping[str, str]) -> None:
        super().move_under(path, renamed)
        self.remedies = {_config_key(option, path, renamed): value for option, value in self.remedies.items()}


class SweepFailedError(DlcliError):
    """A sweep that ended with failed trials (exit 6).

    Args:
        message: Trials that failed, and the reasons.
        sweep: Name of the sweep's folder.
    """

    kind = "sweep"
    default_code = "trial_failed"
    exit_code = 6

    def __init__(self, message: str, *, sweep: str) -> None:
        super().__init__(message)
        self.sweep = sweep


class PrunedError(DlcliError):
    """A trial of a sweep that was stopped early because it was unpromising; the sweep continues."""

    kind = "pruned"
    default_code = "pruned"


class StorageError(DlcliError):
    """A file of a run that cannot be written or read: full disk, no permission, damaged file (exit 1)."""

    kind = "storage"
    default_code = "damaged_file"
    exit_code = 1


class RunInterruptedError(DlcliError):
    """A run that a signal ended after its checkpoint was written (exit 130 for SIGINT, 143 for SIGTERM).

    Args:
        message: When the run was stopped.
        signal_number: Number of the signal.
        resumable: Id of the run that can be resumed; None if there is none.
    """

    kind = "interrupted"
    default_code = "interrupted"

    def __init__(self, message: str, *, signal_number: int, resumable: str | None = None) -> None:
        super().__init__(message)
        self.exit_code = 128 + signal_number
        self.resumable = resumable


class InvalidConfigError(ConfigError):
    """All mistakes of a config at once, in the order of the file; those without a line come last.

    Args:
        problems: One error for each mistake.
    """

    def __init__(self, problems: Sequence[ConfigError]) -> None:
        ordered = sorted(problems, key=lambda it: (it.line is None, it.line or 0, it.column or 0))
        first = ordered[0]
        super().__init__(
            first.message, code=first.code, file=first.file, line=first.line, column=first.column, key=first.key
        )
        self.problems = ordered

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)

    def move_under(self, path: str, renamed: Mapping[str, str]) -> None:
        super().move_under(path, renamed)
        for problem in self.problems:
            problem.move_under(path, renamed)

    def to_json(self) -> dict[str, Any]:
        return super().to_json() | {"problems": [problem.to_json() for problem in self.problems]}


@contextlib.contextmanager
def under(path: str, renamed: Mapping[str, str] | None = None) -> Iterator[None]:
    """Prefix the keys of errors that leave the block with `path`.

    An object knows the names of its arguments, but not their paths in a config. The code that builds it adds them:

    >>> with under("data", {"normalization": "data.normalize"}):
    ...     raise ConfigError("expected one number per channel, got 4", key="normalization.mean")
    Traceback (most recent call last):
    dlcli.core.errors.ConfigError: data.normalize.mean: expected one number per channel, got 4

    Args:
        path: Path of the object that is built in the block.
        renamed: Argument → path in the config, for arguments that a config does not have below `path`.
    """
    try:
        yield
    except DlcliError as error:
        error.move_under(path, renamed or {})
        raise


def _config_key(key: str, path: str, renamed: Mapping[str, str]) -> str:
    for argument in sorted(renamed, key=len, reverse=True):
        rest = key.removeprefix(argument)
        if rest != key and (not rest or rest[0] in ".["):
            return renamed[argument] + rest
    return f"{path}{'.' if path and key and not key.startswith('[') else ''}{key}"


def unknown_name(what: str, name: str, candidates: Iterable[str]) -> str:
    """Return the message for a name that is not one of `candidates`: the nearest match first, then all of them.

    >>> unknown_name("key", "learning_rat", ["learning_rate", "epsilon"])
    'unknown key; did you mean learning_rate? (epsilon, learning_rate)'
    """
    names = sorted(set(candidates))
    near = nearest_name(name, names)
    hint = "expected one of these:" if near is None else f"did you mean {near}?"
    listed = ", ".join(names[:MAX_NAMES]) + (f", … {len(names)} in all" if len(names) > MAX_NAMES else "")
    return f"unknown {what}; {hint} ({listed})" if names else f"unknown {what}; none is allowed here"
