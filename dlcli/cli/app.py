"""Table of commands."""

from __future__ import annotations

from typing import Annotated

import typer

from dlcli import __version__
from dlcli.cli import (
    console,
    doctor,
    eval,
    filters,
    gradcheck,
    gradients,
    guide,
    list,
    predict,
    resume,
    sample,
    score,
    show,
    train,
)
from dlcli.cli.config import init, schema, validate
from dlcli.cli.config import show as config_show
from dlcli.cli.data import preview
from dlcli.cli.default_command import DefaultCommandGroup
from dlcli.cli.runs import compare, rm
from dlcli.cli.runs import list as runs_list
from dlcli.cli.runs import show as runs_show
from dlcli.cli.sweep import best, export_config, retry_failed, run, status
from dlcli.cli.sweep import resume as sweep_resume


def command_line() -> typer.Typer:
    """Return the application with every command, in the order of the help page."""
    app = typer.Typer(rich_markup_mode=None, pretty_exceptions_enable=False)
    app.callback()(dlcli)
    app.command("train")(train.train)
    app.command("eval")(eval.evaluate)
    app.command("predict")(predict.predict)
    app.command("sample")(sample.sample)
    app.command("score")(score.score)
    app.command("resume")(resume.resume)
    app.command("gradcheck")(gradcheck.gradcheck)
    app.command("show")(show.show)
    app.command("filters")(filters.filters)
    app.command("gradients")(gradients.gradients)
    app.command("list")(list.list_components)

    sweep = typer.Typer(cls=DefaultCommandGroup, help="Search for the best configuration.")
    sweep.command("run", hidden=True)(run.run)
    sweep.command("status")(status.status)
    sweep.command("resume")(sweep_resume.resume)
    sweep.command("retry-failed")(retry_failed.retry_failed)
    sweep.command("best")(best.best)
    sweep.command("export-config")(export_config.export_config)
    app.add_typer(sweep, name="sweep")

    runs = typer.Typer(help="List, show, compare and remove runs.")
    runs.command("list")(runs_list.list_runs)
    runs.command("show")(runs_show.show)
    runs.command("compare")(compare.compare)
    runs.command("rm")(rm.remove)
    app.add_typer(runs, name="runs")

    config = typer.Typer(help="Create, check and resolve config files.")
    config.command("init")(init.init)
    config.command("validate")(validate.validate)
    config.command("show")(config_show.show)
    config.command("schema")(schema.schema)
    app.add_typer(config, name="config")

    data = typer.Typer(help="Inspect the data of a config.")
    data.command("preview")(preview.preview)
    app.add_typer(data, name="data")

    app.command("guide")(guide.guide)
    app.command("doctor")(doctor.doctor)
    return app


def _print_version(is_requested: bool) -> None:
    if is_requested:
        console.print_text(f"dlcli {__version__}")
        raise typer.Exit


def dlcli(
    _version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
    _debug: Annotated[bool, typer.Option("--debug", help="Show tracebacks of errors (also: DLCLI_DEBUG=1).")] = False,
) -> None:
    """Train neural networks from YAML files, and learn what to try next."""
