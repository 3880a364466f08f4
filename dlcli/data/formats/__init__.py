"""Files of the user's own: CSV, Parquet, NumPy and idx."""

from __future__ import annotations

from dlcli.data.formats.csv import Csv
from dlcli.data.formats.idx import Idx
from dlcli.data.formats.npy import Npy
from dlcli.data.formats.npz import Npz
from dlcli.data.formats.parquet import Parquet

__all__ = ["Csv", "Idx", "Npy", "Npz", "Parquet"]
