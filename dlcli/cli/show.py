"""`dlcli show`."""

from __future__ import annotations

from dlcli.cli import console, named_run, options


def show(
    config_or_run: options.ConfigOrRun,
    overrides: options.Overrides = None,
    runs_dir: options.RunsFolder = options.DEFAULT_RUNS,
    json: options.Json = False,
) -> None:
    """Print the graph of a model: its inputs, its nodes and its outputs.

    For each node: its inputs, the shape of its output, the number of its parameters, and its operations for one example
    (FLOPs, where a multiply-add counts as two).
    """
    from dataclasses import asdict

    from dlcli import api
    from dlcli.core import OUTPUT

    subject = named_run.find_unless_file(config_or_run, runs_dir)
    graph = api.load_graph(subject, overrides=overrides or (), runs_dir=runs_dir)
    nodes = graph.summary()
    parameters = sum(node.parameters for node in nodes)
    flops = sum(node.flops for node in nodes)
    if json:
        rows = [asdict(node) for node in nodes]
        named = {"inputs": graph.input_shapes, "outputs": graph.outputs}
        console.print_document({**named, "nodes": rows, "parameters": parameters, "flops": flops})
        return
    cells = [(name, "input", "", _product(shape), "", "") for name, shape in graph.input_shapes.items()]
    cells += [
        (
            node.name,
            node.type,
            ", ".join(node.inputs),
            _product(node.output_shape),
            f"{node.parameters:,}",
            f"{node.flops:,}",
        )
        for node in nodes
    ]
    total = ("total", "", "", "", f"{parameters:,}", f"{flops:,}")
    headings = ("node", "type", "inputs", "output", "parameters", "FLOPs")
    console.results().print(console.table(*headings, rows=[*cells, total], numbers=["parameters", "FLOPs"]))
    outputs = [
        (name, value, _product(graph.shapes[value]), "in training" if name in graph.auxiliary else "always")
        for name, value in graph.outputs.items()
    ]
    if [*graph.outputs] != [OUTPUT]:
        console.results().print(console.table("output", "node", "shape", "computed", rows=outputs))


def _product(shape: tuple[int, ...]) -> str:
    """Format a shape as `8 × 8 × 1`."""
    return " × ".join(map(str, shape))
