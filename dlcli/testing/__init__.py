"""The contracts of components as checks, for components of this repository and of any other package.

>>> from dlcli import testing
>>> [str(check) for check in testing.checks("layer", "relu")][0]
'layer relu: gradient agrees with differences'
>>> testing.check_component("metric", "top_k_accuracy", options={"k": 2})

A test suite of another package runs every check as a test of its own:

    import pytest
    from dlcli import testing

    @pytest.mark.parametrize("check", testing.checks_of_module("my_package"), ids=str)
    def test_contract(check):
        check()

A check raises `AssertionError` if the component breaks the contract that the check is named after, or the error that
the component itself raises. Nothing here needs pytest or hypothesis. With
`pytest.register_assert_rewrite("dlcli.testing")` in a `conftest.py`, before the import, pytest shows the values of a
comparison that failed. Checks are assertions, so do not run them with `python -O`.

No other part of dlcli imports this package.
"""

from dlcli.testing.check import Check, Subject
from dlcli.testing.options import every_option_is_described
from dlcli.testing.suites import SUITES, check_component, checks, checks_of_module

__all__ = [
    "SUITES",
    "Check",
    "Subject",
    "check_component",
    "checks",
    "checks_of_module",
    "every_option_is_described",
]
