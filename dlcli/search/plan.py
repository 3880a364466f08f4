"""What a search wants next, where it proposes several trials at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dlcli.search.trial import Proposal, Trial


class Plan:
    """The proposals of one stage; a configuration that is there already is proposed with its next seed.

    Args:
        stage: of the search.
        trials: those before the stage.
    """

    def __init__(self, stage: int, trials: Iterable[Trial]) -> None:
        self.stage = stage
        self.proposals: list[Proposal] = []
        self._next_repeat: dict[str, int] = {}
        for trial in trials:
            self._next_repeat[trial.key] = max(self._next_repeat.get(trial.key, 0), trial.repeat + 1)

    def is_new(self, values: Mapping[str, Any]) -> bool:
        """Whether no trial before and no proposal has these values."""
        return Proposal(values=values).key not in self._next_repeat

    def add(self, values: Mapping[str, Any]) -> None:
        """Propose these values."""
        key = Proposal(values=values).key
        repeat = self._next_repeat.get(key, 0)
        self._next_repeat[key] = repeat + 1
        self.proposals.append(Proposal(values=values, repeat=repeat, stage=self.stage))

    def left(self, trials: Iterable[Trial]) -> Sequence[Proposal]:
        """The proposals that are not among the trials; some may be, when a sweep was stopped while it wrote them."""
        there = {(trial.key, trial.repeat) for trial in trials}
        return [it for it in self.proposals if (it.key, it.repeat) not in there]
