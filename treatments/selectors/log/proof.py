"""Why a procedure was lawful: as of its booking, of its start and of its signature, never from what stands today."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime

from clinic.errors import RuleBroken
from treatments.models import Procedure
from treatments.models.procedures import SIGNED
from treatments.selectors.log.evidence import Subject, evidence


def proof_of(procedure: Procedure) -> dict[str, Any]:
    """
    Licence, privileges with their policy, supervision, consents and lesions at each moment that counted, and the signatures.

    What stood at the booking and the start is read from the append-only history as of the moment at which the database
    recorded them; what the signature rested on is the snapshot that was signed with it.

    :raises RuleBroken: `not_signed`, for a draft, which proves nothing.
    """
    if procedure.status != SIGNED:
        raise RuleBroken("not_signed", "A draft proves nothing: it is signed first.")
    plan = _plan_of(procedure)
    return {
        "procedure": str(procedure.pk),
        "encounter": str(procedure.encounter_id),
        "performed_by": str(procedure.performed_by_id),
        "profession": procedure.profession,
        "supervision": procedure.supervision,
        "performed": {"start": procedure.performed_at.isoformat(), "end": procedure.ended_at.isoformat()},
        "scopes": _scopes(procedure),
        "booking": _at_booking(procedure, plan),
        "start": _at_start(procedure, plan),
        "signature": {name: value for name, value in procedure.decision.items() if name != "allowed"},
    }


def _plan_of(procedure: Procedure) -> dict[str, Any]:
    """The visit as it was planned last for this performer, while the patient was here or before."""
    plan = procedure.encounter.plan
    plans = [*plan.get("earlier", []), plan] if plan else []
    theirs = [held for held in plans if held.get("practitioner") == str(procedure.performed_by_id)]
    return (theirs or plans or [{}])[-1]


def _at_booking(procedure: Procedure, plan: dict[str, Any]) -> dict[str, Any] | None:
    recorded = parse_datetime(plan.get("recorded_at") or "")
    if recorded is None:
        return None
    told = {name: plan[name] for name in ("visit", "revision", "booked_at", "booked_by", "start", "end", "decision")}
    return told | evidence(_planned(procedure, plan), at=recorded)


def _at_start(procedure: Procedure, plan: dict[str, Any]) -> dict[str, Any] | None:
    """When the treatment began, or was handed over to this performer if that was later."""
    begun = procedure.encounter.begun
    if not begun:
        return None
    started, planned = (parse_datetime(told.get("recorded_at") or "") for told in (begun, plan))
    handed_over = planned is not None and planned > started
    told = (
        {"at": plan["recorded_at"], "decision": plan["decision"]}
        if handed_over
        else {"at": begun["at"], "decision": begun["decision"]}
    )
    return told | evidence(_worked(procedure, plan), at=planned if handed_over else started)


def _planned(procedure: Procedure, plan: dict[str, Any]) -> Subject:
    return Subject(
        practitioner=UUID(plan["practitioner"]),
        profession=plan["profession"],
        supervisor=UUID(plan["supervisor"]) if plan["supervisor"] else None,
        supervisor_profession=plan["supervisor_profession"],
        site=procedure.site,
        patient=procedure.patient_id,
        scopes=tuple(plan["scopes"]),
        lesions=tuple(UUID(lesion) for lesion in plan["lesions"]),
        start=_moment(plan["start"]),
        end=_moment(plan["end"]),
    )


def _worked(procedure: Procedure, plan: dict[str, Any]) -> Subject:
    """What was done, with the lesions that were planned and those that came to it."""
    done = set(procedure.outcomes.values_list("lesion", flat=True))
    planned = {UUID(lesion) for lesion in plan.get("lesions", [])}
    return Subject(
        practitioner=procedure.performed_by_id,
        profession=procedure.profession,
        supervisor=procedure.supervisor_id,
        supervisor_profession=procedure.supervisor_profession,
        site=procedure.site,
        patient=procedure.patient_id,
        scopes=tuple(_scopes(procedure)),
        lesions=tuple(sorted(done | planned, key=str)),
        start=procedure.performed_at,
        end=procedure.ended_at,
    )


def _scopes(procedure: Procedure) -> list[str]:
    return sorted({scope for item in procedure.items.all() for scope in item.scopes})


def _moment(text: str) -> datetime:
    found = parse_datetime(text)
    if found is None:
        raise ValueError(text)
    return found
