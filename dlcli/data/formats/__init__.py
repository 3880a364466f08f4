"""Readers of the user's files: CSV, Parquet, JSON lines, NumPy, idx, images and texts."""

from __future__ import annotations

from dlcli.data.formats.conll import Conll
from dlcli.data.formats.csv import Csv
from dlcli.data.formats.idx import Idx
from dlcli.data.formats.image_folder import ImageFolder
from dlcli.data.formats.image_list import ImageList
from dlcli.data.formats.jsonl import Jsonl
from dlcli.data.formats.lines import Lines
from dlcli.data.formats.npy import Npy
from dlcli.data.formats.npz import Npz
from dlcli.data.formats.parquet import Parquet
from dlcli.data.formats.text import Text
from dlcli.data.formats.text_folder import TextFolder

__all__ = [
    "Conll",
    "Csv",
    "Idx",
    "ImageFolder",
    "ImageList",
    "Jsonl",
    "Lines",
    "Npy",
    "Npz",
    "Parquet",
    "Text",
    "TextFolder",
]
