"""Arguments and options that several commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dlcli.cli import completion

ConfigFile = Annotated[
    Path,
    typer.Argument(
        metavar="CONFIG", help="YAML file of the experiment.", show_default=False, autocompletion=completion.configs
    ),
]
RunName = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="Run: its id, a prefix of its id, its name (the newest run), or its folder.",
        show_default=False,
        autocompletion=completion.runs,
    ),
]
RunNames = Annotated[
    list[str],
    typer.Argument(
        metavar="RUN...",
        help="Runs: their ids, the beginnings of their ids, their names (the newest runs), or their folders.",
        show_default=False,
        autocompletion=completion.runs,
    ),
]
ConfigOrRun = Annotated[
    str,
    typer.Argument(
        metavar="CONFIG|RUN",
        help="YAML file, or run: its id, a prefix of its id, its name (the newest run), or its folder.",
        show_default=False,
        autocompletion=completion.configs_and_runs,
    ),
]
ConfigsOrRuns = Annotated[
    list[str],
    typer.Argument(
        metavar="CONFIG|RUN...",
        help="YAML files and runs: their ids, the beginnings of their ids, their names, or their folders.",
        show_default=False,
        autocompletion=completion.configs_and_runs,
    ),
]
Overrides = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="KEY=VALUE",
        help="Change a value of the config: optimizer.learning_rate=1e-2, model.hidden_units[0]=64,"
        " evaluation.metrics+=macro_f1. Can be repeated.",
        show_default=False,
    ),
]
RunsFolder = Annotated[
    Path,
    typer.Option("--runs-dir", metavar="FOLDER", envvar="DLCLI_RUNS", help="Folder of the runs."),
]
Json = Annotated[bool, typer.Option("--json", help="Print exactly one JSON document on stdout, also on error.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print no progress and no warnings on stderr, only errors.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask for confirmation.")]

DEFAULT_RUNS = Path("runs")
