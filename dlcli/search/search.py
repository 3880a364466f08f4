"""What a search is: it proposes trials, seeing what became of those before."""

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
    """A stage of a search that narrows its space.

    Args:
        number: from 0.
        region: the part of the space it draws from.
        trials: the numbers of its trials.
        best: the best value found up to its end; None where no trial has one.
        gain: how much better that is than the best of the stages before, with all the seeds that it has by now; None
            in the first, and where the new best is the first that breaks no constraint.
        noise: the standard deviation of one configuration's value from seed to seed; None while it is not known.
    """

    number: int
    region: Region
    trials: tuple[int, ...]
    best: float | None
    gain: float | None = None
    noise: float | None = None


class Search:
    """Base of the searches.

    A search has no memory: what it proposes follows from the space, the seed and the trials before, so that a sweep
    that was stopped goes on with the very same trials, whatever the number of workers.
    """

    registry_kind: ClassVar[str] = "search"

    #: whether it proposes only once every trial before has ended
    waits: ClassVar[bool] = False

    def check(self, space: Space) -> None:
        """Refuse a space that it cannot search.

        Raises:
            ConfigError: with the key of the parameter, `space.<name>`.
        """

    def propose(
        self, space: Space, trials: Sequence[Trial], objective: Objective, *, seed: int, budget: int | None
    ) -> Sequence[Proposal]:
        """The trials that come next; none when the search is over.

        Args:
            space: what is searched.
            trials: all proposed so far, in the order of their numbers; where it waits, all of them have ended.
            objective: what is looked for.
            seed: of the sweep.
            budget: how many trials there are to be in all; None for no limit, then it may propose any number.
        """
        raise NotImplementedError

    def stages(self, space: Space, trials: Sequence[Trial], objective: Objective) -> tuple[Stage, ...]:  # noqa: ARG002
        """How it narrowed the space, from the trials; nothing for a search without stages."""
        return ()
