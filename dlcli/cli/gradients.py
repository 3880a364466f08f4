"""`dlcli gradients`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dlcli.cli import console, named_run, options


def gradients(
    models: options.ConfigsOrRuns,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="The PNG to write.")] = Path(
        "gradients.png"
    ),
    overrides: options.Overrides = None,
    runs_dir: options.RunsFolder = options.DEFAULT_RUNS,
    json: options.Json = False,
) -> None:
    """Draw how gradients fare on their way back through time, where they vanish or explode.

    Of each recurrent layer, the gradient of the loss with respect to its state: how much of that of the last step is
    left at every step before. Runs are shown with the weights before and after training, configs with those before.
    """
    from dlcli import api
    from dlcli.reports import flow_table, gradient_flow_png

    found = [named_run.find_unless_file(model, runs_dir) for model in models]
    flows = api.gradient_flows(found, overrides=overrides or (), runs_dir=runs_dir)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(gradient_flow_png(flows))
    if json:
        console.print_document({"output": str(output), "gradients": [flow.to_json() for flow in flows]})
        return
    console.results().print(flow_table(flows))
    console.print_text(str(output))
