"""`dlcli filters`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dlcli.cli import console, named_run, options


def filters(
    config_or_run: options.ConfigOrRun,
    layer: Annotated[
        str | None,
        typer.Option(
            "--layer", metavar="NAME", help="Layer whose output is an image.", show_default="the first convolution"
        ),
    ] = None,
    example: Annotated[int, typer.Option("--example", metavar="N", min=0, help="Index of the example, from 0.")] = 0,
    split: Annotated[
        str | None,
        typer.Option("--split", metavar="SPLIT", help="Split of the example.", show_default="dev, else train"),
    ] = None,
    picture: Annotated[
        str | None,
        typer.Option(
            "--picture",
            metavar="FILE",
            help="Image file to use instead of an example, for models of pixels from 0 to 255; china and flower are"
            " images of scikit-learn.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="PNG file to write.", show_default="in the report folder of the run"
        ),
    ] = None,
    overrides: options.Overrides = None,
    runs_dir: options.RunsFolder = options.DEFAULT_RUNS,
    json: options.Json = False,
) -> None:
    """Draw the filters of a layer, and its feature maps for an example.

    For a run, the trained filters are shown; for a config, the initial ones.
    """
    from dlcli import api
    from dlcli.runs import files

    figure = api.filters(
        named_run.find_unless_file(config_or_run, runs_dir),
        layer=layer,
        example=example,
        split=split,
        picture=picture,
        overrides=overrides or (),
        runs_dir=runs_dir,
    )
    file = output or figure.file
    if output is None and figure.folder is not None:
        figure.folder.write_bytes(files.filters(figure.layer), figure.png)
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(figure.png)
    if json:
        console.print_document(
            {
                "output": str(file),
                "run": None if figure.folder is None else figure.folder.id,
                "layer": figure.layer,
                "type": figure.type,
                "filters": None if figure.filters_shape is None else list(figure.filters_shape),
                "feature_maps": list(figure.maps_shape),
                "of": figure.caption,
            }
        )
    else:
        console.print_text(str(file))
