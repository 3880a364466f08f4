"""What may change when a run goes on, and whether there is anything left to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcli.core import ConfigError, InvalidConfigError
from dlcli.runs import differences

#: what does not change the weights that the epochs so far have led to
MAY_CHANGE = (
    "data.path",
    "data.dataset.path",
    "data.dataset.test_path",
    "evaluation.batch_size",
    "evaluation.human_error",
    "evaluation.metrics",
    "regularization.early_stopping.patience",
    "training.checkpoint",
    "training.epochs",
    "training.max_steps",
    "training.log_every_steps",
)


def check_resumable(old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    """Refuse to go on with a config that would have led elsewhere.

    Args:
        old: the run's resolved config.
        new: the resolved config it is to go on with.

    Raises:
        InvalidConfigError: one problem for every key that differs and may not.
    """
    refused = {key: values for key, values in differences([old, new]).items() if not _may_change(key)}
    if refused:
        raise InvalidConfigError(
            [
                ConfigError(
                    f"is {before} in the run, not {after}; a resumed run keeps it, so train a new one",
                    code="changed_option",
                    key=key,
                )
                for key, (before, after) in refused.items()
            ]
        )


def check_epochs_left(*, run: str, finished: int, epochs: int) -> None:
    """Refuse to resume a run that is done and was not given more to do.

    Args:
        run: its id.
        finished: epochs that were trained.
        epochs: `training.epochs`, as extended.

    Raises:
        ConfigError: there is no epoch left.
    """
    if epochs <= finished:
        raise ConfigError(
            f"run {run} has already been trained for {finished} epochs; expected more epochs",
            key="training.epochs",
        )


def _may_change(key: str) -> bool:
    return any(key == allowed or key.startswith((f"{allowed}.", f"{allowed}[")) for allowed in MAY_CHANGE)
