"""
What messages may say: which places each has, and what none ever says.

A message names first name, day, time, clinic and telephone at most; whatever is about somebody's health stands behind its link.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from appointments.policies.gsm7 import LONGEST, folded, gsm7_length, unsendable
from appointments.policies.health_words import health_words
from appointments.policies.spoken import LONGEST_SHORT_DAY, LONGEST_SHORT_TIME
from clinic.errors import Refusal
from clinic.policies.protocol import PORTAL, SMS

LANGUAGES: Final = ("en", "es")

CONFIRMATION, CHANGED, CANCELLATION = "confirmation", "change", "cancellation"
ABOUT_A_TIME: Final = (CONFIRMATION, "reminder", "preparation", CHANGED, CANCELLATION, "bring", "slot_offer")
"""These say when: a visit's day and time, or those that are offered."""
GUIDING: Final = (
    "rebook",
    "aftercare",
    "check_in",
    "review",
    "care",
    "look_again",
    "progress",
    "next_step",
    "no_result",
    "step_1",
    "step_2",
    "step_3",
    "six_months",
    "newborn",
    "newborn_later",
    "recall",
    "next_offer",
)
"""These say only that there is something to read, behind their link."""
OPTED_OUT, OPTED_IN, HELP, STAFF_EXPIRY = "opted_out", "opted_in", "help", "staff_expiry"
KEYS: Final = (*ABOUT_A_TIME, *GUIDING, OPTED_OUT, OPTED_IN, HELP, STAFF_EXPIRY)
ON_THE_PORTAL: Final = ("preparation", "aftercare", "care", "step_1", "newborn", "newborn_later")
"""The protocol names the portal for these."""

EVERYWHERE: Final = ("clinic", "phone")
ALLOWED: Final = (
    dict.fromkeys(ABOUT_A_TIME, ("first_name", *EVERYWHERE, "day", "time", "link"))
    | dict.fromkeys(GUIDING, ("first_name", *EVERYWHERE, "link"))
    | {OPTED_OUT: EVERYWHERE, OPTED_IN: EVERYWHERE, HELP: EVERYWHERE, STAFF_EXPIRY: ("first_name", *EVERYWHERE, "day")}
)
REQUIRED: Final = (
    dict.fromkeys(ABOUT_A_TIME, (*EVERYWHERE, "day", "time"))
    | dict.fromkeys(GUIDING, (*EVERYWHERE, "link"))
    | dict.fromkeys((CONFIRMATION, "preparation", "bring", "slot_offer"), (*EVERYWHERE, "day", "time", "link"))
    | {OPTED_OUT: EVERYWHERE, OPTED_IN: EVERYWHERE, HELP: EVERYWHERE, STAFF_EXPIRY: (*EVERYWHERE, "day")}
)
LONGEST_LINK: Final = 60
WORST: Final = {
    "first_name": 10,
    "day": LONGEST_SHORT_DAY,
    "time": LONGEST_SHORT_TIME,
    "clinic": 24,
    "phone": 15,
    "link": LONGEST_LINK,
}
"""The most characters that a place takes in a text message; longer names are shortened, links and telephones never."""

UNSEEN: Final = ("Cc", "Cf", "Co", "Cs", "Cn")
"""Categories of characters without a shape of their own: they could part a word that must not stand there."""
PLACE: Final = re.compile(r"\{([a-z_]+)\}")
_FILLERS: Final = r"(?:(?:with|back|us|the|word|to|by|texting|con|la|palabra|a|este|mensaje|para|y|and)\s+)*"
_ASKS_FOR_CANCEL: Final = re.compile(
    r"\b(?:reply|replying|respond|answer|text|send|type|write|responda|responder|responde|conteste|contestar|envíe|enviar"
    rf"|envie|escriba|escribir|mande|mandar|teclee)\s+{_FILLERS}[\"'“”‘’«*]*cancel(?:ar|e|a)?\b",
    re.IGNORECASE,
)
_KEYWORD: Final = re.compile(r"\bCANCEL(?:AR)?\b")

FEDERAL: Final = "47 CFR 64.1200(a)(9)(iv): who calls about health care names the clinic and its contact, in 160 characters"
REVOKING: Final = "47 CFR 64.1200(a)(10): a reply of CANCEL revokes the consent to all texts, and cancels no visit"
PRIVACY: Final = "HHS, HIPAA FAQ on reminders, and the clinic's own rule: no message tells anything about somebody's health"
HOUSE: Final = "Clinic policy: texts have named places and nothing else that is filled in"


