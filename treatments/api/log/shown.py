"""How stays, logs and incidents look in answers."""

from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from clinic.api.render import local, named, person
from treatments.api.log.inputs import FORMS
from treatments.models import Complication, Encounter, Incident, Procedure, ProcedureItem, ProcedureOutcome

OF_A_DECISION = ("allowed", "judged_at", "warnings", "licence", "policy", "sources", "supervision", "consents")


def show_encounter(encounter: Encounter) -> dict[str, Any]:
    """The stay as EncounterShown."""
    zone = encounter.site.zone
    return {
        "id": str(encounter.id),
        "patient": named(encounter.patient),
        "site": encounter.site.code,
        "practitioner": person(encounter.practitioner),
        "appointment": encounter.visit and str(encounter.visit),
        "status": encounter.status,
        "started_at": local(encounter.started_at, zone),
        "ended_at": local(encounter.ended_at, zone),
        "procedures": [str(procedure.id) for procedure in encounter.procedures.all()],
        "incidents": [str(incident.id) for incident in encounter.incidents.all()],
    }


def show_procedure(procedure: Procedure) -> dict[str, Any]:
    """The log as ProcedureShown, its moments in the zone of its site."""
    zone = procedure.site.zone
    return {
        "id": str(procedure.id),
        "encounter": str(procedure.encounter_id),
        "patient": named(procedure.patient),
        "site": procedure.site.code,
        "status": procedure.status,
        "performed_by": person(procedure.performed_by),
        "profession": procedure.profession or None,
        "supervision": procedure.supervision,
        "supervisor": person(procedure.supervisor) if procedure.supervisor else None,
        "performed_at": local(procedure.performed_at, zone),
        "ended_at": local(procedure.ended_at, zone),
        "items": [_item(item, zone) for item in procedure.items.all()],
        "complications": [_complication(complication) for complication in procedure.complications.all()],
        "anaesthesia": procedure.anaesthesia,
        "downtime_days": procedure.downtime_days,
        "aftercare": procedure.aftercare,
        "note": procedure.note,
        "signed_by": person(procedure.signed_by) if procedure.signed_by else None,
        "signed_at": local(procedure.signed_at, zone),
        "cosign_due_at": local(procedure.cosign_due_at, zone),
        "cosigned_by": person(procedure.cosigned_by) if procedure.cosigned_by else None,
        "cosigned_at": local(procedure.cosigned_at, zone),
        "addenda": [show_addendum(addendum, zone) for addendum in procedure.addenda.all()],
        "incidents": [str(incident.id) for incident in procedure.incidents.all()],
        "warnings": procedure.decision.get("warnings", []),
        "decision": {name: procedure.decision.get(name) for name in OF_A_DECISION} if procedure.decision else None,
    }


def show_addendum(addendum: Any, zone: ZoneInfo) -> dict[str, Any]:
    """The amendment as AddendumShown."""
    return {
        "id": str(addendum.id),
        "text": addendum.text,
        "signed_by": person(addendum.signed_by),
        "signed_at": local(addendum.signed_at, zone),
    }


def show_incident(incident: Incident) -> dict[str, Any]:
    """The incident as IncidentShown."""
    zone = incident.site.zone
    return {
        "id": str(incident.id),
        "encounter": str(incident.encounter_id),
        "patient": named(incident.patient),
        "site": incident.site.code,
        "procedure": incident.procedure_id and str(incident.procedure_id),
        "kind": incident.kind,
        "what_happened": incident.what_happened,
        "lesions": [str(concerned.lesion_id) for concerned in incident.concerned.all()],
        "status": incident.status,
        "reported_by": _user(incident.reported_by),
        "reported_at": local(incident.reported_at, zone),
        "finding": incident.finding,
        "reviewed_by": _user(incident.reviewed_by),
        "reviewed_at": local(incident.reviewed_at, zone),
        "measures": incident.measures,
        "closed_by": _user(incident.closed_by),
        "closed_at": local(incident.closed_at, zone),
    }


def _item(item: ProcedureItem, zone: ZoneInfo) -> dict[str, Any]:
    outcomes = list(item.outcomes.all())
    checklist = {name: getattr(item, name) for name in ("cleansed", "sterile", "single_use")}
    return {
        "treatment": item.treatment.code,
        "lesions": [str(outcome.lesion_id) for outcome in outcomes],
        "body_site": item.body_site.code if item.body_site else None,
        "act": item.act,
        "depth": item.depth,
        "region": item.region,
        "scopes": item.scopes,
        "outcomes": [_outcome(outcome) for outcome in outcomes],
        "checklist": checklist | {"sharps_disposed_at": local(item.sharps_disposed_at, zone)},
        "instruments": item.instruments,
        **{form: _numbers(item.settings[form]) if form in item.settings else None for form in FORMS},
        "note": item.note,
    }


def _outcome(outcome: ProcedureOutcome) -> dict[str, Any]:
    return {
        "lesion": str(outcome.lesion_id),
        "result": outcome.result or None,
        "reason": outcome.reason,
        "attempts": outcome.attempts,
        "seconds": outcome.seconds,
        "depth": outcome.reached or None,
    }


def _complication(complication: Complication) -> dict[str, Any]:
    return {
        "kind": complication.kind,
        "severity": complication.severity,
        "lesion": complication.lesion_id and str(complication.lesion_id),
        "note": complication.note,
        "addendum": complication.addendum_id and str(complication.addendum_id),
    }


def _numbers(form: dict[str, Any]) -> dict[str, Any]:
    """The form with its amounts as JSON numbers, as they were told."""
    amounts = {"percent", "ph", "minutes", "fluence", "spot_mm", "watts", "seconds", "suction_kpa"}
    return {name: float(Decimal(value)) if name in amounts and value is not None else value for name, value in form.items()}


def _user(user: Any) -> dict[str, str] | None:
    return {"id": str(user.id), "username": user.username} if user else None
