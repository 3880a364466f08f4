from __future__ import annotations

import pytest

from dlcli.core.library_warnings import show_warning


def test_a_warning_is_one_line_without_what_a_terminal_obeys(capsys: pytest.CaptureFixture[str]) -> None:
    show_warning(UserWarning("bad\nfile \x1b[31mname"), UserWarning, "module.py", 3)
    assert capsys.readouterr().err == "warning: bad file \\x1b[31mname\n"
