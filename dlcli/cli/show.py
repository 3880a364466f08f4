"""`dlcli show`."""

from __future__ import annotations

from dlcli.cli import console, named_run, options


def show(
    config_or_run: options.ConfigOrRun,
    overrides: options.Overrides = None,
    runs_dir: options.RunsFolder = options.DEFAULT_RUNS,
    json: options.Json = False,
) -> None:
    """Print the graph of a model, node by node.

    For each node: its inputs, the shape of its output, the number of its parameters, and its operations for one example
    (FLOPs, where a multiply-add counts as two).
    """
    from dataclasses import asdict

    from dlcli import api

    subject = named_run.find_unless_file(config_or_run, runs_dir)
    nodes = api.show(subject, overrides=overrides or (), runs_dir=runs_dir)
    parameters = sum(node.parameters for node in nodes)
    flops = sum(node.flops for node in nodes)
    if json:
        rows = [asdict(node) for node in nodes]
        console.print_document({"nodes": rows, "parameters": parameters, "flops": flops})
        return
    cells = [
        (
            node.name,
            node.type,
            ", ".join(node.inputs),
            " × ".join(map(str, node.output_shape)),
            f"{node.parameters:,}",
            f"{node.flops:,}",
        )
        for node in nodes
    ]
    total = ("total", "", "", "", f"{parameters:,}", f"{flops:,}")
    headings = ("node", "type", "inputs", "output", "parameters", "FLOPs")
    console.results().print(console.table(*headings, rows=[*cells, total], numbers=["parameters", "FLOPs"]))
