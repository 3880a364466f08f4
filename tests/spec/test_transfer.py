"""The keys of `model` for initial weights."""

from __future__ import annotations

from collections.abc import Callable

from dlcli.spec import ModelSpec, Spec
from dlcli.spec.transfer import FROM, TransferSection

Check = Callable[..., Spec]

ALL = (
    "{from: trunk, replace_head: false, train: 3, reinitialize: [conv2d_1], learning_rate_scale: 0.1, "
    "architecture: logistic}"
)


def config(model: str) -> str:
    return f"data: {{dataset: digits}}\nmodel: {model}\noptimizer: adam\n"


def test_the_model_of_a_run_can_be_omitted(check: Check) -> None:
    spec = check(config("{from: trunk}"))
    assert spec.model == ModelSpec(transfer=TransferSection.model_validate({"from": "trunk"}))
    assert spec.resolved()["model"] == {
        "from": "trunk",
        "replace_head": True,
        "train": "all",
        "reinitialize": [],
        "ignore": [],
        "naming": None,
        "learning_rate_scale": 1.0,
    }


def test_the_keys_are_next_to_an_architecture_or_layers(check: Check) -> None:
    spec = check(config(ALL))
    assert spec.model.architecture is not None
    assert spec.model.transfer is not None
    assert spec.model.transfer.train == 3
    assert spec.model.transfer.reinitialize == ["conv2d_1"]
    layered = check(config("{from: trunk, train: head, layers: [relu]}"))
    assert layered.model.layers is not None
    assert layered.model.transfer is not None
    assert layered.model.transfer.train == "head"
    for one in (spec, layered):
        assert check(one.to_yaml()) == one


def test_null_means_random_weights(check: Check) -> None:
    spec = check(config("{from: null, architecture: logistic}"))
    assert spec == check(config("{architecture: logistic}"))
    assert FROM not in spec.resolved()["model"]
