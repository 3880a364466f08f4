"""`dlcli runs compare`."""

from __future__ import annotations

from dlcli.cli import console, named_run, options


def compare(
    names: options.RunNames,
    runs_dir: options.RunsFolder = options.DEFAULT_RUNS,
    json: options.Json = False,
) -> None:
    """Compare runs side by side.

    Shows the options that differ, the final metrics, and the error of each run relative to that of the run before it,
    with the confidence interval of the difference.
    """
    from dlcli import api
    from dlcli.metrics import format_metric
    from dlcli.reports import comparison_table

    comparison = api.compare([named_run.find(name, runs_dir) for name in names])
    if json:
        console.print_document(comparison.to_json())
        return
    results = console.results()
    if comparison.options:
        rows = [(key, *values) for key, values in comparison.options.items()]
        results.print(console.table("option", *comparison.runs, rows=rows))
        results.print()
    cells = [(name, *(format_metric(name, value) for value in values)) for name, values in comparison.metrics.items()]
    results.print(console.table("metric", *comparison.runs, rows=cells, numbers=comparison.runs))
    for errors in comparison.errors:
        if errors.splits:
            results.print()
            results.print(comparison_table(errors))
    for remark in comparison.remarks:
        results.print(f"\n! {remark}", soft_wrap=True)
