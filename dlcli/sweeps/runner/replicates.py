"""Replicates: several seeds of each configuration, which a search sees as one trial with their mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from dlcli.search import Proposal, Stage, Trial, TrialStatus, violated_constraints

#: Status of an aggregate: the first of these that one of its trials has.
_PRECEDENCE: tuple[TrialStatus, ...] = ("done", "pruned", "diverged", "failed", "killed")


def expand_replicates(proposals: Iterable[Proposal], seeds: int) -> list[Proposal]:
    """Repeat each proposal for every seed."""
    return [replace(proposal, repeat=proposal.repeat * seeds + seed) for proposal in proposals for seed in range(seeds)]


def aggregate_replicates(trials: Sequence[Trial], seeds: int) -> list[Trial]:
    """Aggregate the replicates of each proposal, the inverse of `expand_replicates`.

    Args:
        trials: Trials in the order of their numbers, from 0.
        seeds: Number of seeds of each configuration.
    """
    if seeds == 1:
        return list(trials)
    # The replicates of a proposal have consecutive numbers.
    return [_aggregate(trials[first : first + seeds], first // seeds, seeds) for first in range(0, len(trials), seeds)]


def _aggregate(trials: Sequence[Trial], number: int, seeds: int) -> Trial:
    first = replace(trials[0], number=number, repeat=trials[0].repeat // seeds)
    # A mean over the seeds that have finished so far would depend on the speed of the workers.
    unfinished = [trial for trial in trials if not trial.has_ended]
    if unfinished:
        return replace(first, status=unfinished[0].status, value=None)
    status = next(status for status in _PRECEDENCE if any(trial.status == status for trial in trials))
    # A failed seed does not invalidate the others: the mean is over those with the best status.
    same = [trial for trial in trials if trial.status == status]
    values = [trial.value for trial in same if trial.value is not None]
    return replace(
        first,
        status=status,
        value=sum(values) / len(values) if values else None,
        violated=violated_constraints(trials) or same[0].violated,
        seconds=sum(trial.seconds for trial in trials),
    )


def replicate_trials(stage: Stage, seeds: int) -> Stage:
    """Return a stage with the numbers of the trials instead of those of the aggregates."""
    return replace(stage, trials=tuple(one * seeds + seed for one in stage.trials for seed in range(seeds)))
