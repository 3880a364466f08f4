"""`dlcli sample`."""

from __future__ import annotations

from typing import Annotated

import typer

from dlcli.cli import console, named_run, options, summary


def sample(
    run: options.RunName,
    prompt: Annotated[str, typer.Option("--prompt", "-p", help="Beginning of the texts.")] = "",
    count: Annotated[int, typer.Option("--n", "-n", help="Number of texts.")] = 1,
    length: Annotated[
        int | None, typer.Option("--length", help="Maximum number of tokens after the prompt; default: 400.")
    ] = None,
    temperature: Annotated[
        float,
        typer.Option("--temperature", "-t", help="Divisor of the logits; 0 always takes the most probable token."),
    ] = 1.0,
    top_k: Annotated[int | None, typer.Option("--top-k", help="Sample from the K most probable tokens.")] = None,
    top_p: Annotated[
        float, typer.Option("--top-p", help="Sample from the most probable tokens that have this total probability.")
    ] = 1.0,
    seed: Annotated[int, typer.Option("--seed", min=0, help="Seed of the random generator.")] = 0,
    runs_dir: options.RunsFolder = options.DEFAULT_RUNS,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Generate texts with a language model.

    Each text starts with the prompt and ends with the end-of-sequence token or after --length tokens.
    """
    from dlcli import api
    from dlcli.runs import RunFolder

    remarks: list[str] = []
    run_path = named_run.find(run, runs_dir, quiet=quiet)
    texts = api.sample(
        run_path,
        prompt=prompt,
        count=count,
        length=length,
        temperature=temperature,
        top_k=top_k,
        top_p=top_p,
        seed=seed,
        remark=remarks.append,
    )
    if not quiet:
        summary.print_warnings(remarks)
    if json:
        console.print_document({"run": RunFolder(run_path).id, "prompt": prompt, "seed": seed, "texts": texts})
    else:
        separator = "\n---\n" if any("\n" in text for text in texts) else "\n"
        console.print_text(separator.join(texts))
