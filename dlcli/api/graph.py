"""A model's graph, from a config or a run, without training it."""

from __future__ import annotations

from pathlib import Path

from dlcli import runs
from dlcli.api.loaded_model import LoadedModel
from dlcli.api.transfer import start
from dlcli.nn import NodeSummary
from dlcli.spec import Overrides, load_spec


def show(config_or_run: str | Path, *, overrides: Overrides = (), runs_dir: str | Path = "runs") -> list[NodeSummary]:
    """The nodes of a model in the order they run.

    Args:
        config_or_run: a config file, or a run as `load` finds it.
        overrides: of the config.
        runs_dir: the folder that runs are looked for in.

    Raises:
        ConfigError: there is neither such a config nor such a run, or the config is wrong.
        DataError: the data, whose shape the model takes, is missing.
    """
    path = Path(config_or_run)
    if path.is_file():
        experiment, _ = start(load_spec(path, overrides), runs_dir=Path(runs_dir))
        return experiment.model.summary()
    return LoadedModel(runs.find(Path(runs_dir), str(config_or_run))).model.summary()
