"""Check that a config fits its data: everything is built, nothing is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dlcli.api.training import start
from dlcli.spec import Spec


@dataclass(frozen=True)
class DataCheck:
    """Result of `check_data`.

    Args:
        description: One-line description of the data.
        examples: Number of examples by split.
        warnings: Warnings about the data.
    """

    description: str
    examples: Mapping[str, int]
    warnings: tuple[str, ...]


def check_data(spec: Spec, *, runs_dir: str | Path = "runs") -> DataCheck:
    """Read the data of a config, and build the task, the model and the metrics for it.

    Args:
        spec: Validated config.
        runs_dir: Folder in which the run is looked up whose weights the model starts from.

    Raises:
        ConfigError: An option does not fit the data.
        DataError: The data is missing, damaged, or lacks a column or file that the config names.
    """
    experiment, _ = start(spec, runs_dir=Path(runs_dir))
    data = experiment.data
    examples = {name: len(split) for name, split in data.splits.items()}
    return DataCheck(data.description, examples, data.warnings)
