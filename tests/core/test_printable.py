import pytest

from dlcli.core import printable, printable_lines


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain text, Ünïcödé, 日本語, emoji 👩‍💻", "plain text, Ünïcödé, 日本語, emoji 👩‍💻"),
        ("\x1b[31mred\x1b[0m", "\\x1b[31mred\\x1b[0m"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("a\nb\r\tc\0", "a\\nb\\r\\tc\\x00"),
        ("\x9b31m\x7f\x85", "\\x9b31m\\x7f\\x85"),
        ("a\u202eb\u2066c\u200fd\u061c", "a\\u202eb\\u2066c\\u200fd\\u061c"),
        ("a\u2028b\u2029c\u200bd\ufeff", "a\\u2028b\\u2029c\\u200bd\\ufeff"),
        ("bad\udcff \ud800", "bad\\xff \\ud800"),
        ("[red]x[/red] [link=a]b[/link]", "[red]x[/red] [link=a]b[/link]"),
    ],
)
def test_what_a_terminal_obeys_or_hides_is_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown
    assert printable(shown) == shown


def test_lines_stay_apart() -> None:
    assert printable_lines("a\n\tb\r\x1b") == "a\n\tb\\r\\x1b"
