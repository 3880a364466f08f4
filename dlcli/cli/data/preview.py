"""`dlcli data preview`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dlcli.cli import console, options, summary


def preview(
    config: options.ConfigFile,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The PNG to write.")] = Path(
        "preview.png"
    ),
    count: Annotated[int, typer.Option("--count", min=1, max=100, help="Examples, from all classes in turn.")] = 8,
    seed: Annotated[
        int | None,
        typer.Option("--seed", min=0, help="Other examples, augmented otherwise.", show_default="the config's"),
    ] = None,
    overrides: options.Overrides = None,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Draw training pictures beside what augmentation makes of them.

    Every line of the picture is an example: as it is, then as training sees it in one batch after the other.
    """
    from dlcli import api
    from dlcli.cli import progress

    observer = progress.observer(quiet=quiet)
    made = api.preview(config, overrides=overrides or (), count=count, seed=seed, on_read=observer.on_read)
    if not quiet:
        summary.print_warnings(made.warnings)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(made.png)
    if json:
        examples = [{"id": id, "class": name} for id, name in zip(made.ids, made.classes, strict=True)]
        console.print_document({"output": str(output), "augmentations": made.augmentations, "examples": examples})
    else:
        console.print_text(str(output))
