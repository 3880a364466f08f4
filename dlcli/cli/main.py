"""Entry point of the command line: run one command; an error ends in one line, or with `--json` in one document.

Only this module reports errors and chooses exit codes.
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
    """Run a command and return its exit code.

    Args:
        arguments: Command and its arguments; None for those of the process.
    """
    words = list(sys.argv[1:] if arguments is None else arguments) or ["--help"]
    _open_missing_streams()
    for stream in (sys.stdout, sys.stderr):
        encodable.degrade_to(stream)
    try:
        with _notes_never_fail():
            code = _run(words)
            sys.stdout.flush()
            sys.stderr.flush()
    except BrokenPipeError:  # the reader has closed the pipe, as in `dlcli list | head`
        code = _discard_output()
    except OSError as error:  # such as a full disk behind stdout, where no error document can be written either
        with contextlib.suppress(OSError):
            sys.stderr.write(f"dlcli: the output cannot be written: {(error.strerror or str(error)).lower()}\n")
            sys.stderr.flush()
        code = _discard_output()
    return code


def _open_missing_streams() -> None:
    """Connect streams that the process was started without, as in `dlcli list >&-`, to the null device."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: PTH123, SIM115


@contextlib.contextmanager
def _notes_never_fail() -> Iterator[None]:
    """Discard progress and warnings that cannot be written to stderr instead of ending the command."""
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
        return _report(DataError(f"a value is nested too deeply{_module_of(error)}"), words)
    except Exception as error:
        if _is_out_of_memory(error):
            return _report(_memory_error(error), words)
        return _report(_internal_error(error), words)  # a bug of dlcli
    return _report(_interrupted(), words) if code == _interrupted().exit_code else code


def _invoke(words: list[str]) -> int:
    """Run the command and return its exit code, 130 after Ctrl-C; its errors are raised."""
    import typer

    from dlcli.cli.app import command_line

    with warnings.catch_warnings(), _raise_on_termination():
        warnings.showwarning = show_warning
        try:
            return command_line()(words, prog_name="dlcli", standalone_mode=False) or 0
        except SystemExit as exit_request:  # of completion scripts, and of a closed pipe
            return exit_request.code if isinstance(exit_request.code, int) else 0
        except typer.TyperException as error:
            raise _usage_error(error) from error
        except typer.Abort:
            return _interrupted().exit_code


@contextlib.contextmanager
def _raise_on_termination() -> Iterator[None]:
    """Raise an error on SIGTERM and SIGHUP, so that it is reported and recorded in the run.

    A SIGHUP that is ignored, as under nohup, stays ignored.
    """

    def terminate(number: int, _frame: object) -> NoReturn:
        raise RunInterruptedError("terminated", signal_number=number)

    signals = [number for number in (signal.SIGTERM, signal.SIGHUP) if signal.getsignal(number) != signal.SIG_IGN]
    previous_handlers = {number: signal.signal(number, terminate) for number in signals}
    try:
        yield
    finally:
        for number, handler in previous_handlers.items():
            signal.signal(number, handler)


def _report(error: DlcliError, words: Sequence[str], result: Mapping[str, Any] | None = None) -> int:
    """Report an error on stderr, or with the result in a document on stdout, and return the exit code."""
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
    """Return the error for a misspelled command or option, with the parser's message and the help command."""
    context = getattr(error, "ctx", None)
    command = context.command_path if context is not None else "dlcli"
    message = " ".join(error.format_message().split()).removesuffix(".")
    return ConfigError(f"{message[:1].lower()}{message[1:]} (see {command} --help)", code="usage")


def _interrupted() -> DlcliError:
    return RunInterruptedError("interrupted", signal_number=signal.SIGINT)


def _storage_error(error: OSError) -> DlcliError:
    if error.filename is None and error.errno == errno.ENOENT and _is_working_directory_removed():
        return StorageError("the working directory has been removed; change to another one", code="io_error")
    return StorageError(
        error.strerror or str(error), code="io_error", file=str(error.filename) if error.filename else None
    )


def _is_working_directory_removed() -> bool:
    try:
        Path.cwd()
    except OSError:
        return True
    return False


def _memory_error(error: BaseException) -> DlcliError:
    """Return the error for memory that ran out, with the message of the system and the module of dlcli."""
    return DlcliError(f"out of memory: {str(error) or 'an allocation failed'}{_module_of(error)}", code="out_of_memory")


def _is_out_of_memory(error: Exception) -> bool:
    """Return whether a library could not be loaded, or a thread not started, because memory ran out."""
    if isinstance(error, ImportError):
        return "failed to map segment" in str(error) or "annot allocate memory" in str(error)
    return isinstance(error, RuntimeError) and "can't start new thread" in str(error)


def _module_of(error: BaseException) -> str:
    """Return the innermost module of dlcli in the traceback, such as ` (in dlcli.data.formats.csv)`."""
    import traceback

    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    names = [str(frame.f_globals.get("__name__", "")) for frame in frames]
    inner = next((name for name in reversed(names) if name.startswith("dlcli.") and name != __name__), None)
    return f" (in {inner})" if inner else ""


def _internal_error(error: Exception) -> DlcliError:
    """Return the error for a bug of dlcli; the traceback is written to a file for a bug report."""
    import tempfile
    import traceback

    with tempfile.NamedTemporaryFile("w", prefix="dlcli-", suffix=".log", delete=False, encoding="utf-8") as log:
        log.write("".join(traceback.format_exception(error)))
    summary = " ".join(f"{type(error).__name__}: {error}".split())
    return DlcliError(
        f"internal error, a bug of dlcli: {summary} (the traceback is in {log.name}; --debug prints it)",
        code="internal_error",
    )


def _discard_output() -> int:
    """Connect both streams to the null device, so that the final flush of the interpreter does not fail as well."""
    null_device = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(null_device, stream.fileno())
    return 1
