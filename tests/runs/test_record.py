from __future__ import annotations

import json
import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from dlcli.core import dumps
from dlcli.runs import RunRecord


def begin(folder: Path) -> RunRecord:
    return RunRecord.begin(
        id="r", name="n", seed=3, command=["dlcli", "train"], data={"a.csv": "00ff"}, git_commit=None
    )


def test_it_has_everything_that_a_result_depends_on(tmp_path: Path) -> None:
    record = begin(tmp_path)
    assert record.status == "running"
    assert record.exit_code is None
    assert record.versions["numpy"] == np.__version__
    assert record.host["cpu_count"] == os.cpu_count()
    assert record.host["process_id"] == os.getpid()
    assert record.started.endswith("Z")


def test_it_is_read_from_json_without_loss(tmp_path: Path) -> None:
    record = begin(tmp_path).resume(["dlcli", "resume", "r"])
    ended = record.end("diverged", 5, metrics={"dev/error": 0.5}, error={"kind": "diverged"})
    read = RunRecord.from_json(json.loads(dumps(ended.to_json())) | {"added_later": 1})
    assert read == ended
    assert read.resumed == (("dlcli", "resume", "r"),)


def test_resumption_resets_the_fields_of_the_end(tmp_path: Path) -> None:
    ended = begin(tmp_path).end("interrupted", 130, metrics={}, error={"kind": "interrupted"})
    assert ended.ended is not None
    resumed = ended.resume(["dlcli", "resume", "r"])
    assert (resumed.status, resumed.exit_code, resumed.ended, resumed.error) == ("running", None, None, None)
    assert resumed.started == ended.started


def test_differences_that_can_affect_bits_are_recorded(tmp_path: Path) -> None:
    kernels = {"backend": "native", "isa": "avx2", "threads": 2}
    before = replace(begin(tmp_path), host={"machine": "x86_64", "kernels": kernels}, changes=())
    same = before.resume(["dlcli"], compute={"machine": "x86_64", "kernels": kernels})
    assert same.changes == ()
    other = before.resume(["dlcli"], compute={"machine": "arm64", "kernels": kernels | {"threads": 1}})
    assert [change.split()[0] for change in other.changes] == ["machine", "kernels"]
    older = replace(before, versions={**before.versions, "numpy": "1.0"})
    assert [change.split()[0] for change in older.differences(before)] == ["numpy"]
    assert len(replace(older, host={}).resume(["dlcli"]).changes) == 1  # unrecorded values are ignored
