"""Searches that use the samplers of Optuna, which propose trials from a model of the earlier results.

Optuna keeps its state in a study. Here a study lasts for one call: it is filled from the trials, asked for the next
ones and discarded, so the same trials lead to the same proposals, also after a restart. Trials are proposed in batches
whose size does not depend on the number of workers.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from dlcli.core import PositiveInt, generator, name_of, register
from dlcli.search.objective import Objective
from dlcli.search.optuna_study import (
    Outcome,
    SuggestedPoint,
    optuna_distribution,
    optuna_params,
    require_package,
    silence_optuna,
    to_outcomes,
)
from dlcli.search.plan import Plan
from dlcli.search.search import Search
from dlcli.search.space import Space
from dlcli.search.trial import Proposal, Trial

if TYPE_CHECKING:
    import optuna


class OptunaSearch(Search):
    """Base class of searches that use a sampler of Optuna.

    Failed and diverged trials are reported to Optuna as failed, pruned ones as pruned. A trial that violates a
    constraint gets the worst value of all trials.

    Args:
        batch: Number of trials that are proposed at once; smaller batches learn more from earlier trials, larger ones
            keep more workers busy.
    """

    waits = True

    #: Packages that the sampler needs in addition to Optuna, with what to install.
    needs: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *, batch: PositiveInt = 4) -> None:
        self.batch = batch

    def check(self, space: Space) -> None:  # noqa: ARG002 - most samplers support every space
        for package, source in {"optuna": "dlcli[optuna]", **self.needs}.items():
            require_package(package, source, name_of("search", type(self)))

    def propose(
        self, space: Space, trials: Sequence[Trial], objective: Objective, *, seed: int, budget: int | None
    ) -> Sequence[Proposal]:
        if budget is not None and len(trials) >= budget:
            return ()
        self.check(space)
        stage = max((trial.stage for trial in trials), default=0)
        if sum(trial.stage == stage for trial in trials) >= self.batch:
            stage += 1
        with silence_optuna():
            proposals = self._plan(space, trials, objective, seed, stage).missing(trials)
        return proposals if budget is None else proposals[: budget - len(trials)]

    def sampler(self, space: Space, seed: int) -> optuna.samplers.BaseSampler:
        """Create the sampler of Optuna."""
        raise NotImplementedError

    def tell(self, study: optuna.Study, space: Space, outcomes: Iterable[Outcome]) -> None:
        """Add the outcomes of earlier trials to the study."""
        from optuna.trial import create_trial

        for outcome in outcomes:
            params = optuna_params(space, outcome.trial.values)
            study.add_trial(
                create_trial(
                    state=outcome.state,
                    value=outcome.cost,
                    params=params,
                    distributions={one.name: optuna_distribution(one) for one in space.drawn if one.name in params},
                    intermediate_values=outcome.costs,
                )
            )

    def _plan(self, space: Space, trials: Iterable[Trial], objective: Objective, seed: int, stage: int) -> Plan:
        """Return the batch of a stage; it depends only on the earlier stages."""
        import optuna

        before = [trial for trial in trials if trial.stage < stage]
        number = int(generator(seed, name_of("search", type(self)), self.seed_path(stage)).integers(2**31))
        study = optuna.create_study(sampler=self.sampler(space, number))
        self.tell(study, space, to_outcomes(before, objective))
        plan = Plan(stage, before)
        for _ in range(self.batch):
            plan.add(space.point(SuggestedPoint(space, study.ask())))
        return plan

    def seed_path(self, stage: int) -> int:
        """Return the index of the random stream of a stage; by default each stage has a separate one."""
        return stage


@register("search", "tpe")
class TPE(OptunaSearch):
    """Tree-structured Parzen estimator of Optuna (Bergstra et al. 2011).

    It prefers values that are likely among the good trials and unlikely among the others.

    Args:
        batch: Number of trials that are proposed at once; smaller batches learn more from earlier trials, larger ones
            keep more workers busy.
    """

    def sampler(self, space: Space, seed: int) -> optuna.samplers.BaseSampler:
        from optuna.samplers import TPESampler

        has_conditions = any(parameter.condition for parameter in space.drawn)
        return TPESampler(seed=seed, multivariate=True, group=has_conditions, constant_liar=True)


@register("search", "gp")
class GaussianProcess(OptunaSearch):
    """Bayesian optimization of Optuna, with a Gaussian process and expected improvement.

    Conditional parameters are sampled at random.

    Args:
        batch: Number of trials that are proposed at once; smaller batches learn more from earlier trials, larger ones
            keep more workers busy.
    """

    needs: ClassVar = {"scipy": "scipy", "torch": "dlcli[torch]"}

    def sampler(self, space: Space, seed: int) -> optuna.samplers.BaseSampler:  # noqa: ARG002
        from optuna.samplers import GPSampler

        return GPSampler(seed=seed)


@register("search", "cma_es")
class CMAES(OptunaSearch):
    """Covariance matrix adaptation evolution strategy of Optuna (Hansen & Ostermeier 2001), for numeric parameters.

    It samples from a normal distribution whose mean and covariance adapt to the best trials.

    Args:
        batch: Number of trials that are proposed at once; smaller batches learn more from earlier trials, larger ones
            keep more workers busy.
    """

    needs: ClassVar = {"cmaes": "dlcli[optuna]"}

    def check(self, space: Space) -> None:
        super().check(space)
        for parameter in space.drawn:
            if parameter.distribution and not parameter.distribution.is_ordered:
                message = "cma_es supports only numbers, got a choice; use another search, such as tpe"
                raise parameter.error(message, "not_applicable")
            if parameter.condition:
                message = "cma_es does not support conditions; use another search, such as tpe"
                raise parameter.error(message, "not_applicable")

    def sampler(self, space: Space, seed: int) -> optuna.samplers.BaseSampler:  # noqa: ARG002
        from optuna.samplers import CmaEsSampler

        return CmaEsSampler(seed=seed)

    def seed_path(self, stage: int) -> int:  # noqa: ARG002
        """Return the same index for all stages, since `tell` replays all of them."""
        return 0

    def tell(self, study: optuna.Study, space: Space, outcomes: Iterable[Outcome]) -> None:
        """Replay all batches, because the state of the evolution strategy advances only when it is asked."""
        for _, batch in itertools.groupby(outcomes, key=lambda one: one.trial.stage):
            replayed = []
            for outcome in batch:
                study.enqueue_trial(optuna_params(space, outcome.trial.values))
                trial = study.ask()
                _ = trial.relative_params  # runs the sampler, which Optuna skips if all values are enqueued
                space.point(SuggestedPoint(space, trial))
                replayed.append((trial, outcome))
            for trial, outcome in replayed:
                study.tell(trial, outcome.cost, state=outcome.state)
