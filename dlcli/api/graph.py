"""The graph of a model, from a config or a run."""

from __future__ import annotations

from pathlib import Path

from dlcli import runs
from dlcli.api.loaded_model import LoadedModel
from dlcli.api.training import start
from dlcli.nn import Graph, NodeSummary
from dlcli.spec import Overrides, load_spec


def load_graph(config_or_run: str | Path, *, overrides: Overrides = (), runs_dir: str | Path = "runs") -> Graph:
    """Return the graph of a model, with its initial weights or those of the run.

    Args:
        config_or_run: Config file, or a run, specified as for `load`.
        overrides: Overrides of the config.
        runs_dir: Folder in which runs are looked up.

    Raises:
        ConfigError: No config or run of this name exists, or the config is invalid.
        DataError: The data, which determines the input shape, is missing.
    """
    path = Path(config_or_run)
    if path.is_file():
        experiment, _ = start(load_spec(path, overrides), runs_dir=Path(runs_dir))
        return experiment.model
    return LoadedModel(runs.find(Path(runs_dir), str(config_or_run))).model


def show(config_or_run: str | Path, *, overrides: Overrides = (), runs_dir: str | Path = "runs") -> list[NodeSummary]:
    """Return the nodes of a model in the order of the forward pass.

    Args:
        config_or_run: Config file, or a run, specified as for `load`.
        overrides: Overrides of the config.
        runs_dir: Folder in which runs are looked up.

    Raises:
        ConfigError: No config or run of this name exists, or the config is invalid.
        DataError: The data, which determines the input shape, is missing.
    """
    return load_graph(config_or_run, overrides=overrides, runs_dir=runs_dir).summary()
