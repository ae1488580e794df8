"""Normal form of texts: letters composed (NFC), every kind of blank a space, none at the ends."""

from __future__ import annotations

import unicodedata

# What spreadsheets, web pages and French typography put where a space is meant.
_BLANKS = dict.fromkeys((0xA0, 0x2007, 0x202F), " ")


def normal_text(text: str) -> str:
    r"""Normalise a text so that spellings that look alike are alike.

    Examples
    --------
    >>> normal_text(" cafe\u0301\u00a0bar ") == "caf\u00e9 bar"
    True
    """
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFC", text.translate(_BLANKS)).strip()
