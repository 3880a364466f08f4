"""Search for the best configuration: trials in parallel, written down so that nothing is lost."""

from dlcli.sweeps.catalog import SweepSummary, find, list_sweeps
from dlcli.sweeps.folder import SweepFolder, SweepRecord
from dlcli.sweeps.observer import SweepObserver, SweepPlan
from dlcli.sweeps.outcome import best_config, status
from dlcli.sweeps.results import Sweep
from dlcli.sweeps.sweep import resume, sweep

__all__ = [
    "Sweep",
    "SweepFolder",
    "SweepObserver",
    "SweepPlan",
    "SweepRecord",
    "SweepSummary",
    "best_config",
    "find",
    "list_sweeps",
    "resume",
    "status",
    "sweep",
]
