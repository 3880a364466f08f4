"""Arguments and options that several commands share, worded once."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dlcli.cli import completion

ConfigFile = Annotated[
    Path,
    typer.Argument(
        metavar="CONFIG", help="The experiment's YAML file.", show_default=False, autocompletion=completion.configs
    ),
]
RunName = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="A run: its id, the beginning of its id, its name (the newest of it), or its folder.",
        show_default=False,
        autocompletion=completion.runs,
    ),
]
RunNames = Annotated[
    list[str],
    typer.Argument(
        metavar="RUN...",
        help="Runs: their ids, the beginnings of their ids, their names (the newest of each), or their folders.",
        show_default=False,
        autocompletion=completion.runs,
    ),
]
ConfigOrRun = Annotated[
    str,
    typer.Argument(
        metavar="CONFIG|RUN",
        help="A YAML file, or a run: its id, the beginning of its id, its name (the newest of it), or its folder.",
        show_default=False,
        autocompletion=completion.configs_and_runs,
    ),
]
ConfigsOrRuns = Annotated[
    list[str],
    typer.Argument(
        metavar="CONFIG|RUN...",
        help="YAML files, and runs: their ids, the beginnings of their ids, their names, or their folders.",
        show_default=False,
        autocompletion=completion.configs_and_runs,
    ),
]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Change one value of the config: optimizer.learning_rate=1e-2, model.hidden_units[0]=64,"
        " evaluation.metrics+=macro_f1. May be given several times.",
        show_default=False,
    ),
]
RunsFolder = Annotated[
    Path,
    typer.Option("--runs-dir", metavar="FOLDER", envvar="DLCLI_RUNS", help="The folder that holds the runs."),
]
Json = Annotated[bool, typer.Option("--json", help="Print exactly one JSON document on stdout, also on error.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no remarks on stderr, only errors.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]

DEFAULT_RUNS = Path("runs")