@dataclass(frozen=True, kw_only=True)
class Text:
    """One wording, as it is written: with its places in braces."""

    key: str
    channel: str
    language: str
    body: str
    subject: str = ""


def tidied(text: Text) -> Text:
    """The same text with each letter as one character and lines that end alike, however it was typed."""
    subject, body = (unicodedata.normalize("NFC", part.replace("\r\n", "\n")) for part in (text.subject, text.body))
    return replace(text, subject=subject, body=body)


def lint(text: Text) -> list[Refusal]:
    """All reasons why this text may not be sent to anybody; empty when there are none."""
    checks = (_shape, _health, _cancel, _places, _length)
    return [refusal for check in checks for refusal in check(text)]


def _shape(text: Text) -> Iterator[Refusal]:
    if text.channel == PORTAL and text.key not in ON_THE_PORTAL:
        yield _refusal("channel_unknown", "No message of this key goes to the portal.", HOUSE, "Choose email or sms.")
    if not text.body.strip():
        yield _refusal("text_empty", "The text says nothing.", HOUSE, "Write what it is to say.")
    if text.channel == SMS and text.subject:
        yield _refusal("subject_not_wanted", "A text message has no subject.", HOUSE, "Leave the subject out.")
    if text.channel != SMS and not text.subject.strip():
        yield _refusal("subject_missing", "This message needs a subject.", HOUSE, "Write a subject.")
    if any(unicodedata.category(letter) in UNSEEN and letter != "\n" for letter in _whole(text)):
        detail = "The text has characters that nobody sees."
        yield _refusal("unseen_character", detail, HOUSE, "Type it anew, without control characters and joiners.")
    if len(text.subject.splitlines()) > 1:
        yield _refusal("subject_of_several_lines", "The subject has several lines.", HOUSE, "Write it in one line.")


def _health(text: Text) -> Iterator[Refusal]:
    words = list(dict.fromkeys(word.lower() for word in health_words(_whole(text))))
    if words:
        detail = f"These words tell something about health: {', '.join(words)}."
        yield _refusal("health_word", detail, PRIVACY, "Leave them out: the link leads to what is to be known.")


def _cancel(text: Text) -> Iterator[Refusal]:
    if _ASKS_FOR_CANCEL.search(_whole(text)) or _KEYWORD.search(_whole(text)):
        detail = "The text invites people to reply CANCEL, which ends every text message and cancels no visit."
        yield _refusal("reply_cancel", detail, REVOKING, "Let people call, or follow the link.")


def _places(text: Text) -> Iterator[Refusal]:
    whole = _whole(text)
    named = list(dict.fromkeys(PLACE.findall(whole)))
    for place in named:
        if place not in ALLOWED[text.key]:
            known = ", ".join(f"{{{name}}}" for name in ALLOWED[text.key])
            yield _refusal("place_unknown", f"This message has no place {{{place}}}.", HOUSE, f"It has {known}.")
    if re.search(r"[{}]", PLACE.sub("", whole)):
        mend = "Write places such as {first_name}, and no other braces."
        yield _refusal("place_unreadable", "There is a brace that belongs to no place.", HOUSE, mend)
    body = PLACE.findall(text.body)
    for place in REQUIRED[text.key]:
        if place not in body:
            source = FEDERAL if place in EVERYWHERE else HOUSE
            yield _refusal("place_missing", f"The text does not say {{{place}}}.", source, f"Put {{{place}}} into the text.")


def _length(text: Text) -> Iterator[Refusal]:
    if text.channel != SMS:
        return
    words = folded(PLACE.sub("", text.body))
    if strange := unsendable(words):
        detail = f"A text message cannot hold these characters: {' '.join(strange)}"
        yield _refusal("not_gsm7", detail, "3GPP TS 23.038", "Write plain letters and signs.")
        return
    longest = longest_of(text)
    if longest > LONGEST:
        detail = f"With long names the message takes {longest} characters; {LONGEST} is the most."
        yield _refusal("too_long", detail, FEDERAL, f"Leave out {longest - LONGEST} characters.")


def longest_of(text: Text) -> int:
    """The septets that a text message takes when every place is as long as it gets; its words can be sent."""
    words = gsm7_length(folded(PLACE.sub("", text.body))) or 0
    return words + sum(WORST.get(place, 0) for place in PLACE.findall(text.body))


def _whole(text: Text) -> str:
    return f"{text.subject}\n{text.body}"


def _refusal(code: str, detail: str, source: str, mend: str) -> Refusal:
    return Refusal(code=code, detail=detail, source=source, mend=mend)
