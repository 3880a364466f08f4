import io
from collections.abc import Callable

import numpy as np
import pytest
from rich.console import Console, RenderableType

from dlcli.diagnosis import Advice, Assessment, SplitOutcome, TrainingResult, assess
from dlcli.reports import advice_panel, decomposition_table, report


def shown(renderable: RenderableType) -> str:
    console = Console(width=80, file=io.StringIO(), color_system=None)
    console.print(renderable)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert all(len(line) <= 80 for line in text.splitlines())
    return str(text)


def test_levels_and_gaps_alternate(assessment: Assessment) -> None:
    lines = [line.strip() for line in shown(decomposition_table(assessment.diagnosis)).splitlines()]
    order = ["human level", "avoidable bias", "train", "variance", "dev", "dev overfit", "test"]
    rows = [next(number for number, line in enumerate(lines) if line.startswith(f"{name}  ")) for name in order]
    assert rows == sorted(rows)
    assert "▲ high" in lines[rows[3]]
    assert "? inconclusive" in lines[rows[5]]


def test_the_report_names_verdict_mistakes_and_advice(assessment: Assessment) -> None:
    text = shown(report(assessment))
    assert "variance" in text
    assert "Most confused" in text
    assert "--set regularization.l2=0.3" in text


def test_an_upper_bound_is_marked(make_result: Callable[..., TrainingResult], result: TrainingResult) -> None:
    spec = {**result.spec, "evaluation": {"human_error": None}}
    text = shown(decomposition_table(assess(make_result(spec=spec)).diagnosis))
    assert "assumed optimum" in text and " (at most)" in text


def test_warnings_are_printed(make_result: Callable[..., TrainingResult]) -> None:
    text = shown(report(assess(make_result(parameters={"linear_1.weight": np.zeros((4, 8))}))))
    assert "8 units " in text and "linear_1.weight" in text


def test_regression_fits_the_width(regression: TrainingResult) -> None:
    text = shown(report(assess(regression)))
    assert regression.measure.label in text and "Most confused" not in text


@pytest.mark.parametrize("text", ["[bold]not markup[/bold]", "model.hidden_units=[128,64]"])
def test_brackets_are_text(text: str) -> None:
    assert text in shown(advice_panel([Advice("x", "fit-dev", "why", action=text)]))


def test_class_names_are_not_parsed_as_markup(make_result: Callable[..., TrainingResult]) -> None:
    assert "[red]" in shown(report(assess(make_result(class_names=("[red]", "[/]", "x")))))


@pytest.mark.parametrize("width", [44, 60, 80, 120])
def test_a_narrow_terminal_loses_no_number(assessment: Assessment, width: int) -> None:
    console = Console(width=width, file=io.StringIO(), color_system=None)
    console.print(decomposition_table(assessment.diagnosis))
    text = console.file.getvalue()  # type: ignore[attr-defined]
    for level in assessment.diagnosis.levels:
        assert assessment.diagnosis.measure.unit.text(level.error.value) in text
        assert level.num_examples is None or str(level.num_examples) in text


def test_the_origin_of_the_test_set_is_printed(make_result: Callable[..., TrainingResult]) -> None:
    assert "different files" not in shown(report(assess(make_result())))
    splits = make_result().splits
    worse = SplitOutcome("test", splits[1].predictions, (np.asarray(splits[1].truth) + 1) % 3)
    text = " ".join(shown(report(assess(make_result(splits=[*splits[:2], worse], has_own_test_set=True)))).split())
    assert "different files" in text and "closer dev set" in text
