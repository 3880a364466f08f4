"""`dlcli sample`."""

from __future__ import annotations

from typing import Annotated

import typer

from dlcli.cli import console, named_run, options, summary


def sample(
    run: options.RunName,
    prompt: Annotated[str, typer.Option("--prompt", "-p", help="What the texts begin with.")] = "",
    count: Annotated[int, typer.Option("--n", "-n", help="How many texts.")] = 1,
    length: Annotated[
        int | None, typer.Option("--length", help="The most tokens after the prompt; 400 unless given.")
    ] = None,
    temperature: Annotated[
        float, typer.Option("--temperature", "-t", help="Below 1 more cautious; 0 takes the most probable token.")
    ] = 1.0,
    top_k: Annotated[int | None, typer.Option("--top-k", help="Choose among so many most probable tokens.")] = None,
    top_p: Annotated[
        float, typer.Option("--top-p", help="Choose among the most probable tokens that together reach this.")
    ] = 1.0,
    seed: Annotated[int, typer.Option("--seed", min=0, help="The same seed writes the same texts.")] = 0,
    runs_dir: options.RunsFolder = options.DEFAULT_RUNS,
    json: options.Json = False,
    quiet: options.Quiet = False,
) -> None:
    """Let a language model write.

    Every text begins with the prompt and ends where the model ends it, or after --length tokens.
    """
    from dlcli import api
    from dlcli.runs import RunFolder

    remarks: list[str] = []
    found = named_run.find(run, runs_dir, quiet=quiet)
    texts = api.sample(
        found,
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
        console.print_document({"run": RunFolder(found).id, "prompt": prompt, "seed": seed, "texts": texts})
    else:
        separator = "\n---\n" if any("\n" in text for text in texts) else "\n"
        console.print_text(separator.join(texts))
