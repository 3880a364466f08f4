"""Random search: independent random configurations."""

from __future__ import annotations

from collections.abc import Sequence

from dlcli.core import generator, register
from dlcli.search.objective import Objective
from dlcli.search.plan import Plan
from dlcli.search.search import Search
from dlcli.search.space import Space
from dlcli.search.trial import Proposal, Trial

#: Number of trials that are proposed at once if the number of trials is not limited.
BATCH = 16


@register("search", "random")
class RandomSearch(Search):
    """Random configurations, independent of earlier results (Bergstra & Bengio 2012).

    Each parameter takes as many distinct values as there are trials. If a configuration is sampled again, which happens
    in small discrete spaces, it is trained with another seed.
    """

    def propose(
        self,
        space: Space,
        trials: Sequence[Trial],
        objective: Objective,  # noqa: ARG002
        *,
        seed: int,
        budget: int | None,
    ) -> Sequence[Proposal]:
        plan = Plan(0, trials)
        for number in range(len(trials), len(trials) + BATCH if budget is None else budget):
            plan.add(space.sample(generator(seed, "point", number)))
        return plan.proposals
