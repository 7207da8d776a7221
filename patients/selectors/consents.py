"""What a patient has agreed to, and which text is shown now."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, OuterRef, Q, QuerySet

from clinic.models import User
from patients.models import Consent, ConsentText
from patients.policies.consents import counts_on
from patients.selectors.records import patients_visible_to


def consents_in_force(*, patient: UUID, at: datetime) -> dict[str, UUID]:
    """
    Each kind that was consented to at that moment, with the consent's id, the latest where several were signed.

    A consent holds from its signature until its withdrawal, whatever texts come later; a guardian's for a minor ends on
    the eighteenth birthday, on the calendar of the site where the patient is registered.
    """
    signed = Consent.objects.filter(patient=patient, signed_at__lte=at).filter(Q(withdrawn_at=None) | Q(withdrawn_at__gt=at))
    rows = signed.order_by("signed_at", "pk").values_list(
        "kind", "pk", "signer_role", "signed_at", "patient__birth_date", "patient__registered_site__time_zone"
    )
    return {
        kind: consent
        for kind, consent, role, signed_at, birth_date, zone in rows
        if counts_on(
            birth_date=birth_date,
            role=role,
            signed_on=signed_at.astimezone(ZoneInfo(zone)).date(),
            on=at.astimezone(ZoneInfo(zone)).date(),
        )
    }


def consents_visible_to(user: User) -> QuerySet[Consent]:
    """Consents of the patients whom the user may see, with their texts; drawn signatures are read only where they are shown."""
    visible = patients_visible_to(user).select_related(None).values("pk")
    return (
        Consent.objects.filter(patient__in=visible)
        .select_related("patient__registered_site", "text", "recorded_by", "withdrawn_by")
        .defer("signature_image")
    )


def is_in_force(consent: Consent, *, at: datetime) -> bool:
    """Whether this consent holds at that moment, as `consents_in_force` judges it."""
    zone = consent.patient.registered_site.zone
    return (
        consent.signed_at <= at
        and (consent.withdrawn_at is None or at < consent.withdrawn_at)
        and counts_on(
            birth_date=consent.patient.birth_date,
            role=consent.signer_role,
            signed_on=consent.signed_at.astimezone(zone).date(),
            on=at.astimezone(zone).date(),
        )
    )


def present_texts(*, at: datetime) -> QuerySet[ConsentText]:
    """The version of each text, in each language, that is shown at that moment."""
    begun = ConsentText.objects.filter(in_force_from__lte=at)
    later = begun.filter(kind=OuterRef("kind"), language=OuterRef("language"), version__gt=OuterRef("version"))
    return begun.exclude(Exists(later))


def present_text(*, kind: str, language: str, at: datetime) -> ConsentText | None:
    """The version of that text which is shown at that moment, if there is one in the language."""
    return present_texts(at=at).filter(kind=kind, language=language).first()
