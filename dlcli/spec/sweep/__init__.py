"""Sweep files: what is searched, how, and at what cost; with them the configs of their trials."""

from dlcli.spec.sweep.load import load_sweep, sweep_from_texts, sweep_of_config, sweep_of_document
from dlcli.spec.sweep.mappings import is_auxiliary
from dlcli.spec.sweep.notation import ParameterSpec
from dlcli.spec.sweep.spec import SweepSpec

__all__ = [
    "ParameterSpec",
    "SweepSpec",
    "is_auxiliary",
    "load_sweep",
    "sweep_from_texts",
    "sweep_of_config",
    "sweep_of_document",
]
