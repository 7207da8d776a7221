"""Orders: the signature that lets anybody on the staff book restricted work."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from clinic.errors import Malformed, Refusal, RuleBroken, by_gate
from clinic.models import Practitioner, Site, User
from clinic.policies.credentials import performer_refusals
from clinic.selectors.facts import permissions_at, practitioner_facts, site_facts
from clinic.services.changes import share
from patients.models import Patient
from patients.selectors.clinicians import clinician_of
from patients.services.changes import alone, ripple
from treatments.models import OrderItem, TreatmentOrder
from treatments.models.orders import REVOKED
from treatments.policies.gates.shape import shape_refusals
from treatments.selectors.performers import holders_of
from treatments.selectors.work import Asked, Work, work_of
from treatments.signals import order_revoked

VALID_FOR = timedelta(days=90)
"""From the signature until the last start of a visit."""
INSTANT = timedelta(microseconds=1)
OF_ONE_VISIT = "too_many_treatments"


@transaction.atomic
def sign_order(*, actor: User, patient: Patient, site: Site, items: Sequence[Asked], now: datetime) -> TreatmentOrder:
    """
    Order work for a patient at a site, signed in one profession that may do all of it there now without supervision.

    :raises NotAllowed: for somebody who is no active practitioner.
    :raises RuleBroken: with every reason why the signer may not do the work alone, or why it cannot be done as asked.
    :raises Malformed: when an item lacks what its treatment needs.
    """
    signer = clinician_of(actor)
    share(keys=[signer.pk, *(lesion for item in items for lesion in item.lesions)])
    work = _work(patient, site, items)
    _refuse([reason for reason in shape_refusals(patient=work.facts, items=work.items) if reason.code != OF_ONE_VISIT])
    order = TreatmentOrder.objects.create(
        patient=patient,
        site=site,
        signed_by=signer,
        profession=_profession(signer, work, now),
        signed_at=now,
        expires_at=now + VALID_FOR,
    )
    OrderItem.objects.bulk_create(
        [
            OrderItem(
                order=order,
                patient=patient,
                group=group,
                treatment=row.treatment,
                lesion=row.lesion,
                body_site=row.body_site,
                act=row.act,
                depth=row.depth,
                region=row.region,
            )
            for group, line in enumerate(work.lines, start=1)
            for row in line.rows
        ]
    )
    return order


def revoke_order(*, actor: User, order: TreatmentOrder, now: datetime) -> tuple[TreatmentOrder, list[UUID]]:
    """
    Take an order back, and move the visits that stand on it and are not done; repeated, it changes nothing.

    :raises NotAllowed: for somebody who is no active practitioner.
    """
    clinician_of(actor)
    with alone(keys=[order.signed_by_id]):
        order = TreatmentOrder.objects.select_for_update(of=("self",)).get(pk=order.pk)
        if order.status == REVOKED:
            return order, []
        order.status, order.revoked_by = REVOKED, actor
        order.save(update_fields=["status", "revoked_by"])
        moved = ripple(order_revoked, order=order.pk, actor=actor, reason="order_revoked", now=now)
    return order, moved


def _work(patient: Patient, site: Site, items: Sequence[Asked]) -> Work:
    try:
        return work_of(patient=patient, site=site, asked=items)
    except Malformed as error:
        fields = {field.replace("treatments", "items", 1): detail for field, detail in error.fields.items()}
        raise Malformed(fields) from error


def _profession(signer: Practitioner, work: Work, now: datetime) -> str:
    """The profession that holds every scope of the work."""
    held = holders_of(scopes=work.scopes, site=work.site.pk, people=[signer.pk], now=now).get(signer.pk, [])
    for profession, scopes in held:
        if scopes.issuperset(work.scopes):
            return profession
    _refuse(_why_not(signer, work, now))
    raise RuleBroken("privilege_missing", "No single profession of the signer covers all of this work without supervision.")


def _why_not(signer: Practitioner, work: Work, now: datetime) -> list[Refusal]:
    """The reasons of the profession that has the fewest."""
    facts = practitioner_facts(practitioners=[signer.pk], site=work.site)[signer.pk]
    professions = sorted({licence.profession for licence in facts.licences}) or [None]
    permissions = permissions_at(
        jurisdiction=work.site.jurisdiction, at=now, professions=[name for name in professions if name]
    )
    answers = [
        performer_refusals(
            practitioner=facts,
            site=site_facts(work.site),
            profession=profession,
            wanted=work.keys,
            start=now,
            end=now + INSTANT,
            permissions=permissions,
        )
        for profession in professions
    ]
    return min(answers, key=len) or [_supervised()]


def _supervised() -> Refusal:
    return Refusal(
        code="privilege_missing",
        gate="G04",
        detail="The signer does some of this work under supervision only, and an order takes somebody who does all of it alone.",
        source="Clinic policy: an order is signed by a practitioner who may do the work unsupervised at the site",
        mend="Have a dermatologist sign it; at the eyelid an ophthalmologist may do so too.",
    )


def _refuse(reasons: Sequence[Refusal]) -> None:
    if reasons:
        first = by_gate(reasons)[0]
        raise RuleBroken(first.code, first.detail, reasons=reasons)
