"""dlcli: deep-learning experiments from YAML files, and what to try next.

>>> run = dlcli.train("config.yaml", overrides={"training.epochs": 5})
>>> run.metrics["test/accuracy"]
>>> dlcli.load(run.path).predict(inputs)
"""

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"

__all__ = ["check_gradients", "evaluate", "load", "resume", "sample", "score", "sweep", "train"]

if TYPE_CHECKING:
    from dlcli.experiment import check_gradients, evaluate, load, resume, sample, score, train
    from dlcli.sweeps.sweep import sweep


def __getattr__(name: str) -> Any:
    """The functions are imported when they are first used, so that `dlcli --help` is quick."""
    if name == "sweep":
        from dlcli import sweeps

        return sweeps.sweep
    if name in __all__:
        from dlcli import experiment

        return getattr(experiment, name)
    raise AttributeError(f"module 'dlcli' has no attribute {name!r}")
