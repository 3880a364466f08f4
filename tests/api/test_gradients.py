"""Gradient checks of configured models."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dlcli import api
from dlcli.ops.linear import Linear


def test_every_parameter_of_a_model_passes(config: Path) -> None:
    report = api.check_gradients(config, overrides=["model.batch_norm=true"])
    assert report.ok
    names = {check.parameter for check in report.checks}
    assert {"linear_1.weight", "batch_norm_1.gamma", "batch_norm_1.beta", "output.weight", "output.bias"} <= names
    assert report.checked == sum(check.size for check in report.checks)
    assert report.worst.relative_error < 1e-6


def test_a_wrong_backward_fails_with_the_name_of_its_parameter(config: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    right = Linear.backward

    def wrong(ctx, grad):  # type: ignore[no-untyped-def]
        grad_x, grad_weight, grad_bias = right(ctx, grad)
        grad_weight[0, 0] *= 1.01
        return grad_x, grad_weight, grad_bias

    monkeypatch.setattr(Linear, "backward", staticmethod(wrong))
    report = api.check_gradients(config)
    assert not report.ok
    assert report.worst.parameter in ("linear_1.weight", "output.weight")
    assert report.worst.index == (0, 0)
    np.testing.assert_allclose(report.worst.analytic / report.worst.numeric, 1.01, rtol=1e-4)


def test_a_large_model_is_checked_on_a_sample_by_default(config: Path) -> None:
    wide = ["model.hidden_units=[2000]"]
    assert api.check_gradients(config, overrides=wide).checked == 100 + 100 + 100 + 3
    assert api.check_gradients(config, overrides=wide, max_per_parameter=5).checked == 5 + 5 + 5 + 3


def test_along_directions_when_asked_or_when_elements_would_take_minutes(
    config: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = api.check_gradients(config, along_directions=True)
    assert report.ok and report.along_directions
    assert report.checked == len(report.checks)
    assert not api.check_gradients(config).along_directions
    monkeypatch.setattr("dlcli.api.gradients.MOST_OPERATIONS", 1e3)
    assert api.check_gradients(config).along_directions
    assert not api.check_gradients(config, max_per_parameter=3).along_directions
