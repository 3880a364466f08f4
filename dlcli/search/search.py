"""Base class of searches, which propose trials from the results of earlier ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from dlcli.search.objective import Objective
from dlcli.search.region import Region
from dlcli.search.space import Space
from dlcli.search.trial import Proposal, Trial


@dataclass(frozen=True)
class Stage:
    """Stage of a search that narrows its space.

    Args:
        number: Number of the stage, from 0.
        region: Region that the stage samples.
        trials: Numbers of its trials.
        best: Best value up to the end of the stage; None if no trial has a value.
        gain: Improvement of the best value over the best of earlier stages, averaged over all seeds so far; None in
            the first stage, and if the new best is the first configuration that violates no constraint.
        noise: Standard deviation of the value of a configuration between seeds; None if unknown.
    """

    number: int
    region: Region
    trials: tuple[int, ...]
    best: float | None
    gain: float | None = None
    noise: float | None = None


class Search:
    """Base class of searches.

    A search has no state: its proposals depend only on the space, the seed and the earlier trials. A sweep that was
    stopped therefore resumes with the same trials, whatever the number of workers.
    """

    registry_kind: ClassVar[str] = "search"

    #: Whether it proposes trials only after all earlier ones have ended.
    waits: ClassVar[bool] = False

    def check(self, space: Space) -> None:
        """Refuse a space that the search does not support.

        Raises:
            ConfigError: The space is not supported; the key is that of the parameter, `space.<name>`.
        """

    def propose(
        self, space: Space, trials: Sequence[Trial], objective: Objective, *, seed: int, budget: int | None
    ) -> Sequence[Proposal]:
        """Return the next trials; an empty sequence if the search has finished.

        Args:
            space: Space to search.
            trials: All trials so far in the order of their numbers; if `waits` is set, all of them have ended.
            objective: Objective of the sweep.
            seed: Seed of the sweep.
            budget: Total number of trials; None for no limit, then it may propose any number.
        """
        raise NotImplementedError

    def stages(self, space: Space, trials: Sequence[Trial], objective: Objective) -> tuple[Stage, ...]:  # noqa: ARG002
        """Return the stages in which the trials narrowed the space; an empty tuple for a search without stages."""
        return ()
