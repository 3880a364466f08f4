"""Folders of runs: creation, reading and writing, locking, search and removal."""

from __future__ import annotations

from dlcli.runs.append_file import append_line, read_records, torn_line, truncate
from dlcli.runs.catalog import RunSummary, UnknownRunError, find, list_runs, match, named_runs, remove
from dlcli.runs.data_folder import data_folder, relative_data_folder
from dlcli.runs.differences import differences
from dlcli.runs.files import REPORT, REPORT_PAGE
from dlcli.runs.folder import Folder, as_json, as_npz, prepare_path
from dlcli.runs.git_commit import git_commit
from dlcli.runs.own_checksum import add_checksum, verify_checksum
from dlcli.runs.positive_classes import metric_title, positive_classes_of
from dlcli.runs.record import THREAD_VARIABLES, RunRecord, Status, utc_now, versions
from dlcli.runs.run_folder import RunFolder
from dlcli.runs.session import Session, recording
from dlcli.runs.storage import checksum, flush, read_bytes

__all__ = [
    "REPORT",
    "REPORT_PAGE",
    "THREAD_VARIABLES",
    "Folder",
    "RunFolder",
    "RunRecord",
    "RunSummary",
    "Session",
    "Status",
    "UnknownRunError",
    "add_checksum",
    "append_line",
    "as_json",
    "as_npz",
    "checksum",
    "data_folder",
    "differences",
    "find",
    "flush",
    "git_commit",
    "list_runs",
    "match",
    "metric_title",
    "named_runs",
    "positive_classes_of",
    "prepare_path",
    "read_bytes",
    "read_records",
    "recording",
    "relative_data_folder",
    "remove",
    "torn_line",
    "truncate",
    "utc_now",
    "verify_checksum",
    "versions",
]
