import io
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from dlcli.core import StorageError, strict_json
from dlcli.diagnosis import Assessment, TrainingResult
from dlcli.reports import EvaluatedRun, compare_errors, comparison_table, write_report
from dlcli.runs import RunFolder, RunRecord
from dlcli.tasks import ErrorRate, MeanSquaredError, RootMeanSquaredError


def classified(wrong: set[int], examples: int, start: int = 0) -> list[dict[str, Any]]:
    return [
        {"id": number, "class": "no" if number in wrong else "yes", "probability": 0.9, "target": "yes"}
        for number in range(start, start + examples)
    ]


def run(name: str, **predictions: list[dict[str, Any]]) -> EvaluatedRun:
    return EvaluatedRun(name, ErrorRate(), predictions)


def test_the_same_examples_are_paired_whatever_their_order() -> None:
    first = run("a", dev=classified(set(range(30)), 400))
    second = run("b", dev=classified(set(range(12)), 400)[::-1])
    (dev,) = compare_errors(first, second).splits
    assert dev.is_paired and dev.num_examples == (400, 400)
    assert (dev.first, dev.second) == (0.075, 0.03)
    assert dev.difference.value == pytest.approx(-0.045)
    assert dev.verdict == "second is better"


def test_paired_samples_are_conclusive_where_independent_ones_are_not() -> None:
    """20 and 12 errors of 400 differ significantly on the same examples if the 12 are among the 20."""
    first, second = classified(set(range(20)), 400), classified(set(range(12)), 400)
    elsewhere = classified({400 + number for number in range(12)}, 400, start=400)
    (paired,) = compare_errors(run("a", dev=first), run("b", dev=second)).splits
    (unpaired,) = compare_errors(run("a", dev=first), run("b", dev=elsewhere)).splits
    assert paired.verdict == "second is better"
    assert not unpaired.is_paired and unpaired.verdict == "inconclusive"


def test_the_same_ids_with_other_targets_are_not_paired() -> None:
    other = [record | {"target": "no"} for record in classified(set(), 50)]
    (dev,) = compare_errors(run("a", dev=classified(set(), 50)), run("b", dev=other)).splits
    assert not dev.is_paired


def test_only_splits_of_both_runs_are_compared() -> None:
    first = run("a", dev=classified({1}, 50), test=classified({1}, 50))
    second = run("b", test=classified({1}, 50), train_dev=classified({1}, 50))
    assert [split.split for split in compare_errors(first, second).splits] == ["test"]


def test_a_regression_in_its_unit() -> None:
    first = [{"id": k, "price": 10.0, "target": 10.0 + (-1) ** k * 3} for k in range(60)]
    second = [{"id": k, "price": 10.0 + (-1) ** k * 2.0, "target": 10.0 + (-1) ** k * 3} for k in range(60)]
    unit = RootMeanSquaredError()
    (dev,) = compare_errors(EvaluatedRun("a", unit, {"dev": first}), EvaluatedRun("b", unit, {"dev": second})).splits
    assert (dev.first, dev.second) == (3.0, 1.0)
    assert dev.verdict == "second is better"


def test_different_units_are_not_compared() -> None:
    comparison = compare_errors(run("a"), EvaluatedRun("b", MeanSquaredError(), {}))
    assert comparison.measure is None and comparison.splits == ()
    strict_json.dumps(comparison.to_json())


def test_the_table_fits_80_columns() -> None:
    comparison = compare_errors(
        run("20261122T101500Z-digits-mlp-3fa2c1", dev=classified({1, 2}, 400), test=classified({7}, 400)),
        run("20261122T111500Z-digits-mlp-9bb0e4", dev=classified(set(range(40)), 400), test=classified({7}, 400)),
    )
    console = Console(width=80, file=io.StringIO(), color_system=None)
    console.print(comparison_table(comparison))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert all(len(line) <= 80 for line in text.splitlines())
    assert "first is better" in text and "inconclusive" in text


def recorded(path: Path) -> RunFolder:
    folder = RunFolder(path)
    folder.write_record(
        RunRecord(id=path.name, name="x", seed=0, command=("dlcli",), data={}, started="2026-01-01T00:00:00Z")
    )
    return folder


def test_a_run_is_read_from_its_folder(tmp_path: Path, result: TrainingResult, assessment: Assessment) -> None:
    folder = recorded(tmp_path)
    assert EvaluatedRun.read(folder) is None
    write_report(result, assessment, write_text=folder.write_text, write_bytes=folder.write_bytes)
    (size,) = (len(outcome) for outcome in result.splits if outcome.split == "dev")
    records = classified({3}, size)
    folder.write_text("predictions/dev.jsonl", "".join(f"{strict_json.dumps(record)}\n" for record in records))
    assert EvaluatedRun.read(folder) == EvaluatedRun(tmp_path.name, ErrorRate(), {"dev": records})


def test_records_without_an_id_or_a_target_are_an_error(
    tmp_path: Path, result: TrainingResult, assessment: Assessment
) -> None:
    folder = recorded(tmp_path)
    write_report(result, assessment, write_text=folder.write_text, write_bytes=folder.write_bytes)
    file = tmp_path / "predictions" / "dev.jsonl"
    file.parent.mkdir()
    for line in ('{"idx": 1, "target": "a", "class": "a"}', '{"id": 1, "tarGet": "a", "class": "a"}', '{"id": 1}'):
        file.write_text(f"{line}\n", encoding="utf-8")
        with pytest.raises(StorageError) as caught:
            EvaluatedRun.read(folder)
        assert caught.value.file == str(file)
