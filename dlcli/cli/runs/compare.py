"""`dlcli runs compare`."""

from __future__ import annotations

from dlcli.cli import console, named_run, options


def compare(
    names: options.RunNames,
    runs_dir: options.RunsFolder = options.DEFAULT_RUNS,
    json: options.Json = False,
) -> None:
    """Put runs side by side.

    The options on which they differ, their final metrics, and each run's errors against those of the run before it,
    with the interval of the difference.
    """
    from dlcli import api
    from dlcli.metrics import format_metric
    from dlcli.reports import comparison_table

    compared = api.compare([named_run.find(name, runs_dir) for name in names])
    if json:
        console.print_document(compared.to_json())
        return
    results = console.results()
    if compared.options:
        rows = [(key, *values) for key, values in compared.options.items()]
        results.print(console.table("option", *compared.runs, rows=rows))
        results.print()
    cells = [(name, *(format_metric(name, value) for value in values)) for name, values in compared.metrics.items()]
    results.print(console.table("metric", *compared.runs, rows=cells, numbers=compared.runs))
    for errors in compared.errors:
        if errors.splits:
            results.print()
            results.print(comparison_table(errors))
    for remark in compared.remarks:
        results.print(f"\n! {remark}", soft_wrap=True)
