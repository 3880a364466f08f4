"""Random search: every configuration is drawn anew."""

from __future__ import annotations

from collections.abc import Sequence

from dlcli.core import generator, register
from dlcli.search.objective import Objective
from dlcli.search.plan import Plan
from dlcli.search.search import Search
from dlcli.search.space import Space
from dlcli.search.trial import Proposal, Trial

#: so many trials are proposed at once where there is no limit
BATCH = 16


@register("search", "random")
class RandomSearch(Search):
    """Draws every configuration anew, whatever came of those before (Bergstra & Bengio 2012).

    Each parameter has as many different values as there are trials. A configuration that is drawn again, as happens in
    a small discrete space, is trained with another seed.
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
