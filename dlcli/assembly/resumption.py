"""Checks before a run is resumed: which options may change, and whether epochs are left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dlcli.core import ConfigError, InvalidConfigError
from dlcli.runs import differences

#: Options that do not affect the weights after the finished epochs.
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
    """Check that a run can be resumed with a changed config.

    Args:
        old: Resolved config of the run.
        new: Resolved config for the resumption.

    Raises:
        InvalidConfigError: Options differ that must not change; the error lists all of them.
    """
    refused = {key: values for key, values in differences([old, new]).items() if not _may_change(key)}
    if refused:
        raise InvalidConfigError(
            [
                ConfigError(
                    f"expected {before} as in the run, got {after}; train a new run to change it",
                    code="changed_option",
                    key=key,
                )
                for key, (before, after) in refused.items()
            ]
        )


def check_epochs_left(*, run: str, finished: int, epochs: int) -> None:
    """Check that a run has epochs left.

    Args:
        run: Id of the run.
        finished: Number of finished epochs.
        epochs: Number of epochs in the config of the resumption.

    Raises:
        ConfigError: No epoch is left.
    """
    if epochs <= finished:
        raise ConfigError(
            f"expected more than the {finished} epochs that run {run} has been trained for, got {epochs}",
            key="training.epochs",
        )


def _may_change(key: str) -> bool:
    return any(key == allowed or key.startswith((f"{allowed}.", f"{allowed}[")) for allowed in MAY_CHANGE)
