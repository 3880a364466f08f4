"""`dlcli eval`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dlcli.cli import console, options, summary


def evaluate(
    run: options.RunName,
    split: Annotated[str, typer.Option("--split", metavar="SPLIT", help="train, train_dev, dev or test.")] = "test",
    data: Annotated[
        Path | None,
        typer.Option("--data", help="A file of new, labelled examples; normalised as the training set was."),
    ] = None,
    fail_under: Annotated[
        float | None,
        typer.Option("--fail-under", metavar="VALUE", help="Exit 4 when the metric that chose the model is worse."),
    ] = None,
    runs_dir: options.RunsFolder = options.DEFAULT_RUNS,
    json: options.Json = False,
) -> None:
    """Measure a trained model on one of its splits, or on new data."""
    from dlcli import experiment

    evaluation = experiment.evaluate(run, split=split, data=data, runs_dir=runs_dir)
