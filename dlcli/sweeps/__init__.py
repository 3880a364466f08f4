"""Hyperparameter sweeps: parallel trials whose journal survives crashes, and a report."""

from dlcli.sweeps.assembly import build_space, central_spec, check_sweep
from dlcli.sweeps.config import SweepSpec, load_sweep, sweep_of_document
from dlcli.sweeps.config.json_schema import sweep_json_schema
from dlcli.sweeps.report import sweep_summary
from dlcli.sweeps.report.plot_points import failures
from dlcli.sweeps.report.wording import value_text
from dlcli.sweeps.runner.sweep import resume, sweep
from dlcli.sweeps.runner.sweep_catalog import SweepSummary, find, list_sweeps, summarize
from dlcli.sweeps.runner.sweep_folder import SweepFolder, SweepRecord
from dlcli.sweeps.runner.sweep_observer import SweepObserver, SweepPlan
from dlcli.sweeps.runner.sweep_result import Sweep
from dlcli.sweeps.runner.sweep_status import best_config, status

__all__ = [
    "Sweep",
    "SweepFolder",
    "SweepObserver",
    "SweepPlan",
    "SweepRecord",
    "SweepSpec",
    "SweepSummary",
    "best_config",
    "build_space",
    "central_spec",
    "check_sweep",
    "failures",
    "find",
    "list_sweeps",
    "load_sweep",
    "resume",
    "status",
    "summarize",
    "sweep",
    "sweep_json_schema",
    "sweep_of_document",
    "sweep_summary",
    "value_text",
]
