"""Whether a config fits its data: everything is built, nothing is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dlcli.api.transfer import start
from dlcli.spec import Spec


@dataclass(frozen=True)
class DataCheck:
    """What was found.

    Args:
        description: one line about the data.
        examples: number of examples by split.
        warnings: what the user should hear about the data.
    """

    description: str
    examples: Mapping[str, int]
    warnings: tuple[str, ...]


def check_data(spec: Spec, *, runs_dir: str | Path = "runs") -> DataCheck:
    """Read the data of a config, and build the task, the model and the metrics for it.

    Args:
        spec: the checked config.
        runs_dir: the folder that runs are looked for in, for a model that starts from one.

    Raises:
        ConfigError: an option does not fit the data.
        DataError: the data is missing, damaged, or lacks what the config names.
    """
    experiment, _ = start(spec, runs_dir=Path(runs_dir))
    data = experiment.data
    examples = {name: len(split) for name, split in data.splits.items()}
    return DataCheck(data.description, examples, data.warnings)
