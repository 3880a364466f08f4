"""`dlcli config validate`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dlcli.cli import completion, components, console, options
from dlcli.cli.failed_result import FailedResultError
from dlcli.core import ConfigError, DataError, DlcliError

if TYPE_CHECKING:
    from dlcli.spec import Spec
    from dlcli.sweeps import SweepSpec


def validate(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="YAML files.", autocompletion=completion.configs)
    ],
    data: Annotated[
        bool, typer.Option("--data", help="Also read the data, and build the model and the metrics for it.")
    ] = False,
    runs_dir: options.RunsFolder = options.DEFAULT_RUNS,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Check configs and sweep files; all errors of all files are reported."""
    components.load()
    failures: list[DlcliError] = []
    for file in files:
        try:
            spec = _check(file)
            about = _about_data(file, spec, runs_dir, remarks=not quiet) if data else ""
        except (ConfigError, DataError) as error:
            failures.append(error)
        else:
            if not json and not quiet:
                console.results().print(f"{file}: ok{about}")
    document = {"ok": not failures, "checked": len(files), "data_checked": data}
    if failures:
        is_data = all(isinstance(failure, DataError) for failure in failures)
        raise FailedResultError((InvalidDataError if is_data else InvalidFilesError)(failures), document)
    if json:
        console.print_document(document)
    elif not data and not quiet:
        console.notes().print("The data was not checked; use --data to check it as well.")


def _about_data(file: Path, spec: Spec | SweepSpec, runs_dir: Path, *, remarks: bool) -> str:
    """Check the data of a config, or of the config at the center of a sweep's search space, and describe it.

    Raises:
        ConfigError: An option does not fit the data.
        DataError: The data is missing or does not match the config.
    """
    from dlcli import api
    from dlcli.spec import Spec
    from dlcli.sweeps import central_spec

    checked = api.check_data(spec if isinstance(spec, Spec) else central_spec(spec), runs_dir=runs_dir)
    for warning in checked.warnings if remarks else ():
        console.notes().print(f"{file}: {warning}")
    examples = ", ".join(f"{name} {count:,}" for name, count in checked.examples.items())
    return f", {checked.description} ({examples})"


def _check(file: Path) -> Spec | SweepSpec:
    """Load a config or a sweep file.

    For a sweep, also check trial configs at the bounds of its search space and at random points.

    Raises:
        ConfigError: The file has errors; the exception lists all of them.
    """
    from dlcli.spec import is_sweep, read_text, read_yaml, spec_of_document

    document = read_yaml(read_text(file), str(file))  # only once, since the file may be a pipe
    if is_sweep(document.data):
        from dlcli.sweeps import check_sweep, sweep_of_document

        sweep = sweep_of_document(document)
        check_sweep(sweep)
        return sweep
    return spec_of_document(document)


class _FailuresError(DlcliError):
    """Errors of several files."""

    def __init__(self, failures: Sequence[DlcliError]) -> None:
        first = failures[0]
        super().__init__(
            first.message, code=first.code, file=first.file, line=first.line, column=first.column, key=first.key
        )
        self.failures = failures

    def __str__(self) -> str:
        return "\n".join(str(failure) for failure in self.failures)

    def to_json(self) -> dict[str, Any]:
        documents = [failure.to_json() for failure in self.failures]
        return super().to_json() | {
            "problems": [problem for document in documents for problem in document.get("problems", [document])]
        }


class InvalidFilesError(_FailuresError, ConfigError):
    """At least one file has an error, or does not fit its data."""


class InvalidDataError(_FailuresError, DataError):
    """All files are valid, but the data of some is missing or invalid."""
