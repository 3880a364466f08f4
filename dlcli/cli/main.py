"""Where the shell enters: run one command, and end in one line, one exit code and, with `--json`, one document.

Errors are reported and exit codes chosen here and nowhere else.
"""

from __future__ import annotations

import contextlib
import errno
import os
import signal
import sys
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, TextIO, cast

from dlcli.cli import console, encodable
from dlcli.cli.failed_result import FailedResultError
from dlcli.cli.notes_stream import NotesStream
from dlcli.cli.recovery import recovery_of
from dlcli.core import ConfigError, DataError, DlcliError, RunInterruptedError, StorageError
from dlcli.core.library_warnings import show_warning

if TYPE_CHECKING:
    from typer import TyperException


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command that `arguments` (default: the shell's) name, and return its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    _open_missing_streams()
    for stream in (sys.stdout, sys.stderr):
        encodable.degrade_to(stream)
    try:
        with _notes_never_fail():
            code = _run(words)
            sys.stdout.flush()
            sys.stderr.flush()
    except BrokenPipeError:  # the reader left, as in `dlcli list | head`
        code = _discard_output()
    except OSError as error:  # stdout goes to a full disk: there is no place for a document that says so
        with contextlib.suppress(OSError):
            sys.stderr.write(f"dlcli: the output cannot be written: {(error.strerror or str(error)).lower()}\n")
            sys.stderr.flush()
        code = _discard_output()
    return code


def _open_missing_streams() -> None:
    """Give a process that was started without streams, as in `dlcli list >&-`, ones that lead nowhere."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115


@contextlib.contextmanager
def _notes_never_fail() -> Iterator[None]:
    """Drop progress and remarks that cannot be written instead of ending the command."""
    stream = sys.stderr
    sys.stderr = cast("TextIO", NotesStream(stream))
    try:
        yield
    finally:
        sys.stderr = stream


def _run(words: list[str]) -> int:
    try:
        code = _invoke(words)
    except DlcliError as error:
        return _report(error, words)
    except FailedResultError as failed:
        return _report(failed.error, words, failed.document)
    except KeyboardInterrupt:
        return _report(_interrupted(), words)
    except BrokenPipeError:
        raise
    except OSError as error:
        return _report(_storage_error(error), words)
    except MemoryError as error:
        return _report(_memory_error(error), words)
    except RecursionError as error:
        return _report(DataError(f"a value is nested too deep to be read{_place_of(error)}"), words)
    except Exception as error:
        if _is_out_of_memory(error):
            return _report(_memory_error(error), words)
        return _report(_internal_error(error), words)  # a bug: even that is not shown as a bare traceback
    return _report(_interrupted(), words) if code == _interrupted().exit_code else code


def _invoke(words: list[str]) -> int:
    """The exit code of the command; what it raises goes through, a Ctrl-C comes back as 130."""
    import typer

    from dlcli.cli.app import command_line

    with warnings.catch_warnings(), _termination_raised():
        warnings.showwarning = show_warning
        try:
            return command_line()(words, prog_name="dlcli", standalone_mode=False) or 0
        except SystemExit as left:  # completion scripts, and a pipe whose reader left
            return left.code if isinstance(left.code, int) else 0
        except typer.TyperException as error:
            raise _usage_error(error) from error
        except typer.Abort:
            return _interrupted().exit_code


@contextlib.contextmanager
def _termination_raised() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end the command as an error does: said, and written into the run's record.

    A SIGHUP that is ignored, as under nohup, stays so.
    """

    def end(number: int, _frame: object) -> NoReturn:
        raise RunInterruptedError("terminated", signal_number=number)

    heeded = [it for it in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(it) != signal.SIG_IGN]
    before = {number: signal.signal(number, end) for number in heeded}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _report(error: DlcliError, words: Sequence[str], result: Mapping[str, Any] | None = None) -> int:
    """Say what went wrong on stderr, or in a document beside the result on stdout, and give the exit code."""
    if _wants_debugging(words) and sys.exc_info()[0] is not None:
        import traceback

        traceback.print_exc()
    if "--json" in words:
        console.print_document({**(result or {}), "error": error.to_json()})
    else:
        sys.stderr.write(f"{'' if error.file else 'dlcli: '}{error}{recovery_of(error)}\n")
    return error.exit_code


def _wants_debugging(words: Sequence[str]) -> bool:
    return "--debug" in words or os.environ.get("DLCLI_DEBUG", "") not in {"", "0"}


def _usage_error(error: TyperException) -> DlcliError:
    """A misspelt command or option, as the parser words it, with where to read more."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "dlcli"
    message = " ".join(error.format_message().split()).removesuffix(".")
    return ConfigError(f"{message[:1].lower()}{message[1:]} (see {command} --help)", code="usage")


def _interrupted() -> DlcliError:
    return RunInterruptedError("interrupted", signal_number=signal.SIGINT)


def _storage_error(error: OSError) -> DlcliError:
    if error.filename is None and error.errno == errno.ENOENT and _working_directory_is_gone():
        return StorageError("the working directory has been removed; change to another one", code="io_error")
    return StorageError(
        error.strerror or str(error), code="io_error", file=str(error.filename) if error.filename else None
    )


def _working_directory_is_gone() -> bool:
    try:
        Path.cwd()
    except OSError:
        return True
    return False


def _memory_error(error: BaseException) -> DlcliError:
    """What was being made, as far as the error says so; else where in dlcli it was."""
    return DlcliError(
        f"out of memory: {str(error) or 'the system has no more'}{_place_of(error)}", code="out_of_memory"
    )


def _is_out_of_memory(error: Exception) -> bool:
    """A library that could not be loaded, or a thread that could not be started, for want of memory."""
    if isinstance(error, ImportError):
        return "failed to map segment" in str(error) or "annot allocate memory" in str(error)
    return isinstance(error, RuntimeError) and "can't start new thread" in str(error)


def _place_of(error: BaseException) -> str:
    """The module of dlcli that was at work, such as ` (in dlcli.data.formats.csv)`."""
    import traceback

    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    names = [str(frame.f_globals.get("__name__", "")) for frame in frames]
    inner = next((name for name in reversed(names) if name.startswith("dlcli.") and name != __name__), None)
    return f" (in {inner})" if inner else ""


def _internal_error(error: Exception) -> DlcliError:
    """One line for a bug of `dlcli` itself; the traceback goes to a file that can be sent along with a report."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="dlcli-", suffix=".log", delete=False, encoding="utf-8") as log:
        log.write("".join(traceback.format_exception(error)))
    summary = " ".join(f"{type(error).__name__}: {error}".split())
    return DlcliError(
        f"internal error, not your mistake: {summary} (traceback in {log.name}; --debug shows it)",
        code="internal_error",
    )


def _discard_output() -> int:
    """Point both streams at nothing, so that the interpreter's last flush does not complain as well."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(nowhere, stream.fileno())
    return 1
