"""Whatever happens to a file, it is read or its mistake is explained in one line."""

from __future__ import annotations

import gzip
import io
import random
import struct
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from dlcli.core import DlcliError, registry
from dlcli.data import DataPaths, FileFormat, load_data
from dlcli.data.formats import Conll, Csv, Idx, Jsonl, Lines, Npy, Npz, Parquet, Text
from dlcli.settings import SplitOptions

PIECES = [b"\n", b",", b'"', b"\r", b"\0", b"nan", b"inf", b"1e400", b"\xff", b" "]


def saved(save: object, *arrays: np.ndarray, **named: np.ndarray) -> bytes:
    stream = io.BytesIO()
    save(stream, *arrays, **named)
    return stream.getvalue()


def contents() -> dict[str, bytes]:
    draw = np.random.default_rng(0)
    x, y = draw.random((30, 3)), np.arange(30) % 2
    rows = "".join(f"{a:.3f},{'xyz'[n % 3]},{label}\n" for n, (a, label) in enumerate(zip(x[:, 0], y, strict=True)))
    table = io.BytesIO()
    parquet.write_table(pa.table({"a": [1.0, 2.0, None] * 10, "b": ["x", None, "y"] * 10, "y": y}), table)
    images = struct.pack(">BBBB3I", 0, 0, 8, 3, 30, 2, 2) + draw.integers(0, 256, 120).astype(np.uint8).tobytes()
    return {
        "a.csv": b"a,b,y\n" + rows.encode(),
        "a.parquet": table.getvalue(),
        "a.npz": saved(np.savez, x=x, y=y),
        "b.npz": saved(np.savez_compressed, x=x, y=y),
        "x.npy": saved(np.save, x),
        "y.npy": saved(np.save, y),
        "x.idx": images,
        "x.idx.gz": gzip.compress(images),
        "a.txt": "".join(f"Zeile {n} äöü\r\n" for n in range(30)).encode(),
        "b.txt": "".join(f"Zeile {n} äöü\n" for n in range(30)).encode(),
        "a.jsonl": "".join(f'{{"text": "Töne {n}", "y": "{"ab"[n % 2]}"}}\n' for n in range(30)).encode(),
        "a.conll": "".join(f"Wort{n} A\nist B\n\n" for n in range(30)).encode(),  # codespell:ignore ist
        "y.idx": struct.pack(">BBBBI", 0, 0, 8, 1, 30) + y.astype(np.uint8).tobytes(),
    }


READERS: dict[str, FileFormat] = {
    "a.csv": Csv(path="a.csv"),
    "a.parquet": Parquet(path="a.parquet"),
    "a.npz": Npz(path="a.npz"),
    "b.npz": Npz(path="b.npz"),
    "a.txt": Lines(path="a.txt"),
    "b.txt": Text(path="b.txt"),
    "a.jsonl": registry.make(Jsonl, path="a.jsonl", text="text"),
    "a.conll": Conll(path="a.conll"),
    "x.npy": Npy(path="x.npy", targets_path="y.npy"),
    "x.idx": Idx(path="x.idx", targets_path="y.idx"),
    "x.idx.gz": Idx(path="x.idx.gz", targets_path="y.idx"),
}


def damaged(content: bytes, draw: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(draw.choice([1, 1, 2, 5])):
        place = draw.randrange(len(changed) or 1)
        match draw.randrange(4):
            case 0 if changed:
                changed[place] = draw.randrange(256)
            case 1:
                del changed[place : place + draw.choice([1, 2, 10, 100])]
            case 2:
                changed[place:place] = draw.choice(PIECES)
            case _:
                del changed[max(place, 1) :]
    return bytes(changed)


@pytest.mark.filterwarnings("ignore:Reading `.npy` or `.npz` file required additional header parsing")
@pytest.mark.parametrize("name", READERS)
def test_a_damaged_file_is_explained(tmp_path: Path, name: str):
    sound = contents()
    for file, content in sound.items():
        (tmp_path / file).write_bytes(content)
    data_paths, draw, refused = DataPaths(config_folder=tmp_path), random.Random(name), 0
    load_data(READERS[name], data_paths, split=SplitOptions(), seed=0)
    for _ in range(60):
        (tmp_path / name).write_bytes(damaged(sound[name], draw))
        try:
            load_data(READERS[name], data_paths, split=SplitOptions(), seed=0)
        except DlcliError as error:
            assert "\n" not in str(error)
            refused += 1
    assert refused > 10
