"""`dlcli runs show`."""

from __future__ import annotations

from dlcli.cli import console, named_run, options


def show(run: options.RunName, runs_dir: options.RunsFolder = options.DEFAULT_RUNS, json: options.Json = False) -> None:
    """Show the settings, the status and the final metrics of a run."""
    from dlcli import runs
    from dlcli.metrics import format_metric

    folder = runs.RunFolder(named_run.find(run, runs_dir, is_done=False))
    record = folder.record()
    if json:
        console.print_document({**record.to_json(), "folder": folder.path})
        return
    facts = {
        "run": record.id,
        "folder": str(folder.path),
        "status": record.status,
        "started": record.started,
        "ended": record.ended,
        "command": " ".join(record.command),
        "seed": str(record.seed),
        "commit": record.git_commit,
        "versions": ", ".join(f"{name} {version}" for name, version in record.versions.items()),
        "error": record.error["message"] if record.error else None,
    }
    console.results().print(console.facts((name, value) for name, value in facts.items() if value is not None))
    if record.metrics:
        classes = runs.positive_classes_of(folder)
        cells = [
            (runs.metric_title(name, classes), format_metric(name, value)) for name, value in record.metrics.items()
        ]
        console.results().print()
        console.results().print(console.table("metric", "value", rows=cells, numbers=["value"]))
