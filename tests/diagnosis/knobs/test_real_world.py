from collections.abc import Callable

from dlcli.diagnosis import Diagnosis, Evidence
from dlcli.diagnosis.knobs.real_world import harder_dev_set, measure_human_level, metric_for_rare_classes

Make = Callable[..., Evidence]


def test_another_metric_for_a_rare_class(make_evidence: Make) -> None:
    advice = metric_for_rare_classes(make_evidence(train_class_counts=(900, 100)))
    assert advice is not None and advice.settings == {"evaluation.optimize": "dev/macro_f1"}
    assert "90 %" in advice.why
    assert metric_for_rare_classes(make_evidence(train_class_counts=(600, 400))) is None
    assert metric_for_rare_classes(make_evidence()) is None


def test_human_level_only_if_it_is_not_known(make_evidence: Make, make_diagnosis: Callable[..., Diagnosis]) -> None:
    assert measure_human_level(make_evidence()) is not None
    assert measure_human_level(make_evidence(make_diagnosis(human_error=0.0, train=(1, 10)))) is None


def test_a_harder_dev_set_if_no_gap_is_left(make_evidence: Make, make_diagnosis: Callable[..., Diagnosis]) -> None:
    advice = harder_dev_set(make_evidence(make_diagnosis(human_error=0.0, train=(0, 1000), dev=(0, 400))))
    assert advice is not None and "0.00 %" in advice.why
    assert harder_dev_set(make_evidence()) is None  # its avoidable bias is high
    undecided = make_diagnosis(human_error=0.05, train=(100, 2000), dev=(21, 300))
    assert harder_dev_set(make_evidence(undecided)) is None
