import json
from collections.abc import Callable

import numpy as np

from dlcli.diagnosis import Assessment, TrainingResult, assess
from dlcli.reports import WorstMistakes, write_report

CURVE = "report/learning_curve.png"


def test_a_folder_of_three_files(result: TrainingResult, assessment: Assessment) -> None:
    texts: dict[str, str] = {}
    pictures: dict[str, bytes] = {}
    write_report(result, assessment, write_text=texts.__setitem__, write_bytes=pictures.__setitem__)
    assert texts.keys() == {"report/report.json", "report/report.md"}
    assert pictures.keys() == {CURVE}
    assert json.loads(texts["report/report.json"])["run"] == result.run
    assert "](learning_curve.png)" in texts["report/report.md"]


def test_the_page_has_no_curve_without_epochs(make_result: Callable[..., TrainingResult]) -> None:
    texts: dict[str, str] = {}
    pictures: dict[str, bytes] = {}
    result = make_result(epochs=1)
    write_report(result, assess(result), write_text=texts.__setitem__, write_bytes=pictures.__setitem__)
    assert not pictures
    assert "learning_curve.png" not in texts["report/report.md"]


def test_misclassified_images_are_drawn(result: TrainingResult, assessment: Assessment) -> None:
    texts: dict[str, str] = {}
    pictures: dict[str, bytes] = {}
    mistakes = WorstMistakes("dev", np.ones((1, 4, 4, 1)), ["cat"], ["dog"], np.array([0.9]), ["3"], 16, 200)
    write_report(result, assessment, mistakes=mistakes, write_text=texts.__setitem__, write_bytes=pictures.__setitem__)
    assert pictures.keys() == {CURVE, "report/confusion.png", "report/mistakes.png"}
    page = texts["report/report.md"]
    assert page.index("## Mistakes in dev") < page.index("](confusion.png)") < page.index("](mistakes.png)")
