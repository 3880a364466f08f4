"""Where a run's data is, as seen from the run: a project that was moved as a whole still finds it."""

from __future__ import annotations

import os
from pathlib import Path

from dlcli.core import StorageError
from dlcli.runs import files
from dlcli.runs.run_folder import RunFolder

#: of runs that do not say: the folder that holds `runs/`
DEFAULT = "../.."


def relative_data_folder(run: Path, data_path: str | None) -> str:
    """The path from a run to the folder of its data, to be recorded."""
    return DEFAULT if data_path is None else os.path.relpath(Path(data_path).absolute(), run.absolute())


def data_folder(folder: Path) -> Path | None:
    """Where the data of the run in a folder is if it moved with the run; None where the folder is no run."""
    if not (folder / files.RECORD).is_file():
        return None
    try:
        recorded = RunFolder(folder).record().data_folder
    except StorageError:
        recorded = None
    return folder.absolute() / (recorded if isinstance(recorded, str) else DEFAULT)
