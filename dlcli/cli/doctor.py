"""`dlcli doctor`."""

from __future__ import annotations

import typer

from dlcli.cli import console, options


def doctor(runs_dir: options.RunsFolder = options.DEFAULT_RUNS, json: options.Json = False) -> None:
    """Check Python, the libraries and the machine.

    The exit code is 1 if a check fails.
    """
    from dataclasses import asdict

    from dlcli.cli import environment

    checks = environment.examine(runs_dir)
    ok = all(check.ok for check in checks)
    if json:
        console.print_document({"ok": ok, "checks": [asdict(check) for check in checks]})
    else:
        rows = [("ok" if check.ok else "WRONG", check.name, check.found) for check in checks]
        console.results().print(console.table("", "check", "result", rows=rows))
    if not ok:
        raise typer.Exit(1)
