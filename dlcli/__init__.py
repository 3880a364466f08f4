"""dlcli: deep-learning experiments from YAML files, and what to try next.

>>> run = dlcli.train("config.yaml", overrides={"training.epochs": 5})
>>> run.metrics["test/accuracy"]
>>> dlcli.load(run.path).predict(inputs)
"""

import sys


def _is_command() -> bool:
    """Return whether Python is about to run this package, as in `python -m dlcli`."""
    words = zip(sys.orig_argv, [*sys.orig_argv[1:], ""], strict=True)
    return sys.argv[:1] == ["-m"] and any(
        one.startswith("-") and (one.endswith("mdlcli") or (one.endswith("m") and two == "dlcli")) for one, two in words
    )


# `-m` puts the working directory first on the path: a json.py or numpy.py in it would run instead of the real one.
# A program that imports dlcli keeps its path.
if _is_command() and not sys.flags.safe_path:
    del sys.path[0]

from typing import TYPE_CHECKING, Any  # noqa: E402  after the path is safe

__version__ = "0.1.0"

__all__ = ["check_gradients", "evaluate", "load", "resume", "sample", "score", "sweep", "train"]

if TYPE_CHECKING:
    from dlcli.api import check_gradients, evaluate, load, resume, sample, score, train
    from dlcli.sweeps import sweep


def __getattr__(name: str) -> Any:
    """Import a public function when it is first used, so that `dlcli --help` is quick."""
    if name == "sweep":
        from dlcli import sweeps

        return sweeps.sweep
    if name in __all__:
        from dlcli import api

        return getattr(api, name)
    raise AttributeError(f"module 'dlcli' has no attribute {name!r}")
