"""Writing the planned visits: what is over has ended, what is to come is booked, and the guard looks at all of it."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from appointments.demo.ground import Ground
from appointments.demo.orders import Orders
from appointments.demo.plans import Plan
from appointments.models import Appointment, AppointmentItem, Message
from appointments.policies.protocol import key_of
from appointments.policies.statuses import BOOKED, CANCELLED, COMPLETED, IN_TREATMENT, NO_SHOW
from appointments.selectors.availability import slot_of
from appointments.services.encounters import replan_encounter
from clinic.models import Licence, Practitioner
from clinic.policies.protocol import EMAIL, Rule, moments
from clinic.scopes import LEVELS
from clinic.selectors.protocol import shipped_rules
from treatments.models import Encounter
from treatments.models.orders import ACTIVE, USED

CANCELLATIONS, NO_SHOWS = 0.06, 0.12
"""Below the first draw a visit was cancelled, below the second the patient stayed away."""
WITH_AN_ORDER = 0.6
CANCELLED_BECAUSE = ("Has caught a cold", "Needs another day", "Travels for work", "Asked by phone, gave no reason")
BATCH = 500


@dataclass(frozen=True, kw_only=True)
class Authoriser:
    """Who answers for restricted work, and by which order."""

    practitioner: Practitioner
    profession: str
    ordered: tuple[UUID, ...] = ()


@dataclass(kw_only=True)
class Register:
    """The rows of all visits, kept until they are written at once."""

    ground: Ground
    orders: Orders
    visits: list[Appointment] = field(default_factory=list)
    items: list[AppointmentItem] = field(default_factory=list)
    encounters: list[Encounter] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    reminders: list[Rule] = field(default_factory=lambda: [shipped_rules()[code] for code in ("P02", "P03")])
    licences: dict[UUID, Licence] = field(default_factory=dict)

    def add(self, plan: Plan) -> None:
        """One visit with its items, its order, its encounter and its reminder, as far as it has them."""
        slot = slot_of(work=plan.work, start=plan.start)
        status = status_of(plan, end=slot.end, now=self.ground.now)
        booked_at = _booked_at(plan, self.ground)
        authoriser = self._authoriser(plan, booked_at, status)
        visit = Appointment(
            id=self.ground.key(),
            patient=plan.work.patient,
            site=plan.work.site,
            practitioner=plan.practitioner,
            profession=plan.permitted.profession,
            room=plan.place.room,
            devices=[unit.id for unit in plan.place.devices],
            supervision=max(plan.permitted.levels, key=LEVELS.index),
            supervisor=plan.permitted.supervisor,
            supervisor_profession=plan.permitted.supervisor_profession,
            seat=plan.place.seat,
            during=slot.during,
            blocked=slot.blocked,
            status=status,
            booked_by=self._booker(authoriser),
            booked_at=booked_at,
            price=plan.work.price,
            decision=self._decision(plan, authoriser),
            cancel_reason=_why(plan) if status == CANCELLED else "",
            encounter=self._encounter(plan, slot.during, status),
        )
        self.visits.append(visit)
        self.items += self._items(plan, visit, authoriser)
        if status == BOOKED:
            self._remind(visit)

    def write(self) -> None:
        """Store all of it; the guard refuses what would not be lawful."""
        self.orders.write()
        Encounter.objects.bulk_create(self.encounters, batch_size=BATCH)
        Appointment.objects.bulk_create(self.visits[:BATCH])
        analyze()
        Appointment.objects.bulk_create(self.visits[BATCH:], batch_size=BATCH)
        AppointmentItem.objects.bulk_create(self.items, batch_size=BATCH)
        Message.objects.bulk_create(self.messages, batch_size=BATCH)
        for visit in self.visits:
            if visit.status == IN_TREATMENT:
                replan_encounter(visit=visit)

    def _authoriser(self, plan: Plan, booked_at: datetime, status: str) -> Authoriser | None:
        """For restricted work: who does it or supervises it, having booked it in person or signed an order before."""
        if not any(row.restricted for row in plan.work.rows):
            return None
        permitted = plan.permitted
        who, profession = permitted.supervisor or plan.practitioner, permitted.supervisor_profession or permitted.profession
        if self.ground.chance.random() >= WITH_AN_ORDER:
            return Authoriser(practitioner=who, profession=profession)
        order = self.orders.sign(
            patient=plan.work.patient,
            site=plan.work.site,
            signer=who,
            profession=profession,
            at=booked_at - timedelta(days=plan.lead_days % 4, minutes=25),
            status=ACTIVE if status in {CANCELLED, NO_SHOW} else USED,
        )
        return Authoriser(practitioner=who, profession=profession, ordered=tuple(self.orders.add(order, plan.work.rows)))

    def _booker(self, authoriser: Authoriser | None) -> Any:
        in_person = authoriser and not authoriser.ordered
        return authoriser.practitioner.user if in_person else self.ground.users["frontdesk"]

    def _items(self, plan: Plan, visit: Appointment, authoriser: Authoriser | None) -> list[AppointmentItem]:
        rows, levels = plan.work.rows, dict(zip(plan.work.scopes, plan.permitted.levels, strict=True))
        ordered = authoriser.ordered if authoriser and authoriser.ordered else (None,) * len(rows)
        return [
            AppointmentItem(
                id=self.ground.key(),
                appointment=visit,
                patient=plan.work.patient,
                group=row.group,
                treatment=row.treatment,
                minutes=row.minutes,
                lesion=row.lesion,
                lesion_depth=row.lesion.depth if row.lesion else None,
                body_site=row.body_site,
                act=row.act,
                depth=row.depth,
                region=row.region,
                supervision=levels[row.scope],
                authorised_by=authoriser.practitioner if authoriser else None,
                authorised_profession=authoriser.profession if authoriser else None,
                authorised_at=visit.booked_at if authoriser else None,
                order_item_id=item,
                holds_order=visit.status not in {CANCELLED, NO_SHOW},
            )
            for row, item in zip(rows, ordered, strict=True)
        ]

    def _encounter(self, plan: Plan, during: DateTimeTZRange, status: str) -> Encounter | None:
        if status not in {COMPLETED, IN_TREATMENT}:
            return None
        encounter = Encounter(
            id=self.ground.key(),
            patient=plan.work.patient,
            site=plan.work.site,
            practitioner=plan.practitioner,
            status="finished" if status == COMPLETED else "in_progress",
            started_at=during.lower - timedelta(minutes=plan.lead_days % 8),
            ended_at=during.upper if status == COMPLETED else None,
        )
        self.encounters.append(encounter)
        return encounter

    def _remind(self, visit: Appointment) -> None:
        """The reminders alone: nobody is told of hundreds of bookings at the first start."""
        for rule in self.reminders:
            for days, due in moments(rule=rule, anchor=visit.start, zone=visit.site.zone, now=self.ground.now):
                self.messages.append(
                    Message(
                        id=self.ground.key(),
                        site=visit.site,
                        appointment=visit,
                        subject=visit.id,
                        revision=visit.revision,
                        recipient=visit.patient,
                        kind=rule.code,
                        channel=EMAIL,
                        anchor_at=visit.start,
                        offset_days=days,
                        due_at=due,
                        expires_at=due + timedelta(days=rule.keeps_days),
                        idempotency_key=key_of(subject=visit.id, revision=visit.revision, kind=rule.code, channel=EMAIL),
                    )
                )

    def _decision(self, plan: Plan, authoriser: Authoriser | None) -> dict[str, Any]:
        """What a booking would have kept of its reasons."""
        permitted, licence = plan.permitted, self.licences[plan.practitioner.id]
        words = ("id", "profession", "jurisdiction", "number", "valid_through", "status")
        return {
            "allowed": True,
            "warnings": [],
            "licence": {word: str(getattr(licence, word)) for word in words},
            "policy": [
                {"id": str(row.id), "scope": row.scope, "supervision": row.supervision, "sources": row.sources}
                for row in permitted.privileges
            ],
            "sources": sorted({source for row in permitted.privileges for source in row.sources}),
            "supervisor": str(permitted.supervisor.id) if permitted.supervisor else None,
            "authorised_by": [str(authoriser.practitioner.id)] if authoriser else [],
            "overrides": [],
        }


def analyze() -> None:
    """Tell the planner of PostgreSQL what the tables hold by now; what it guessed of empty ones makes the guard slow."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def status_of(plan: Plan, *, end: datetime, now: datetime) -> str:
    """What has become of a visit by now."""
    if plan.fate < CANCELLATIONS and (end <= now or plan.start > now + timedelta(days=1)):
        return CANCELLED
    if end <= now:
        return NO_SHOW if plan.fate < NO_SHOWS else COMPLETED
    return IN_TREATMENT if plan.start <= now else BOOKED


def _booked_at(plan: Plan, ground: Ground) -> datetime:
    """Some days before the visit, and always before today."""
    before = plan.start - timedelta(days=plan.lead_days)
    latest = ground.ago(days=plan.lead_days % 6, hours=3 + plan.lead_days % 7)
    return min(before, latest)


def _why(plan: Plan) -> str:
    return CANCELLED_BECAUSE[plan.lead_days % len(CANCELLED_BECAUSE)]
