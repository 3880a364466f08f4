"""`dlcli config init`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dlcli.cli import completion, components, console, options
from dlcli.core import ConfigError

HEADER = """\
# `dlcli train {file}` runs this experiment, `dlcli config validate {file}` checks it.
# `dlcli list` names everything that may stand here. A key that you take out has its default.
"""


def init(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where to write it.")] = Path("config.yaml"),
    dataset: Annotated[
        str, typer.Option("--dataset", help="A data set that needs no files.", autocompletion=completion.datasets)
    ] = "digits",
    force: Annotated[bool, typer.Option("--force", help="Write over a file that is there.")] = False,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Write a config to start from, with every key explained."""
    from dlcli.spec import commented_template

    components.load()
    text = HEADER.format(file=file) + commented_template(dataset.replace("_", "-"), dataset)
    if file.exists() and not force:
        raise ConfigError("exists; give --force to write over it", code="file_exists", file=str(file))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    if json:
        console.print_document({"file": str(file), "dataset": dataset})
    elif not quiet:
        console.notes().print(f"wrote {file}; next: dlcli train {file}")
