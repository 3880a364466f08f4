"""`dlcli runs compare`."""

from __future__ import annotations

from dlcli.cli import console, figures, options

RESOLVED = "config.resolved.yaml"


def compare(
    names: options.RunNames,
    runs_dir: options.RunsFolder = options.DEFAULT_RUNS,
    json: options.Json = False,
) -> None:
    """Put runs side by side: the options on which they differ, and their final metrics."""
    from dataclasses import asdict

    from dlcli import runs
    from dlcli.spec.yaml_loader import read_yaml

    folders = [runs.find(runs_dir, name) for name in names]
    configs = [read_yaml(folder.read_text(RESOLVED), str(folder.path / RESOLVED)).data for folder in folders]
    comparison = runs.compare(folders, configs)
    if json:
        console.print_document(asdict(comparison))
        return
    options_rows = [(key, *values) for key, values in comparison.options.items()]
    metrics_rows = [(name, *map(figures.number, values)) for name, values in comparison.metrics.items()]
    if options_rows:
        console.results().print(console.table("option", *comparison.runs, rows=options_rows))
        console.results().print()
    console.results().print(console.table("metric", *comparison.runs, rows=metrics_rows, numbers=comparison.runs))
