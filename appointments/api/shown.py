"""How visits, verdicts and free starts look in answers."""

from typing import Any

from rest_framework import serializers

from appointments.models import Appointment, AppointmentItem
from appointments.policies.statuses import STATUSES
from appointments.selectors.visits import by_group
from clinic.api.render import local, named, person
from clinic.api.schema import NamedShown, PersonShown, ReasonShown
from clinic.scopes import LEVELS, REGIONS
from treatments.api.catalogue import MoneyShown

OF_A_DECISION = ("allowed", "warnings", "licence", "policy", "sources")


class VisitItemShown(serializers.Serializer[Any]):
    """One item: what is done to lesions that share region and depth, or at a body site."""

    id = serializers.UUIDField()
    treatment = serializers.SlugField()
    lesions = serializers.ListField(child=serializers.UUIDField())
    body_site = serializers.SlugField(allow_null=True)
    region = serializers.ChoiceField(REGIONS)
    depth = serializers.CharField()
    scope = serializers.CharField()
    supervision = serializers.ChoiceField(LEVELS)
    order = serializers.UUIDField(allow_null=True)


class DecisionShown(serializers.Serializer[Any]):
    """What the visit rested on when it was allowed: the licence, and a privilege for each scope."""

    allowed = serializers.BooleanField()
    warnings = ReasonShown(many=True)
    licence = serializers.DictField(allow_null=True)
    policy = serializers.ListField(child=serializers.DictField())
    sources = serializers.ListField(child=serializers.CharField())


class VisitShown(serializers.Serializer[Any]):
    """A visit; `start` and `end` are without the buffers, in the time of its site."""

    id = serializers.UUIDField()
    revision = serializers.IntegerField()
    status = serializers.ChoiceField(STATUSES)
    site = serializers.SlugField()
    patient = NamedShown()
    practitioner = PersonShown()
    room = NamedShown()
    supervisor = PersonShown(allow_null=True)
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    items = VisitItemShown(many=True)
    decision = DecisionShown()
    price = MoneyShown()
    previous_starts = serializers.ListField(child=serializers.DateTimeField())


class SeriesShown(serializers.Serializer[Any]):
    """The visits of a course, in the order in which they were asked for."""

    visits = VisitShown(many=True)


class TeamShown(serializers.Serializer[Any]):
    """A free start, with everybody and everything that it takes."""

    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    practitioner = PersonShown()
    site = serializers.SlugField()
    room = NamedShown()
    supervisor = PersonShown(required=False)


class VerdictShown(serializers.Serializer[Any]):
    """Whether it may be done, every reason why not, and what could be booked instead."""

    allowed = serializers.BooleanField()
    reasons = ReasonShown(many=True)
    warnings = ReasonShown(many=True)
    overrides_needed = serializers.ListField(child=serializers.CharField())
    alternatives = TeamShown(many=True)
    scopes = serializers.ListField(child=serializers.CharField())


class SlotsShown(serializers.Serializer[Any]):
    """Free starts by start; every reason where there is none."""

    results = TeamShown(many=True)
    reasons = ReasonShown(many=True)


class ProposedShown(serializers.Serializer[Any]):
    """The first free start of one visit of a course from `wanted` on; null, and every reason, where there is none."""

    wanted = serializers.DateTimeField()
    slot = TeamShown(allow_null=True)
    reasons = ReasonShown(many=True)


class ProposalShown(serializers.Serializer[Any]):
    """The visits of a course, none of which is booked or held yet."""

    visits = ProposedShown(many=True)


class SubstituteShown(serializers.Serializer[Any]):
    """Who could take the visit, and when."""

    practitioner = PersonShown()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()


class ReassignmentShown(serializers.Serializer[Any]):
    """A visit that needs somebody else, and who that could be: at the same time first."""

    appointment = serializers.UUIDField()
    reason = serializers.CharField()
    since = serializers.DateTimeField(allow_null=True)
    substitutes = SubstituteShown(many=True)
    needs = ReasonShown(many=True, help_text="What you lack to give it away: a signature on work that you may not authorise.")


class FailedShown(serializers.Serializer[Any]):
    """A visit that stayed as it was, and why."""

    appointment = serializers.UUIDField()
    code = serializers.CharField()


class AppliedShown(serializers.Serializer[Any]):
    """What was moved and what was not."""

    moved = serializers.ListField(child=serializers.UUIDField())
    failed = FailedShown(many=True)


def show_visit(visit: Appointment) -> dict[str, Any]:
    """The visit as VisitShown, with its items as `rows`: just booked, or read by `with_names`."""
    zone = visit.site.zone
    return {
        "id": str(visit.id),
        "revision": visit.revision,
        "status": visit.status,
        "site": visit.site.code,
        "patient": named(visit.patient),
        "practitioner": person(visit.practitioner),
        "room": named(visit.room),
        "supervisor": person(visit.supervisor) if visit.supervisor else None,
        "start": local(visit.start, zone),
        "end": local(visit.end, zone),
        "items": [_item(rows) for rows in by_group(visit.rows).values()],
        "decision": {name: visit.decision.get(name) for name in OF_A_DECISION},
        "price": {"amount": str(visit.price), "currency": visit.currency},
        "previous_starts": [local(start, zone) for start in visit.previous_starts],
    }


def etag_of_visit(visit: Appointment) -> str:
    """Every change of a visit is a revision or a step of its course."""
    return f'"{visit.revision}-{visit.status}"'


def show_reasons(reasons: Any) -> list[dict[str, Any]]:
    """Refusals or warnings as ReasonShown."""
    return [reason.as_dict() for reason in reasons]


def _item(rows: list[AppointmentItem]) -> dict[str, Any]:
    first = rows[0]
    orders = [row.order for row in rows if row.order]
    return {
        "id": str(first.group),
        "treatment": first.treatment.code,
        "lesions": list(dict.fromkeys(str(row.lesion_id) for row in rows if row.lesion_id)),
        "body_site": first.body_site.code if first.body_site else None,
        "region": first.region,
        "depth": first.depth,
        "scope": first.scope,
        "supervision": first.supervision,
        "order": str(orders[0]) if orders else None,
    }
