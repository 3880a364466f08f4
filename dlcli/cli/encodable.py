"""Output to terminals and files whose encoding lacks characters of the messages.

A minus sign that became a question mark would change a number, so each character has an ASCII substitute.
"""

from __future__ import annotations

import codecs
import unicodedata
from typing import TextIO

#: name of the codec error handler
HANDLER = "dlcli.substitute"

#: ASCII substitutes for the characters of numbers, formulas and tables
SUBSTITUTES = {
    "−": "-",  # U+2212, minus sign
    "–": "-",  # U+2013, en dash
    "—": "-",
    "‑": "-",  # U+2011, non-breaking hyphen
    "…": "...",
    "±": "+/-",
    "×": "x",
    "·": "*",
    "÷": "/",
    "√": "sqrt",
    "∞": "inf",
    "≈": "~",
    "≠": "!=",
    "≤": "<=",
    "≥": ">=",
    "→": "->",
    "←": "<-",
    "↑": "^",
    "↓": "v",
    "⇒": "=>",
    "∈": "in",
    "∂": "d",
    "∇": "grad",
    "Σ": "sum",
    "∑": "sum",
    "α": "alpha",
    "β": "beta",
    "γ": "gamma",
    "δ": "delta",
    "Δ": "delta",
    "ε": "epsilon",
    "η": "eta",
    "θ": "theta",
    "λ": "lambda",
    "μ": "mu",
    "µ": "mu",
    "π": "pi",
    "ρ": "rho",
    "σ": "sigma",
    "τ": "tau",
    "φ": "phi",
    "Γ": "Gamma",
    "Φ": "Phi",
    "ŷ": "y^",
    "\u0302": "^",
    "\u0303": "~",
    "ᵀ": "^T",
    "ℓ": "l",
    "∗": "*",
    "‖": "|",
    "⌊": "floor(",
    "⌋": ")",
    "⌈": "ceil(",
    "⌉": ")",
    "⟨": "<",
    "⟩": ">",
    "′": "'",
    "½": "1/2",
    "✓": "ok",
    "↳": "->",
    "▲": "^",
    "‘": "'",
    "’": "'",
    "‚": ",",
    "“": '"',
    "”": '"',
    "„": '"',
    "«": '"',
    "»": '"',
    "•": "*",
    "█": "#",
    "▏": "|",
    "\u00a0": " ",
    "\u2009": " ",
    "\u202f": " ",
}


def degrade_to(stream: TextIO) -> None:
    """Make a stream write substitutes for characters that its encoding lacks, and `?` if there is no substitute."""
    codecs.register_error(HANDLER, _substitute)
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors=HANDLER)


def _substitute(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(in_ascii, error.object[error.start : error.end])), error.end


def in_ascii(character: str) -> str:
    """Return the ASCII substitute of a character."""
    if character in SUBSTITUTES:
        return SUBSTITUTES[character]
    code = ord(character)
    if 0x2500 <= code < 0x2580:  # box drawing
        name = unicodedata.name(character)
        return "-" if name.endswith("HORIZONTAL") else "|" if name.endswith("VERTICAL") else "+"
    if 0x2580 <= code < 0x25A0:  # block elements, of bars
        return "#"
    plain = "".join(SUBSTITUTES.get(part, part) for part in unicodedata.normalize("NFKD", character))
    # a word of the user without its accents could be another word
    is_letter = unicodedata.category(character).startswith("L")
    return "?" if is_letter or not plain.isascii() else plain
