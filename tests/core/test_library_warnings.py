from __future__ import annotations

import pytest

from dlcli.core.library_warnings import show_warning


def test_a_warning_is_one_line_without_escape_sequences(capsys: pytest.CaptureFixture[str]) -> None:
    show_warning(UserWarning("bad\n\x1b[31mname"), UserWarning, "module.py", 3)
    assert capsys.readouterr().err == "warning: bad \\x1b[31mname\n"
