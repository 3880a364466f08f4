"""Replicates of configurations with several seeds."""

from __future__ import annotations

from dataclasses import replace

from dlcli.search import CONVERGENCE, Proposal, Region, Stage, Trial
from dlcli.sweeps.runner.replicates import aggregate_replicates, expand_replicates, replicate_trials


def trials(*results: tuple[str, float | None]) -> list[Trial]:
    return [
        Trial(number=number, values={"x": number // 2}, repeat=number % 2, status=status, value=value)  # type: ignore[arg-type]
        for number, (status, value) in enumerate(results)
    ]


def test_expand_replicates() -> None:
    proposals = expand_replicates([Proposal(values={"x": 1}), Proposal(values={"x": 1}, repeat=1, stage=2)], seeds=3)
    assert [proposal.repeat for proposal in proposals] == [0, 1, 2, 3, 4, 5]
    assert [proposal.stage for proposal in proposals] == [0, 0, 0, 2, 2, 2]


def test_aggregate_has_mean_over_seeds() -> None:
    [first, second] = aggregate_replicates(trials(("done", 0.1), ("done", 0.3), ("diverged", None), ("done", 0.5)), 2)
    assert (first.number, first.repeat, first.status, first.value) == (0, 0, "done", 0.2)
    assert (second.number, second.status, second.value) == (1, "done", 0.5)
    assert (first.violated, second.violated) == ((), (CONVERGENCE,))


def test_aggregate_with_unfinished_seed_has_not_ended() -> None:
    [first, second] = aggregate_replicates(
        trials(("done", 0.1), ("running", None), ("failed", None), ("diverged", None)), 2
    )
    assert (first.status, first.value) == ("running", None)
    assert (second.status, second.value) == ("diverged", None)


def test_single_seed_is_identity() -> None:
    single = trials(("done", 0.1), ("pruned", 0.4))
    assert aggregate_replicates(single, 1) == single
    assert expand_replicates([Proposal(values={"x": 1}, repeat=2)], 1) == [Proposal(values={"x": 1}, repeat=2)]


def test_stage_has_trials_of_all_seeds() -> None:
    stage = Stage(number=0, region=Region.whole(), trials=(0, 2), best=None)
    assert replicate_trials(stage, 2) == replace(stage, trials=(0, 1, 4, 5))
