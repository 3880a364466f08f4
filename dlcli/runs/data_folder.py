"""Location of a run's data relative to the run, so that a project can be moved as a whole."""

from __future__ import annotations

import os
from pathlib import Path

from dlcli.core import StorageError
from dlcli.runs import files
from dlcli.runs.run_folder import RunFolder

#: Default for runs without a record of it: the folder that contains `runs/`.
DEFAULT = "../.."


def relative_data_folder(run: Path, data_path: str | None) -> str:
    """Return the path from a run to the folder of its data, for the record."""
    return DEFAULT if data_path is None else os.path.relpath(Path(data_path).absolute(), run.absolute())


def data_folder(folder: Path) -> Path | None:
    """Return where the data of a run is if it was moved together with the run; None if the folder is not a run."""
    if not (folder / files.RECORD).is_file():
        return None
    try:
        recorded = RunFolder(folder).record().data_folder
    except StorageError:
        recorded = None
    return folder.absolute() / (recorded if isinstance(recorded, str) else DEFAULT)
