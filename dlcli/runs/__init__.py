"""A run's folder: how it is made, written, locked, found and removed."""

from __future__ import annotations

from dlcli.runs.catalog import RunSummary, find, list_runs, named_runs, remove
from dlcli.runs.data_folder import data_folder, relative_data_folder
from dlcli.runs.folder import Folder, as_json, as_npz
from dlcli.runs.positive_classes import metric_title, positive_classes_of
from dlcli.runs.record import RunRecord, Status
from dlcli.runs.run_folder import RunFolder
from dlcli.runs.session import Session, recording

__all__ = [
    "Folder",
    "RunFolder",
    "RunRecord",
    "RunSummary",
    "Session",
    "Status",
    "as_json",
    "as_npz",
    "data_folder",
    "find",
    "list_runs",
    "metric_title",
    "named_runs",
    "positive_classes_of",
    "recording",
    "relative_data_folder",
    "remove",
]
