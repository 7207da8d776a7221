"""Makers of consents and their texts for tests: signed long ago, in person, unless told otherwise."""

import hashlib
from datetime import UTC, datetime
from typing import Any

from clinic.models import User
from patients.models import Consent, ConsentText, Patient

LONG_AGO = datetime(2026, 1, 5, 15, tzinfo=UTC)


def a_text(kind: str = "lancet_extraction", version: int = 1, language: str = "en", **fields: Any) -> ConsentText:
    """That version of the text, made if it is not there."""
    standing = ConsentText.objects.filter(kind=kind, version=version, language=language).first()
    if standing and not fields:
        return standing
    defaults = {"title": f"Consent to {kind}", "body": f"Version {version}.", "in_force_from": datetime(2020, 1, 1, tzinfo=UTC)}
    text = ConsentText(kind=kind, version=version, language=language, **defaults | fields)
    text.sha256 = hashlib.sha256(text.shown.encode()).hexdigest()
    text.save(force_insert=True)
    return text


def a_consent(patient: Patient, kind: str = "lancet_extraction", **fields: Any) -> Consent:
    """A consent straight through the table."""
    text = fields.pop("text", None) or a_text(kind)
    by_guardian = fields.get("signer_role") == "guardian"
    defaults = {
        "text": text,
        "text_sha256": text.sha256,
        "signer_role": "patient",
        "signer_name": patient.guardian_name if by_guardian else patient.name,
        "signer_relationship": "mother" if by_guardian else "",
        "signature_name": "" if "signature_image" in fields else patient.name,
        "signed_at": LONG_AGO,
        "recorded_by": fields.pop("recorded_by", None) or User.objects.get_or_create(username="scribe")[0],
    }
    return Consent.objects.create(patient=patient, kind=kind, **defaults | fields)


def agreed(patient: Patient, *kinds: str, **fields: Any) -> Patient:
    """The patient, who has consented to these kinds of work, to a lancet extraction when none is named."""
    for kind in kinds or ("lancet_extraction",):
        a_consent(patient, kind, **fields)
    return patient
