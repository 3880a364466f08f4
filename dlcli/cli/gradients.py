"""`dlcli gradients`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dlcli.cli import console, named_run, options


def gradients(
    models: options.ConfigsOrRuns,
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE", help="PNG file to write.")] = Path(
        "gradients.png"
    ),
    overrides: options.Overrides = None,
    runs_dir: options.RunsFolder = options.DEFAULT_RUNS,
    json: options.Json = False,
) -> None:
    """Draw how gradients vanish or explode as they are propagated back through time.

    For each recurrent layer, the norm of the gradient of the loss with respect to its hidden state at every time step,
    relative to the last step. Runs are shown with the weights before and after training, configs with the initial ones.
    """
    from dlcli import api
    from dlcli.reports import flow_table, gradient_flow_png

    paths = [named_run.find_unless_file(model, runs_dir) for model in models]
    flows = api.gradient_flows(paths, overrides=overrides or (), runs_dir=runs_dir)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(gradient_flow_png(flows))
    if json:
        console.print_document({"output": str(output), "gradients": [flow.to_json() for flow in flows]})
        return
    console.results().print(flow_table(flows))
    console.print_text(str(output))
