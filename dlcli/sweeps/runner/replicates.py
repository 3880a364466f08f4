"""Several seeds for each configuration: a search sees them as one trial, with their mean."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from dlcli.search import Proposal, Stage, Trial, TrialStatus, violated_constraints

#: what trials of different ends count as, together: the first of these that one of them has
_PRECEDENCE: tuple[TrialStatus, ...] = ("done", "pruned", "diverged", "failed", "killed")


def expand_replicates(proposals: Iterable[Proposal], seeds: int) -> list[Proposal]:
    """Each proposal once for every seed."""
    return [replace(proposal, repeat=proposal.repeat * seeds + seed) for proposal in proposals for seed in range(seeds)]


def aggregate_replicates(trials: Sequence[Trial], seeds: int) -> list[Trial]:
    """The inverse: the trials as the search proposed them.

    Args:
        trials: by number, from 0.
        seeds: how many belong together.
    """
    if seeds == 1:
        return list(trials)
    # The trials of one configuration have consecutive numbers, so the grouping needs no bookkeeping.
    return [_merge(trials[first : first + seeds], first // seeds, seeds) for first in range(0, len(trials), seeds)]


def _merge(trials: Sequence[Trial], number: int, seeds: int) -> Trial:
    first = replace(trials[0], number=number, repeat=trials[0].repeat // seeds)
    # A mean over the seeds that happen to be finished would favor those that finish early.
    unfinished = [trial for trial in trials if not trial.has_ended]
    if unfinished:
        return replace(first, status=unfinished[0].status, value=None)
    status = next(status for status in _PRECEDENCE if any(trial.status == status for trial in trials))
    # One failed seed does not spoil the others: the mean is over those that reached the best status.
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
    """A stage with the numbers of the trials in place of the proposals'."""
    return replace(stage, trials=tuple(one * seeds + seed for one in stage.trials for seed in range(seeds)))
