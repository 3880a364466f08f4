"""Checks with the native kernels and with the reference kernels."""

from __future__ import annotations

from collections.abc import Callable
from types import ModuleType
from typing import Any
from unittest.mock import patch

import numpy as np

from dlcli import kernels
from dlcli.kernels import native, reference


def on_each_backend(check: Callable[[], None]) -> None:
    """Run a check with the native kernels, if they are used, and with the reference kernels.

    Floating-point errors are ignored, as in training: NaN that is not an error is not reported.
    """
    with np.errstate(all="ignore"):
        check()
        if native.module is not None:
            with patch.dict(vars(kernels), _reference_kernels()):
                check()


def _reference_kernels() -> dict[str, Callable[..., Any]]:
    """Return name → reference kernel, for every kernel."""
    modules = [module for module in vars(reference).values() if isinstance(module, ModuleType)]
    return {
        name: getattr(module, name)
        for module in modules
        for name in kernels.__all__
        if getattr(getattr(module, name, None), "__module__", None) == module.__name__
    }
