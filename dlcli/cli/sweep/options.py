"""Arguments and options that the commands of `dlcli sweep` share, worded once."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from dlcli.cli import completion

SweepName = Annotated[
    str,
    typer.Argument(
        metavar="SWEEP",
        help="A sweep: its id, the beginning of its id, its name, or its folder.",
        show_default=False,
        autocompletion=completion.sweeps,
    ),
]
Trials = Annotated[
    int | None, typer.Option("--trials", metavar="N", min=1, help="How many trials in all.", show_default=False)
]
Workers = Annotated[
    int | None,
    typer.Option("--workers", metavar="N", min=1, help="How many trials are trained side by side.", show_default=False),
]
FailFast = Annotated[bool, typer.Option("--fail-fast", help="Stop at the first trial that fails.")]


def given(**settings: Any) -> dict[str, Any]:
    """The keys of the sweep file that options were given for; `budget__trials` is `budget.trials`."""
    return {name.replace("__", "."): value for name, value in settings.items() if value is not None}
