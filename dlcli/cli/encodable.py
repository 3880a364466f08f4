"""Output for terminals and files whose encoding lacks characters that the messages use.

A minus sign that becomes a question mark is another number, so each character has a substitute in ASCII.
"""

from __future__ import annotations

import codecs
import unicodedata
from typing import TextIO

#: how the codec's error handler is called
HANDLER = "dlcli.substitute"

#: what stands for the characters of numbers, formulas and tables
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
    """Write substitutes to a stream for what its encoding lacks, and `?` for characters that have none."""
    codecs.register_error(HANDLER, _substituted)
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors=HANDLER)


def _substituted(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    return "".join(map(in_ascii, error.object[error.start : error.end])), error.end


def in_ascii(character: str) -> str:
    """What stands for a character where there is only ASCII."""
    if character in SUBSTITUTES:
        return SUBSTITUTES[character]
    code = ord(character)
    if 0x2500 <= code < 0x2580:  # box drawing
        name = unicodedata.name(character)
        return "-" if name.endswith("HORIZONTAL") else "|" if name.endswith("VERTICAL") else "+"
    if 0x2580 <= code < 0x25A0:  # block elements, of bars
        return "#"
    plain = "".join(SUBSTITUTES.get(part, part) for part in unicodedata.normalize("NFKD", character))
    is_letter = unicodedata.category(character).startswith("L")  # of a user's word, which would be another word
    return "?" if is_letter or not plain.isascii() else plain
