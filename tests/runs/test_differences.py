from __future__ import annotations

from dlcli.runs.differences import ABSENT, differences, flatten


def test_lists_of_layers_are_compared_layer_by_layer() -> None:
    one = {"model": {"layers": [{"linear": {"units": 4}}, "relu"], "sizes": [1, 2], "empty": {}}}
    assert flatten(one) == {
        "model.layers[0].linear.units": 4,
        "model.layers[1]": "relu",
        "model.sizes": [1, 2],
        "model.empty": {},
    }


def test_only_differences_are_listed() -> None:
    old = {"seed": 0, "optimizer": {"name": "adam", "learning_rate": 0.1}}
    new = {"seed": 0, "optimizer": {"name": "sgd"}}
    expected = {"optimizer.name": ['"adam"', '"sgd"'], "optimizer.learning_rate": ["0.1", ABSENT]}
    assert differences([old, new]) == expected
    assert differences([old, old]) == {}
