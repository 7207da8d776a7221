"""The alphabet of text messages (3GPP TS 23.038, GSM 7-bit default alphabet): what it holds, how long a text is, what may be written instead."""

import unicodedata
from typing import Final

LONGEST: Final = 160
"""Septets of a message that is sent as one; 47 CFR 64.1200(a)(9)(iv) allows health care messages no more characters."""

BASIC: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION: Final = frozenset("\f^{}\\[~]|€")
"""Each of these takes two septets."""

INSTEAD: Final = str.maketrans(
    {
        **dict.fromkeys("‘’‚´`ʼ", "'"),
        **dict.fromkeys("“”„«»", '"'),
        **dict.fromkeys("‐‑‒–—―", "-"),
        **dict.fromkeys("\u00a0\u2009\u202f\t", " "),
        "…": "...",
        "•": "-",
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "ð": "d",
        "Ð": "D",
        "þ": "th",
        "Þ": "Th",
        "œ": "oe",
        "Œ": "Oe",
        "ı": "i",
        "ẞ": "SS",
    }
)


def gsm7_length(text: str) -> int | None:
    """How many septets the text takes, two for each character of the extension table; None when it cannot be sent in this alphabet."""
    if unsendable(text):
        return None
    return sum(2 if letter in EXTENSION else 1 for letter in text)


def unsendable(text: str) -> str:
    """The characters of the text that the alphabet does not have, each once."""
    return "".join(dict.fromkeys(letter for letter in text if letter not in BASIC and letter not in EXTENSION))


def folded(text: str) -> str:
    """The text with what the alphabet lacks written as near as it can be: á becomes a, typographic quotes plain ones; the rest stays."""
    composed = unicodedata.normalize("NFC", text).translate(INSTEAD)
    return "".join(letter if letter in BASIC or letter in EXTENSION else _without_marks(letter) for letter in composed)


def sendable(text: str) -> str:
    """The text folded, without what could not be: for names of people and places, which nobody chose for this alphabet."""
    near = folded(text)
    return "".join(letter for letter in near if letter in BASIC or letter in EXTENSION)


def _without_marks(letter: str) -> str:
    plain = "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
    return plain or letter
