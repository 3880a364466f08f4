"""`dlcli predict`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from dlcli.cli import console, named_run, options, summary
from dlcli.core import ConfigError, formatting


def predict(
    run: options.RunName,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Examples in the format of the training data.", readable=False)
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="File to write instead of stdout.")
    ] = None,
    format: Annotated[
        Literal["csv", "jsonl"], typer.Option("--format", help="Table with a header, or one JSON object per line.")
    ] = "csv",
    runs_dir: options.RunsFolder = options.DEFAULT_RUNS,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Predict new examples.

    Each row has the id of the example and its class with the probability, or its values by column. A column whose name
    another part of the row has, such as id or target, is called prediction, or prediction_<column> for several columns.
    """
    from dlcli import api
    from dlcli.runs import RunFolder

    if output is not None and output.exists() and file.exists() and output.samefile(file):
        raise ConfigError(f"--output {output} would overwrite the file of the examples", code="usage")
    remarks: list[str] = []
    run_path = named_run.find(run, runs_dir, quiet=quiet)
    rows = api.load(run_path).predict_file(file, remark=remarks.append)
    if not quiet:
        summary.print_warnings(remarks)
    encoding = "utf-8" if output is not None else console.encoding()
    text = as_csv(rows) if format == "csv" else as_jsonl(rows, encoding)
    if output is not None:
        output.write_text(text, encoding="utf-8")
    if json:
        result = {"output": str(output)} if output else {"predictions": rows}
        console.print_document({"run": RunFolder(run_path).id, "rows": len(rows), **result, "warnings": remarks})
    elif output is None:
        console.print_text(text)
    elif not quiet:
        console.notes().print(f"wrote {formatting.count(len(rows), 'prediction')} to {output}")


def as_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    import csv
    import io

    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    for number, row in enumerate(rows):
        if number == 0:
            writer.writerow(row)
        writer.writerow(row.values())
    return text.getvalue()


def as_jsonl(rows: Iterable[Mapping[str, Any]], encoding: str) -> str:
    from dlcli.core import strict_json

    return "".join(f"{strict_json.dumps(row, encoding=encoding)}\n" for row in rows)
