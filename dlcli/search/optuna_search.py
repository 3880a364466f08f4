"""Optuna's samplers as searches: what is tried next follows from a model of what was found.

Optuna keeps its memory in a study. Here a study lives as long as one call: it is filled from the trials, asked for the
next ones and forgotten, so the same trials give the same proposals, also after a restart. Several are proposed at once,
whatever the number of workers.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from dlcli.core import PositiveInt, generator, name_of, register
from dlcli.search.objective import Objective
from dlcli.search.optuna_study import Answers, Outcome, asked_of, outcomes_of, params_of, quiet, require
from dlcli.search.plan import Plan
from dlcli.search.search import Search
from dlcli.search.space import Space
from dlcli.search.trial import Proposal, Trial

if TYPE_CHECKING:
    import optuna


class OptunaSearch(Search):
    """Base of the searches that ask Optuna.

    A trial that failed or diverged is told as failed, one that was pruned as pruned. One that breaks a constraint is
    told the worst value that there is.

    Args:
        batch: how many trials are proposed at once; fewer learn more from each other, more keep more workers busy.
    """

    waits = True

    #: package → how to get it, of those that the sampler needs besides Optuna
    needs: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *, batch: PositiveInt = 4) -> None:
        self.batch = batch

    def check(self, space: Space) -> None:  # noqa: ARG002 - most take any space
        for package, source in {"optuna": "dlcli[optuna]", **self.needs}.items():
            require(package, source, name_of("search", type(self)))

    def propose(
        self, space: Space, trials: Sequence[Trial], objective: Objective, *, seed: int, budget: int | None
    ) -> Sequence[Proposal]:
        if budget is not None and len(trials) >= budget:
            return ()
        self.check(space)
        stage = max((trial.stage for trial in trials), default=0)
        if sum(trial.stage == stage for trial in trials) >= self.batch:
            stage += 1
        with quiet():
            left = self._plan(space, trials, objective, seed, stage).left(trials)
        return left if budget is None else left[: budget - len(trials)]

    def sampler(self, space: Space, seed: int) -> optuna.samplers.BaseSampler:
        """Optuna's sampler, new."""
        raise NotImplementedError

    def tell(self, study: optuna.Study, space: Space, outcomes: Iterable[Outcome]) -> None:
        """Let the study know of the trials before."""
        from optuna.trial import create_trial

        for outcome in outcomes:
            params = params_of(space, outcome.trial.values)
            study.add_trial(
                create_trial(
                    state=outcome.state,
                    value=outcome.cost,
                    params=params,
                    distributions={one.name: asked_of(one) for one in space.drawn if one.name in params},
                    intermediate_values=outcome.costs,
                )
            )

    def _plan(self, space: Space, trials: Iterable[Trial], objective: Objective, seed: int, stage: int) -> Plan:
        """The batch of one stage; it depends on nothing but the stages before."""
        import optuna

        before = [trial for trial in trials if trial.stage < stage]
        number = int(generator(seed, name_of("search", type(self)), self.seed_path(stage)).integers(2**31))
        study = optuna.create_study(sampler=self.sampler(space, number))
        self.tell(study, space, outcomes_of(before, objective))
        plan = Plan(stage, before)
        for _ in range(self.batch):
            plan.add(space.point(Answers(space, study.ask())))
        return plan

    def seed_path(self, stage: int) -> int:
        """Which of the sweep's random streams a stage draws from: each its own."""
        return stage


@register("search", "tpe")
class TPE(OptunaSearch):
    """Tree-structured Parzen estimator (Bergstra et al. 2011), Optuna's: tries what is likely among the good trials and
    unlikely among the others.

    Args:
        batch: how many trials are proposed at once; fewer learn more from each other, more keep more workers busy.
    """

    def sampler(self, space: Space, seed: int) -> optuna.samplers.BaseSampler:
        from optuna.samplers import TPESampler

        has_conditions = any(parameter.condition for parameter in space.drawn)
        return TPESampler(seed=seed, multivariate=True, group=has_conditions, constant_liar=True)


@register("search", "gp")
class GaussianProcess(OptunaSearch):
    """Bayesian optimization with a Gaussian process, Optuna's: tries where the most improvement is expected.

    Parameters that are there only under a condition are drawn at random.

    Args:
        batch: how many trials are proposed at once; fewer learn more from each other, more keep more workers busy.
    """

    needs: ClassVar = {"scipy": "scipy", "torch": "dlcli[torch]"}

    def sampler(self, space: Space, seed: int) -> optuna.samplers.BaseSampler:  # noqa: ARG002
        from optuna.samplers import GPSampler

        return GPSampler(seed=seed)


@register("search", "cma_es")
class CMAES(OptunaSearch):
    """Evolution strategy with covariance matrix adaptation (Hansen & Ostermeier 2001), Optuna's: a cloud of points that
    moves and takes the shape of the valley it is in. For numbers only.

    Args:
        batch: how many trials are proposed at once; fewer learn more from each other, more keep more workers busy.
    """

    needs: ClassVar = {"cmaes": "dlcli[optuna]"}

    def check(self, space: Space) -> None:
        super().check(space)
        for parameter in space.drawn:
            if parameter.distribution and not parameter.distribution.is_ordered:
                raise parameter.error("cma_es searches numbers only, no choices; expected another search, such as tpe")
            if parameter.condition:
                raise parameter.error("cma_es takes no conditions; expected another search, such as tpe")

    def sampler(self, space: Space, seed: int) -> optuna.samplers.BaseSampler:  # noqa: ARG002
        from optuna.samplers import CmaEsSampler

        return CmaEsSampler(seed=seed)

    def seed_path(self, stage: int) -> int:  # noqa: ARG002
        """The same for all stages, since all of them are gone through again."""
        return 0

    def tell(self, study: optuna.Study, space: Space, outcomes: Iterable[Outcome]) -> None:
        """Go the whole way again, batch by batch: the state of the evolution is in the asking."""
        for _, batch in itertools.groupby(outcomes, key=lambda one: one.trial.stage):
            asked = []
            for outcome in batch:
                study.enqueue_trial(params_of(space, outcome.trial.values))
                trial = study.ask()
                _ = trial.relative_params  # else Optuna would not ask the sampler, since all values are given
                space.point(Answers(space, trial))
                asked.append((trial, outcome))
            for trial, outcome in asked:
                study.tell(trial, outcome.cost, state=outcome.state)
