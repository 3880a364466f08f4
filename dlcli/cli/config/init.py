"""`dlcli config init`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dlcli.cli import completion, components, console, options
from dlcli.core import ConfigError

HEADER = """\
# `dlcli train {file}` runs this experiment, `dlcli config validate {file}` checks it.
# `dlcli list` lists all components and their options. A key that is left out has its default value.
"""


def init(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="File to write.")] = Path("config.yaml"),
    dataset: Annotated[
        str, typer.Option("--dataset", help="Data set that needs no files.", autocompletion=completion.datasets)
    ] = "digits",
    force: Annotated[bool, typer.Option("--force", help="Overwrite an existing file.")] = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Write a starter config that explains every key."""
    from dlcli.spec import commented_template

    components.load()
    text = HEADER.format(file=file) + commented_template(dataset.replace("_", "-"), dataset)
    if file.exists() and not force:
        raise ConfigError("the file already exists; use --force to overwrite it", code="file_exists", file=str(file))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    if json:
        console.print_document({"file": str(file), "dataset": dataset})
    elif not quiet:
        console.notes().print(f"wrote {file}; next: dlcli train {file}")
