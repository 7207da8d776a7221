"""Booking a visit."""

from dataclasses import replace
from datetime import datetime
from functools import partial
from uuid import UUID

import pghistory
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange
from django.db.models import Q

from appointments.models import Appointment, AppointmentItem
from appointments.policies.statuses import BOOKED, HELD
from appointments.selectors.authorisation import Authorisation
from appointments.selectors.availability import Team, slot_of
from appointments.selectors.decisions import decision_of
from appointments.selectors.requests import Request
from appointments.selectors.teams import shown_teams
from appointments.selectors.verdicts import Verdict, verdict
from appointments.services.guarded import Overtaken, guarded, share, until_settled
from appointments.services.messages import plan_booked
from appointments.services.orders import settle_orders
from appointments.services.refusing import refuse
from clinic.scopes import LEVELS
from treatments.models import Override
from treatments.selectors.overrides import usable_overrides
from treatments.selectors.work import Row, Work, read_again


def book_appointment(*, request: Request) -> Appointment:
    """
    Book work with a practitioner who is privileged for it during the whole visit.

    :raises WorkRefused: with every reason, if a licence, a supervision, a gate or the roster stands in the way.
    :raises BookingNotAllowed: `order_required` for restricted work that nobody authorised answers for.
    :raises SlotTaken: naming the resource, if somebody else holds it in that time.
    """
    return until_settled(partial(attempt, request))


def attempt(request: Request, anew: bool, *, until: datetime | None = None) -> Appointment:
    """Judge and store once; `anew`: read everything again first. With `until` (UTC) the time is held up to then, not booked."""
    current = as_it_is_now(request) if anew else request
    judged = allowed(current)
    with guarded(), pghistory.context(why="held" if until else "booked"):
        return store(current, judged, until=until)


def as_it_is_now(request: Request) -> Request:
    """The request with everything that somebody may have changed since it was read."""
    overrides = usable_overrides(
        patient=request.work.patient, site=request.work.site, now=request.now, ids=[given.id for given in request.overrides]
    )
    return replace(request, work=read_again(request.work), overrides=overrides)


def allowed(request: Request) -> Verdict:
    """The verdict, if it allows; its refusal raised otherwise."""
    judged = verdict(request=request)
    if not judged.allowed:
        raise refuse(judged, shown_teams(judged.alternatives, work=request.work))
    return judged


def store(request: Request, judged: Verdict, *, until: datetime | None = None) -> Appointment:
    """Write the visit that was allowed; under the guard. What is only held uses up no override, and nobody is told."""
    work, team = request.work, judged.team
    lock(work, team, judged)
    visit = Appointment(
        patient=work.patient,
        site=work.site,
        status=HELD if until else BOOKED,
        held_until=until,
        booked_by=request.booker,
        booked_at=request.now,
        price=work.price,
        **placement(work, team),
    )
    if request.practitioner:
        visit.practitioner = request.practitioner
    visit.decision = decision_of(work=work, team=team, verdict=judged)
    visit.save(force_insert=True)
    visit.rows = items_of(visit, request, judged)
    AppointmentItem.objects.bulk_create(visit.rows)
    settle_orders(item_ids=[authorisation.order_item for authorisation in judged.authorised.rows])
    if until is None:
        use_overrides(request, visit, judged)
        plan_booked(visit=visit, now=request.now)
    return visit


def lock(work: Work, team: Team, judged: Verdict) -> None:
    """Share everything that the visit leans on."""
    share(*leans_on(work, team, judged))


def leans_on(work: Work, team: Team, judged: Verdict) -> set[UUID]:
    """The keys of everybody and everything that may not change while the visit is written."""
    people = (team.practitioner, team.supervisor, *(authorisation.practitioner for authorisation in judged.authorised.rows))
    lesions = (row.lesion.id for row in work.rows if row.lesion)
    return {key for key in (*people, team.room, *team.devices, *lesions) if key}


def placement(work: Work, team: Team) -> dict:
    """The columns of a visit that say when, where and by whom."""
    slot = slot_of(work=work, start=team.start)
    return {
        "practitioner_id": team.practitioner,
        "profession": team.profession,
        "room_id": team.room,
        "devices": list(team.devices),
        "supervision": max(team.levels, key=LEVELS.index),
        "supervisor_id": team.supervisor,
        "supervisor_profession": team.supervisor_profession,
        "seat_id": team.seat,
        "during": DateTimeTZRange(slot.start, slot.end),
        "blocked": slot.blocked,
    }


def items_of(visit: Appointment, request: Request, judged: Verdict) -> list[AppointmentItem]:
    """The rows of the visit, each with its order and its scope as `with_names` reads them."""
    rows = zip(request.work.rows, judged.authorised.rows, strict=True)
    return [_item(visit, row, authorisation, judged.team, request) for row, authorisation in rows]


def _item(visit: Appointment, row: Row, authorisation: Authorisation, team: Team, request: Request) -> AppointmentItem:
    """One act, at the level of supervision that the team works under."""
    item = AppointmentItem(
        appointment=visit,
        patient_id=visit.patient_id,
        group=row.group,
        treatment=row.treatment,
        minutes=row.minutes,
        lesion=row.lesion,
        lesion_depth=row.lesion.depth if row.lesion else None,
        body_site=row.body_site,
        act=row.act,
        depth=row.depth,
        region=row.region,
        supervision=team.levels[request.work.scopes.index(row.scope)],
        authorised_by_id=authorisation.practitioner,
        authorised_profession=authorisation.profession,
        authorised_at=request.now if authorisation.practitioner else None,
        order_item_id=authorisation.order_item,
    )
    item.order, item.scope = authorisation.order, row.scope
    return item


def use_overrides(request: Request, visit: Appointment, judged: Verdict) -> None:
    """
    Use up the overrides that served, one for each gate and treatment; each serves one visit.

    :raises Overtaken: when another visit used one of them up meanwhile.
    """
    served = judged.judgement.overrides_used
    used = {given.facts: given.id for given in reversed(request.overrides) if given.facts in served}
    if used:
        mine = Q(used_by__isnull=True) | Q(used_by=visit.id)
        if Override.objects.filter(mine, id__in=used.values()).update(used_by=visit.id) < len(used):
            raise Overtaken("override_serves_one_visit")
