"""Plan of one stage of a search: the trials that it proposes together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dlcli.search.trial import Proposal, Trial


class Plan:
    """Proposals of one stage; a configuration that exists already is proposed with another seed.

    Args:
        stage: Number of the stage.
        trials: Trials of earlier stages.
    """

    def __init__(self, stage: int, trials: Iterable[Trial]) -> None:
        self.stage = stage
        self.proposals: list[Proposal] = []
        self._next_repeat: dict[str, int] = {}
        for trial in trials:
            self._next_repeat[trial.key] = max(self._next_repeat.get(trial.key, 0), trial.repeat + 1)

    def is_new(self, values: Mapping[str, Any]) -> bool:
        """Return whether no earlier trial and no proposal has these values."""
        return Proposal(values=values).key not in self._next_repeat

    def add(self, values: Mapping[str, Any]) -> None:
        """Add a proposal with these values."""
        key = Proposal(values=values).key
        repeat = self._next_repeat.get(key, 0)
        self._next_repeat[key] = repeat + 1
        self.proposals.append(Proposal(values=values, repeat=repeat, stage=self.stage))

    def missing(self, trials: Iterable[Trial]) -> Sequence[Proposal]:
        """Return the proposals without a trial; some have one if a sweep was stopped while it recorded the stage."""
        existing = {(trial.key, trial.repeat) for trial in trials}
        return [it for it in self.proposals if (it.key, it.repeat) not in existing]
