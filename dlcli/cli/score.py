"""`dlcli score`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dlcli.cli import console, named_run, options, summary
from dlcli.core import formatting


def score(
    run: options.RunName,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Text in the format of the training data.", readable=False)
    ],
    runs_dir: options.RunsFolder = options.DEFAULT_RUNS,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Compute the probability of each line of a text under a language model.

    Each row has log p, the number of tokens, the perplexity and the text, separated by tabs. A model of continuous text
    reads the file in one pass, so that each line is conditioned on all lines before it.
    """
    from dlcli import api
    from dlcli.metrics import NatsPerToken, Perplexity
    from dlcli.runs import RunFolder

    remarks: list[str] = []
    lines, tokens, nats = [], 0, 0.0
    run_path = named_run.find(run, runs_dir, quiet=quiet)
    for line in api.score(run_path, file, remark=remarks.append):
        tokens, nats = tokens + line.tokens, nats + line.nats
        if json:
            values = {"log_probability": -line.nats, "tokens": line.tokens, "perplexity": line.perplexity}
            lines.append({"line": line.line, "id": line.id, **values, "text": line.text})
        else:
            console.print_text(f"{-line.nats:.4f}\t{line.tokens}\t{line.perplexity:.4f}\t{line.text}")
    if not quiet:
        summary.print_warnings(remarks)
    if json:
        total = {"log_probability": -nats, "tokens": tokens, "perplexity": api.perplexity(nats, tokens)}
        document = {"run": RunFolder(run_path).id, "file": str(file), **total, "lines": lines, "warnings": remarks}
        console.print_document(document)
    elif not quiet:
        mean = NatsPerToken.format(nats / tokens)
        perplexity = Perplexity.format(api.perplexity(nats, tokens))
        console.notes().print(f"{formatting.count(tokens, 'token')}, {mean} nats each, perplexity {perplexity}")
