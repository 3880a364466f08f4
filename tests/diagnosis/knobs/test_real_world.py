from collections.abc import Callable

from dlcli.diagnosis import Diagnosis, Evidence
from dlcli.diagnosis.knobs.real_world import harder_dev_set, measure_human_level, metric_for_rare_classes

Make = Callable[..., Evidence]


def test_a_rare_class_asks_for_another_metric(make_case: Make) -> None:
    advice = metric_for_rare_classes(make_case(train_class_counts=(900, 100)))
    assert advice is not None and advice.settings == {"evaluation.optimize": "dev/macro_f1"}
    assert "90 %" in advice.why
    assert metric_for_rare_classes(make_case(train_class_counts=(600, 400))) is None
    assert metric_for_rare_classes(make_case()) is None


def test_human_level_only_where_it_is_not_known(make_case: Make, make_diagnosis: Callable[..., Diagnosis]) -> None:
    assert measure_human_level(make_case()) is not None
    assert measure_human_level(make_case(make_diagnosis(human_error=0.0, train=(1, 10)))) is None


def test_a_harder_dev_set_where_no_gap_is_left(make_case: Make, make_diagnosis: Callable[..., Diagnosis]) -> None:
    advice = harder_dev_set(make_case(make_diagnosis(human_error=0.0, train=(0, 1000), dev=(0, 400))))
    assert advice is not None and "dev error 0.00 %" in advice.why
    assert harder_dev_set(make_case()) is None, "its avoidable bias is high"
    undecided = make_diagnosis(human_error=0.05, train=(100, 2000), dev=(21, 300))
    assert harder_dev_set(make_case(undecided)) is None
