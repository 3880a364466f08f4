"""Commands and options that help after an error."""

from __future__ import annotations

from dlcli.core import DivergedError, DlcliError, RunInterruptedError

_LISTING = {"run": "dlcli runs list", "sweep": "dlcli sweep status"}


def recovery_of(error: DlcliError) -> str:
    """Return the end of an error's line that names a command or options that help; empty if there are none."""
    from dlcli.runs import UnknownRunError  # not at the top: it imports NumPy, which `dlcli --help` does without

    if isinstance(error, RunInterruptedError) and error.resumable is not None:
        return f"; `dlcli resume {error.resumable}` continues it"
    if isinstance(error, DivergedError) and error.remedies:
        settings = [f"--set {option}={value:.3g}" for option, value in error.remedies.items()]
        return f"; as options: {' or '.join(settings)}"
    if isinstance(error, UnknownRunError) and error.near is None:
        return f"; `{_LISTING[error.what]}` shows the {error.what}s that exist"
    return ""
