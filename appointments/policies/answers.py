"""What a text from a patient means, in English and Spanish: only a clear request ends or begins anything."""

import re
import unicodedata
from typing import Final


def _these(words: str) -> frozenset[str]:
    return frozenset(words.split())


STOP, START, HELP, OTHER = "stop", "start", "help", "other"
MEANINGS: Final = (STOP, START, HELP, OTHER)

ALONE: Final = {
    START: frozenset({"start", "unstop", "resume", "optin", "empezar", "comenzar", "reanudar", "iniciar"}),
    HELP: frozenset({"help", "info", "ayuda"}),
}
"""The whole message, but for what is polite."""

ENDING: Final = _these(
    "stop stopall quit end revoke cancel unsubscribe optout alto basta parar para pare paren cancelar detener baja"
)
"""The words of 47 CFR 64.1200(a)(10) and their like: a message of nothing else ends the texts, "cancel" too."""

OUTRIGHT: Final = frozenset({"stop", "stopall", "unsubscribe", "optout", "alto", "basta"})
"""Those that end the texts as a sentence of their own at the head of a message as well."""

POLITE: Final = _these("please pls plz thanks thank you now ok okay hi hello por favor gracias ya hola")
BESIDE_STOP: Final = POLITE | _these("it this that all everything me immediately right already todo todos esto")
OF_VISITS: Final = frozenset({"cancel", "cancelar", "para"})
"""Words that speak of a visit, or of nothing, as soon as anything but what is polite stands beside them."""

TEXTS: Final = r"(?:text(?:s|ing)?|text messages?|messages?|messaging|msgs?|sms|mensajes?(?: de texto)?|textos?)"
WHOSE: Final = r"(?:(?:all|any|the|these|those|this|your|my|more|of|sending|me) )*"
CLEAR: Final = tuple(
    re.compile(rf"\b(?:{pattern})\b")
    for pattern in (
        r"optout|opt me out|unsubscribe|remove my (?:phone )?number",
        rf"no more {WHOSE}{TEXTS}",
        rf"(?:stop|quit|end|cease) {WHOSE}{TEXTS}",
        r"(?:stop|quit) (?:texting|messaging|contacting|writing|sending|bothering)",
        r"(?:do not|dont|never) (?:text|message|sms|contact|write|write to|send) (?:me|us|this|any|anymore|again|texts?|messages?)",
        rf"(?:do not|dont|no longer) (?:want|wish|need) (?:to (?:get|receive|have) )?{WHOSE}{TEXTS}",
        r"(?:take|remove|delete) (?:me|my (?:phone )?number) (?:off|from) (?:of )?(?:your|the|this) (?:\w+ )?list",
        r"(?:revoke|withdraw) my consent|(?:retiro|revoco) mi consentimiento",
        rf"no (?:me |nos )?(?:mande|manden|envie|envien|escriba|escriban) (?:mas|{TEXTS})",
        rf"no mas {TEXTS}|no quiero (?:mas |recibir |recibir mas )?{TEXTS}",
        r"dejen? de (?:escribir|mandar|enviar)(?:me|nos)?",
        rf"(?:basta de|parar?|paren|detener|cancelar) (?:los |sus |estos )?{TEXTS}",
        r"(?:dar|den|denme|darme|darse) de baja",
    )
)
UNCLEAR: Final = re.compile(
    r"\b(?:do not|dont|never|not) (?:please )?(?:stop|quit|end|unsubscribe|opt)|\bno (?:dejen?|paren?)\b"
)
"""Whoever asks us not to stop wants texts."""


def meaning_of(text: str) -> str:
    """
    What the text asks for: `stop`, `start`, `help`, or `other`, which somebody has to read.

    A question such as "may I stop by at 3?" ends nothing, nor does what is said of a visit.
    """
    plain = _plain(text)
    words = _words(plain)
    core = [word for word in words if word not in POLITE]
    for meaning, keywords in ALONE.items():
        if len(core) == 1 and core[0] in keywords:
            return meaning
    if _is_ending_alone(words) or _begins_outright(text, plain):
        return STOP
    sentences = [" ".join(_words(sentence)) for sentence in re.split(r"[.,!?;:\n]", plain)]
    asked = any(pattern.search(sentence) for pattern in CLEAR for sentence in sentences)
    return STOP if asked and not any(UNCLEAR.search(sentence) for sentence in sentences) else OTHER


def _is_ending_alone(words: list[str]) -> bool:
    """Nothing but such words, however often, and what goes with them."""
    beside = POLITE if OF_VISITS.intersection(words) else BESIDE_STOP
    return bool(ENDING.intersection(words)) and ENDING.union(beside).issuperset(words)


def _begins_outright(text: str, plain: str) -> bool:
    """`Stop. Wrong number` and `STOP, wrong number`: a sentence of one word, or that word in capitals."""
    is_loud = text.strip()[:4].isupper()
    head = re.split(r"[.!;,:\n-]" if is_loud else r"[.!;\n]", plain.strip(), maxsplit=1)
    return len(head) == 2 and "".join(_words(head[0])) in OUTRIGHT


def _plain(text: str) -> str:
    """In small letters, without accents, apostrophes and what cannot be seen; "opt-out" is one word."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    seen = "".join(letter for letter in letters if unicodedata.category(letter) not in ("Mn", "Cf"))
    return re.sub(r"\bopt[ -]?(in|out)\b", r"opt\1", re.sub(r"[’'`]", "", seen))


def _words(plain: str) -> list[str]:
    return re.findall(r"[a-z0-9]+", plain)
