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
            "--layer", metavar="NAME", help="A layer whose result is an image.", show_default="the first convolution"
        ),
    ] = None,
    example: Annotated[
        int, typer.Option("--example", metavar="N", min=0, help="The example to show, counted from 0.")
    ] = 0,
    split: Annotated[
        str | None,
        typer.Option("--split", metavar="SPLIT", help="Where the example is from.", show_default="dev, else train"),
    ] = None,
    picture: Annotated[
        str | None,
        typer.Option(
            "--picture",
            metavar="FILE",
            help="A picture file in the place of an example, for a model of pixels from 0 to 255; china and flower"
            " come with scikit-learn.",
        ),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="The PNG to write.", show_default="in the run's report folder"
        ),
    ] = None,
    overrides: options.Overrides = None,
    runs_dir: options.RunsFolder = options.DEFAULT_RUNS,
    json: options.Json = False,
) -> None:
    """Draw a layer's filters, and its feature maps of an example.

    Of a run, the filters that were learned; of a config, those that training would start from.
    """
    from dlcli import api
    from dlcli.runs import files

    drawn = api.filters(
        named_run.find_unless_file(config_or_run, runs_dir),
        layer=layer,
        example=example,
        split=split,
        picture=picture,
        overrides=overrides or (),
        runs_dir=runs_dir,
    )
    file = output or drawn.file
    if output is None and drawn.folder is not None:
        drawn.folder.write_bytes(files.filters(drawn.layer), drawn.png)
    else:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(drawn.png)
    if json:
        console.print_document(
            {
                "output": str(file),
                "run": None if drawn.folder is None else drawn.folder.id,
                "layer": drawn.layer,
                "type": drawn.type,
                "filters": None if drawn.filters_shape is None else list(drawn.filters_shape),
                "feature_maps": list(drawn.maps_shape),
                "of": drawn.caption,
            }
        )
    else:
        console.print_text(str(file))
