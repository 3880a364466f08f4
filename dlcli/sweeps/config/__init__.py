"""Sweep files: search space, search, objective, budget and execution; and the configs of the trials."""

from dlcli.sweeps.config.load import load_sweep, sweep_from_texts, sweep_of_config, sweep_of_document
from dlcli.sweeps.config.mappings import is_auxiliary
from dlcli.sweeps.config.notation import ParameterSpec
from dlcli.sweeps.config.sweep_settings import SweepBudget, SweepExecution
from dlcli.sweeps.config.sweep_spec import SweepSpec

__all__ = [
    "ParameterSpec",
    "SweepBudget",
    "SweepExecution",
    "SweepSpec",
    "is_auxiliary",
    "load_sweep",
    "sweep_from_texts",
    "sweep_of_config",
    "sweep_of_document",
]
