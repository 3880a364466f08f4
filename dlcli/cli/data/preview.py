"""`dlcli data preview`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dlcli.cli import console, options, summary


def preview(
    config: options.ConfigFile,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="PNG file to write.")] = Path(
        "preview.png"
    ),
    count: Annotated[
        int, typer.Option("--count", min=1, max=100, help="Number of examples, balanced across the classes.")
    ] = 8,
    seed: Annotated[
        int | None,
        typer.Option(
            "--seed",
            min=0,
            help="Seed for the choice of examples and the augmentations.",
            show_default="seed of the config",
        ),
    ] = None,
    overrides: options.Overrides = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Draw training images next to their augmented versions.

    Each row of the figure shows an example: first the original, then several augmented versions.
    """
    from dlcli import api
    from dlcli.cli import progress

    observer = progress.observer(quiet=quiet)
    figure = api.preview(config, overrides=overrides or (), count=count, seed=seed, on_read=observer.on_read)
    if not quiet:
        summary.print_warnings(figure.warnings)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(figure.png)
    if json:
        examples = [{"id": id, "class": name} for id, name in zip(figure.ids, figure.classes, strict=True)]
        console.print_document({"output": str(output), "augmentations": figure.augmentations, "examples": examples})
    else:
        console.print_text(str(output))
