"""`dlcli config validate`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from dlcli.cli import completion, components, console, options
from dlcli.cli.failed_result import FailedResultError
from dlcli.errors import ConfigError


def validate(
    files: Annotated[
        list[Path], typer.Argument(metavar="FILE...", help="YAML files.", autocompletion=completion.configs)
    ],
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Check configs and sweep files; every mistake of every file is reported."""
    components.load()
    failures: list[ConfigError] = []
    for file in files:
        try:
            _check(file)
        except ConfigError as error:
            failures.append(error)
        else:
            if not json and not quiet:
                console.results().print(f"{file}: ok")
    document = {"ok": not failures, "checked": len(files)}
    if failures:
        raise FailedResultError(InvalidFilesError(failures), document)
    if json:
        console.print_document(document)


def _check(file: Path) -> None:
    """Load a config, or a sweep file with the configs of trials all over its space.

    Raises:
        ConfigError: with every mistake.
    """
    from dlcli.spec.file_kind import is_sweep
    from dlcli.spec.load import spec_of_document
    from dlcli.spec.text_file import read_text
    from dlcli.spec.yaml_loader import read_yaml

    document = read_yaml(read_text(file), str(file))  # once: a pipe has nothing more afterwards
    if is_sweep(document.data):
        from dlcli.build import check_sweep
        from dlcli.spec.sweep import sweep_of_document

        check_sweep(sweep_of_document(document))
    else:
        spec_of_document(document)


class InvalidFilesError(ConfigError):
    """The mistakes of several files, file by file."""

    def __init__(self, failures: Sequence[ConfigError]) -> None:
        first = failures[0]
        super().__init__(first.message, file=first.file, line=first.line, column=first.column, key=first.key)
        self.failures = failures

    def __str__(self) -> str:
        return "\n".join(str(failure) for failure in self.failures)

    def to_json(self) -> dict[str, Any]:
        documents = [failure.to_json() for failure in self.failures]
        return super().to_json() | {"problems": [item for one in documents for item in one.get("problems", [one])]}
