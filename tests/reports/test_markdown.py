from collections.abc import Callable

import numpy as np

from dlcli.diagnosis import Assessment, SplitOutcome, TrainingResult, assess
from dlcli.reports import report_markdown
from dlcli.tasks import ClassPredictions


def test_the_page(result: TrainingResult, assessment: Assessment) -> None:
    page = report_markdown(result, assessment, learning_curve="learning_curve.png")
    assert page.startswith("# example\n")
    assert "| **dev** | **8.00 %** | 4.8 … 12.6 % | 200 |  |" in page  # low: mid-P of 16 in 200, high: Wilson
    assert "↳ *variance*" in page and "*high*" in page
    assert "](learning_curve.png)" in page
    assert "--set regularization.l2=0.3" in page
    assert "| accuracy | – | – | 93.00 % |" in page


def test_all_rows_of_a_table_have_the_same_number_of_cells(result: TrainingResult, assessment: Assessment) -> None:
    page = report_markdown(result, assessment, learning_curve=None)
    tables = [block.splitlines() for block in page.split("\n\n") if block.startswith("|")]
    assert len(tables) == 3
    for header, *rows in tables:
        cells = header.replace("\\|", "").count("|")
        assert {row.replace("\\|", "").count("|") for row in rows} == {cells}


def test_class_names_cannot_break_a_table(result: TrainingResult, assessment: Assessment) -> None:
    assert "| a\\|b |" in report_markdown(result, assessment, learning_curve=None)


def test_figures_are_optional(result: TrainingResult, assessment: Assessment) -> None:
    assert "![" not in report_markdown(result, assessment, learning_curve=None)


def test_warnings_are_at_the_top(make_result: Callable[..., TrainingResult]) -> None:
    result = make_result(status="interrupted")
    page = report_markdown(result, assess(result), learning_curve=None)
    assert page.index("interrupted: ") < page.index("\n## ")


def test_remarks_on_the_data_are_at_the_top(make_result: Callable[..., TrainingResult]) -> None:
    result = make_result(remarks=("duplicates",))
    page = report_markdown(result, assess(result), learning_curve=None)
    assert page.index("duplicates") < page.index("\n## ")


def test_regression(regression: TrainingResult) -> None:
    page = report_markdown(regression, assess(regression), learning_curve=None)
    assert str(regression.measure.label) in page and "Mistakes" not in page
    assert "points" not in page


def test_the_sparsity_of_l1(make_result: Callable[..., TrainingResult]) -> None:
    free = make_result()
    assert "L1" not in report_markdown(free, assess(free), learning_curve=None)
    sparse = make_result(history=[record | {"sparsity": record["epoch"] / 20} for record in free.history])
    assert sparse.sparsity == 0.55  # of the best epoch, 11
    assert "55.0 %" in report_markdown(sparse, assess(sparse), learning_curve=None)


def test_the_trend_of_the_loss_needs_enough_epochs(make_result: Callable[..., TrainingResult]) -> None:
    short, long = make_result(epochs=2), make_result()
    assert "falling" not in report_markdown(short, assess(short), learning_curve=None)
    assert "falling" in report_markdown(long, assess(long), learning_curve=None)


def test_a_shift_is_part_of_the_page(make_result: Callable[..., TrainingResult], result: TrainingResult) -> None:
    train, dev, _ = result.splits
    shifted = make_result(splits=[train, dev, dev_like(dev, 2)])
    page = report_markdown(shifted, assess(shifted), learning_curve=None)
    assert "↳ *dev-test mismatch*" in page and "dev overfit" not in page
    assert page.count("33 % in dev") == page.count("0 % in test") == 1  # the verdict is about the variance


def dev_like(dev: SplitOutcome, dropped: int) -> SplitOutcome:
    """Return a test set like dev without one class."""
    kept = np.asarray(dev.truth) != dropped
    predictions = ClassPredictions(dev.predictions.form("labels")[kept], dev.predictions.form("probabilities")[kept])
    return SplitOutcome("test", predictions, np.asarray(dev.truth)[kept])
