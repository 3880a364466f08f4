"""Whether a config fits its data: everything is built, nothing is trained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from dlcli.api.transfer import start
from dlcli.spec import Spec, is_sweep, load_spec, read_text, read_yaml
from dlcli.sweeps import SweepSpec, build_space, load_sweep


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


def check_data(config: str | Path, *, runs_dir: str | Path = "runs") -> DataCheck:
    """Read the data of a config, and build the task, the model and the metrics for it.

    Of a sweep, the config in the middle of its space is built.

    Args:
        config: the YAML file of an experiment or a sweep.
        runs_dir: the folder that runs are looked for in, for a model that starts from one.

    Raises:
        ConfigError: an option does not fit the data.
        DataError: the data is missing, damaged, or lacks what the config names.
    """
    path = Path(config)
    is_of_sweep = is_sweep(read_yaml(read_text(path), str(path)).data)
    spec = _middle(load_sweep(path)) if is_of_sweep else load_spec(path)
    experiment, _ = start(spec, runs_dir=Path(runs_dir))
    data = experiment.data
    examples = {name: len(split) for name, split in data.splits.items()}
    return DataCheck(data.description, examples, data.warnings)


def _middle(sweep: SweepSpec) -> Spec:
    """The config of the trial in the middle of a sweep's space."""
    space = build_space(sweep)
    return sweep.trial_spec(space.point({parameter.name: 0.5 for parameter in space.drawn}))
