"""Status and outcome of a sweep, computed from its journal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcli.core import ConfigError
from dlcli.search import Configuration, SweepOutcome
from dlcli.sweeps.config import SweepSpec
from dlcli.sweeps.runner.final_training import final_outcome
from dlcli.sweeps.runner.journal import SweepState
from dlcli.sweeps.runner.replicates import aggregate_replicates, replicate_trials
from dlcli.sweeps.runner.sweep_components import SweepComponents
from dlcli.sweeps.runner.sweep_folder import SweepFolder, SweepRecord


def status(folder: SweepFolder) -> SweepOutcome:
    """Return the current outcome of a sweep without training or writing anything.

    The importance of parameters is not computed because it takes seconds.

    Raises:
        StorageError: Files of the sweep are damaged.
    """
    return outcome(folder, folder.record(), SweepComponents(folder.spec()), folder.state())


def best_config(folder: SweepFolder, trial: int | None = None) -> str:
    """Return the complete config of the best configuration, or of a trial, as YAML.

    Args:
        folder: Folder of the sweep.
        trial: Number of a trial; None for the best configuration.

    Raises:
        ConfigError: The trial does not exist, or no trial has a result yet.
    """
    spec, trials = folder.spec(), folder.state().trials
    if trial is None:
        best = folder.record().objective.best(trials.values())
        if best is None:
            raise ConfigError(f"no trial of sweep {folder.id} has a result yet", code="missing_result")
        return best_text(spec, best, folder.id)
    if trial not in trials:
        raise ConfigError(
            f"sweep {folder.id} has no trial {trial}; it has {len(trials)}, counted from 0", code="unknown_run"
        )
    return _config_text(spec, trials[trial].values, f"trial {trial} of sweep {folder.id}")


def best_text(spec: SweepSpec, best: Configuration, id: str) -> str:
    """Return the content of `best.yaml`."""
    return _config_text(spec, best.values, f"the best configuration of sweep {id}, trial {best.number}")


def _config_text(spec: SweepSpec, values: Mapping[str, Any], title: str) -> str:
    return f"# {title}\n{spec.trial_spec(values).to_yaml()}"


def outcome(folder: SweepFolder, record: SweepRecord, components: SweepComponents, state: SweepState) -> SweepOutcome:
    """Return the outcome of a sweep without the importance of parameters."""
    spec, objective, trials = components.spec, record.objective, state.ordered
    seeds = spec.execution.seeds
    best = objective.best(trials)
    return SweepOutcome(
        id=folder.id,
        name=record.name,
        search=spec.search.name,
        objective=objective,
        space=components.space,
        trials=trials,
        stages=tuple(
            replicate_trials(stage, seeds)
            for stage in components.search.stages(components.space, aggregate_replicates(trials, seeds), objective)
        ),
        final=final_outcome(state, best, objective),
        seconds=sum(trial.seconds for trial in trials),
        workers=state.workers,
        pruning=None if spec.execution.pruning is None else spec.execution.pruning.name,
        config=None if best is None else spec.trial_spec(best.values).resolved(),
    )
