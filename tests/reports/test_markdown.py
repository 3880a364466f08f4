from collections.abc import Callable

from dlcli.diagnosis import Assessment, TrainingResult, assess
from dlcli.reports import report_markdown


def test_the_page(result: TrainingResult, assessment: Assessment) -> None:
    page = report_markdown(result, assessment, picture="learning_curve.png")
    assert page.startswith("# example\n")
    assert "| **dev** | **8.00 %** | 4.8 … 12.6 % | 200 |  |" in page  # low: mid-P of 16 in 200, high: Wilson
    assert "↳ *variance*" in page and "*high*" in page
    assert "![Loss and error of train and dev by epoch](learning_curve.png)" in page
    assert "--set regularization.l2=0.3" in page
    assert "| accuracy | – | – | 93.00 % |" in page


def test_every_row_of_a_table_has_as_many_cells_as_its_header(result: TrainingResult, assessment: Assessment) -> None:
    page = report_markdown(result, assessment, picture=None)
    tables = [block.splitlines() for block in page.split("\n\n") if block.startswith("|")]
    assert len(tables) == 3
    for header, *rows in tables:
        cells = header.replace("\\|", "").count("|")
        assert {row.replace("\\|", "").count("|") for row in rows} == {cells}


def test_class_names_cannot_break_a_table(result: TrainingResult, assessment: Assessment) -> None:
    assert "| a\\|b |" in report_markdown(result, assessment, picture=None)


def test_without_a_picture_there_is_none(result: TrainingResult, assessment: Assessment) -> None:
    assert "![" not in report_markdown(result, assessment, picture=None)


def test_warnings_stand_at_the_top(make_result: Callable[..., TrainingResult]) -> None:
    result = make_result(status="interrupted")
    page = report_markdown(result, assess(result), picture=None)
    assert page.index("interrupted: ") < page.index("## Where the error comes from")


def test_what_is_wrong_with_the_data_stands_at_the_top(make_result: Callable[..., TrainingResult]) -> None:
    result = make_result(remarks=("3 of 200 dev examples (1.5 %) are also in train",))
    page = report_markdown(result, assess(result), picture=None)
    assert page.index("3 of 200 dev examples (1.5 %)") < page.index("## Where the error comes from")


def test_regression(regression: TrainingResult) -> None:
    page = report_markdown(regression, assess(regression), picture=None)
    assert "root mean squared error" in page and "Mistakes" not in page
    assert "points" not in page


def test_what_l1_did_is_told(make_result: Callable[..., TrainingResult]) -> None:
    free = make_result()
    assert "L1" not in report_markdown(free, assess(free), picture=None)
    sparse = make_result(history=[record | {"sparsity": record["epoch"] / 20} for record in free.history])
    assert sparse.sparsity == 0.55  # of the best epoch, 11
    assert "L1 brought 55.0 % of the weights to zero" in report_markdown(sparse, assess(sparse), picture=None)


def test_how_the_loss_ends_is_not_said_of_too_few_epochs(make_result: Callable[..., TrainingResult]) -> None:
    short, long = make_result(epochs=2), make_result()
    assert "Too few epochs to say" in report_markdown(short, assess(short), picture=None)
    assert "The training loss is still falling at the end." in report_markdown(long, assess(long), picture=None)
