"""Every registered data set and file format passes the conformance suite of `dlcli.testing`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet
import pytest

import dlcli.components  # noqa: F401  # fills the registry
from dlcli import testing
from dlcli.core import registry
from dlcli.data import DataPaths, load_data
from dlcli.settings import SplitOptions

NAMES = registry.names("dataset")


def test_there_are_data_sets() -> None:
    assert set(NAMES) >= {
        "digits", "breast_cancer", "iris", "wine", "diabetes", "moons", "circles", "spirals", "planar_flower",
    }  # fmt: skip


@pytest.mark.parametrize("check", [check for name in NAMES for check in testing.checks("dataset", name)], ids=str)
def test_contract(check: testing.Check) -> None:
    check()


@pytest.mark.parametrize("name", ["copying", "docstrings"])
def test_texts_have_a_vocabulary(name: str) -> None:
    reader = registry.lookup("dataset", name)()
    assert load_data(reader, DataPaths(), split=SplitOptions(), seed=0).preprocessor.vocabulary is not None


def write(folder: Path) -> dict[str, dict[str, Any]]:
    """Write the same forty examples in several formats, and return the options to read each of them."""
    generator = np.random.default_rng(0)
    inputs, labels = generator.standard_normal((40, 2)), np.arange(40) % 2
    rows = [{"a": a, "b": b, "kind": "xyz"[number % 3], "label": ["no", "yes"][label]}
            for number, ((a, b), label) in enumerate(zip(inputs.tolist(), labels, strict=True))]  # fmt: skip
    lines = [",".join(rows[0]), *(",".join(map(str, row.values())) for row in rows)]
    (folder / "data.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (folder / "data.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    pa.parquet.write_table(pa.Table.from_pylist(rows), folder / "data.parquet")
    np.savez(folder / "data.npz", x=inputs, y=labels)
    np.save(folder / "inputs.npy", inputs)
    np.save(folder / "targets.npy", labels)
    return {
        "csv": {"path": str(folder / "data.csv"), "label": "label"},
        "jsonl": {"path": str(folder / "data.jsonl"), "label": "label"},
        "parquet": {"path": str(folder / "data.parquet"), "label": "label"},
        "npz": {"path": str(folder / "data.npz")},
        "npy": {"path": str(folder / "inputs.npy"), "targets_path": str(folder / "targets.npy")},
    }


@pytest.mark.parametrize("name", ["csv", "jsonl", "parquet", "npz", "npy"])
def test_formats_conform(tmp_path: Path, name: str) -> None:
    testing.check_component("format", name, options=write(tmp_path)[name])


@pytest.mark.parametrize("kind", ["format", "normalization"])
def test_every_option_is_described(kind: str) -> None:
    for name in registry.names(kind):
        testing.every_option_is_described(testing.Subject(kind, name))
