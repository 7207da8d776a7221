"""Filing rosters, time off and closures, and the presence that follows from them."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from clinic.errors import NotFound, RuleBroken
from clinic.models import Device, Opening, PlannedShift, Practitioner, Room, Shift, Site
from clinic.services.absences import cancel_time_off, file_closure, file_time_off, reopen
from clinic.services.presence import rebuild_presence
from clinic.services.rosters import extend_rosters, file_shift, file_weekly_rule, withdraw_shift
from clinic.signals import authority_changed
from tests.factories_clinic import NOW, a_practitioner, a_site, a_user

pytestmark = pytest.mark.django_db
MONDAY = date(2027, 1, 18)


def on(hour: int, *, day: int = 18) -> datetime:
    """That hour of the wall clock of Columbus (UTC-5) in January 2027; the 18th is a Monday."""
    return datetime(2027, 1, day, hour + 5, tzinfo=UTC)


def during(start: int, end: int, *, day: int = 18) -> DateTimeTZRange:
    return DateTimeTZRange(on(start, day=day), on(end, day=day))


def a_rule(whose: Practitioner | Room | Device, **fields: Any) -> None:
    """There every Monday from nine to five, for two Mondays."""
    defaults = {
        "actor": None,
        "site": a_site(),
        "weekdays": [0],
        "starts": time(9),
        "ends": time(17),
        "valid_from": MONDAY,
        "valid_through": MONDAY + timedelta(days=7),
        "now": NOW,
    }
    file_weekly_rule(whose=whose, **defaults | fields)


def a_room(site: Site | None = None) -> Room:
    return Room.objects.create(site=site or a_site(), name="Room 1")


def shifts_of(practitioner: Practitioner) -> list[tuple[str, datetime, datetime]]:
    rows = Shift.objects.filter(practitioner=practitioner).order_by("during").select_related("site")
    return [(row.site.code, row.during.lower, row.during.upper) for row in rows]


def openings_of(thing: Room | Device) -> list[tuple[datetime, datetime]]:
    rows = Opening.objects.filter(resource=thing.id).order_by("during")
    return [(row.during.lower, row.during.upper) for row in rows]


class TestFileWeeklyRule:
    def test_puts_somebody_on_duty_every_week(self):
        practitioner = a_practitioner()

        a_rule(practitioner)

        assert shifts_of(practitioner) == [("columbus", on(9), on(17)), ("columbus", on(9, day=25), on(17, day=25))]

    def test_reaches_as_far_as_the_horizon(self):
        practitioner = a_practitioner()

        a_rule(practitioner, valid_through=None, horizon_days=30)

        assert len(shifts_of(practitioner)) == 4

    def test_opens_a_room_and_a_device(self):
        room, device = a_room(), Device.objects.create(site=a_site(), name="Laser", kind="laser")

        a_rule(room)
        a_rule(device)

        assert openings_of(room) == openings_of(device) == [(on(9), on(17)), (on(9, day=25), on(17, day=25))]

    def test_refuses_another_site_at_the_same_time(self):
        practitioner = a_practitioner()
        a_rule(practitioner)

        with pytest.raises(RuleBroken) as refused:
            a_rule(practitioner, site=a_site("jersey-city"), starts=time(16), ends=time(20))

        assert refused.value.code == "shift_overlaps"
        assert len(shifts_of(practitioner)) == 2


class TestFileShift:
    def test_puts_somebody_on_duty_once(self):
        practitioner = a_practitioner()

        shift, moved = file_shift(actor=a_user(), practitioner=practitioner, site=a_site(), during=during(10, 14), now=NOW)

        assert shifts_of(practitioner) == [("columbus", on(10), on(14))]
        assert shift.during == during(10, 14)
        assert moved == []

    def test_joins_the_weekly_rule_that_it_meets(self):
        practitioner = a_practitioner()
        a_rule(practitioner, valid_through=MONDAY)

        file_shift(actor=None, practitioner=practitioner, site=a_site(), during=during(17, 18), now=NOW)

        assert shifts_of(practitioner) == [("columbus", on(9), on(18))]

    def test_refuses_to_be_at_two_sites(self):
        practitioner = a_practitioner()
        a_rule(practitioner)

        with pytest.raises(RuleBroken) as refused:
            file_shift(actor=None, practitioner=practitioner, site=a_site("jersey-city"), during=during(16, 18), now=NOW)

        assert refused.value.code == "shift_overlaps"
        assert not PlannedShift.objects.exists()

    def test_follows_at_another_site_when_the_first_is_over(self):
        practitioner = a_practitioner()
        a_rule(practitioner, valid_through=MONDAY)

        file_shift(actor=None, practitioner=practitioner, site=a_site("jersey-city"), during=during(17, 18), now=NOW)

        assert shifts_of(practitioner) == [("columbus", on(9), on(17)), ("jersey-city", on(17), on(18))]

    def test_refuses_what_is_over(self):
        with pytest.raises(RuleBroken) as refused:
            file_shift(actor=None, practitioner=a_practitioner(), site=a_site(), during=during(9, 17, day=11), now=NOW)

        assert refused.value.code == "in_the_past"

    def test_refuses_somebody_who_left(self):
        with pytest.raises(RuleBroken) as refused:
            file_shift(actor=None, practitioner=a_practitioner(active=False), site=a_site(), during=during(9, 17), now=NOW)

        assert refused.value.code == "practitioner_inactive"

    def test_can_be_withdrawn(self):
        practitioner = a_practitioner()
        shift, _ = file_shift(actor=None, practitioner=practitioner, site=a_site(), during=during(10, 14), now=NOW)

        withdraw_shift(actor=None, shift=shift.id, now=NOW)

        assert shifts_of(practitioner) == []

    def test_cannot_be_withdrawn_twice(self):
        shift, _ = file_shift(actor=None, practitioner=a_practitioner(), site=a_site(), during=during(10, 14), now=NOW)
        withdraw_shift(actor=None, shift=shift.id, now=NOW)

        with pytest.raises(NotFound):
            withdraw_shift(actor=None, shift=shift.id, now=NOW)


class TestFileTimeOff:
    def test_cuts_the_shifts(self):
        practitioner = a_practitioner()
        a_rule(practitioner, valid_through=MONDAY)

        file_time_off(actor=None, practitioner=practitioner, during=during(12, 14), now=NOW)

        assert shifts_of(practitioner) == [("columbus", on(9), on(12)), ("columbus", on(14), on(17))]

    def test_leaves_what_is_past_as_it_was(self):
        practitioner = a_practitioner()
        a_rule(practitioner, valid_through=MONDAY)

        file_time_off(actor=None, practitioner=practitioner, during=during(9, 17), now=on(11))

        assert shifts_of(practitioner) == [("columbus", on(9), on(11))]

    def test_touches_nobody_else(self):
        practitioner, other = a_practitioner(), a_practitioner()
        a_rule(other, valid_through=MONDAY)
        before = set(Shift.objects.values_list("id", flat=True))

        file_time_off(actor=None, practitioner=practitioner, during=during(9, 17), now=NOW)

        assert set(Shift.objects.values_list("id", flat=True)) == before

    def test_gives_the_shifts_back_when_it_is_cancelled(self):
        practitioner = a_practitioner()
        a_rule(practitioner, valid_through=MONDAY)
        time_off, _ = file_time_off(actor=None, practitioner=practitioner, during=during(12, 14), now=NOW)

        cancel_time_off(actor=None, time_off=time_off.id, now=NOW)

        assert shifts_of(practitioner) == [("columbus", on(9), on(17))]

    def test_answers_which_visits_moved(self):
        practitioner, visit = a_practitioner(), a_site().id
        told = []

        def receiver(**said):
            told.append(said)
            return [visit]

        authority_changed.connect(receiver)
        try:
            _, moved = file_time_off(actor=None, practitioner=practitioner, during=during(12, 14), now=NOW)
        finally:
            authority_changed.disconnect(receiver)

        assert visit in moved
        assert told[0]["practitioners"] == {practitioner.id}
        assert told[0]["reason"] == "time_off"


class TestFileClosure:
    def test_of_a_site_closes_people_rooms_and_devices(self):
        practitioner, room = a_practitioner(), a_room()
        a_rule(practitioner, valid_through=MONDAY)
        a_rule(room, valid_through=MONDAY)

        file_closure(actor=None, site=a_site(), during=during(8, 13), now=NOW)

        assert shifts_of(practitioner) == [("columbus", on(13), on(17))]
        assert openings_of(room) == [(on(13), on(17))]

    def test_of_a_room_closes_only_the_room(self):
        practitioner, room = a_practitioner(), a_room()
        other = Room.objects.create(site=a_site(), name="Room 2")
        for whose in (practitioner, room, other):
            a_rule(whose, valid_through=MONDAY)

        file_closure(actor=None, site=a_site(), room=room, during=during(8, 13), now=NOW)

        assert openings_of(room) == [(on(13), on(17))]
        assert openings_of(other) == [(on(9), on(17))]
        assert shifts_of(practitioner) == [("columbus", on(9), on(17))]

    def test_of_a_device_closes_only_the_device(self):
        device, room = Device.objects.create(site=a_site(), name="Laser", kind="laser"), a_room()
        a_rule(device, valid_through=MONDAY)
        a_rule(room, valid_through=MONDAY)

        file_closure(actor=None, site=a_site(), device=device, during=during(8, 13), now=NOW)

        assert openings_of(device) == [(on(13), on(17))]
        assert openings_of(room) == [(on(9), on(17))]

    def test_leaves_other_sites_open(self):
        practitioner = a_practitioner()
        a_rule(practitioner, valid_through=MONDAY)

        file_closure(actor=None, site=a_site("jersey-city"), during=during(8, 13), now=NOW)

        assert shifts_of(practitioner) == [("columbus", on(9), on(17))]

    def test_holds_for_shifts_that_are_filed_afterwards(self):
        practitioner = a_practitioner()
        file_closure(actor=None, site=a_site(), during=during(8, 13), now=NOW)

        a_rule(practitioner, valid_through=MONDAY)

        assert shifts_of(practitioner) == [("columbus", on(13), on(17))]

    def test_ends_when_the_site_opens_again(self):
        practitioner, room = a_practitioner(), a_room()
        a_rule(practitioner, valid_through=MONDAY)
        a_rule(room, valid_through=MONDAY)
        closure, _ = file_closure(actor=None, site=a_site(), during=during(8, 13), now=NOW)

        reopen(actor=None, closure=closure.id, now=NOW)

        assert shifts_of(practitioner) == [("columbus", on(9), on(17))]
        assert openings_of(room) == [(on(9), on(17))]


class TestExtendRosters:
    def test_carries_the_rules_forward(self):
        practitioner, room = a_practitioner(), a_room()
        a_rule(practitioner, valid_through=None, horizon_days=30)
        a_rule(room, valid_through=None, horizon_days=30)

        extend_rosters(now=NOW + timedelta(days=14), horizon_days=30)

        assert len(shifts_of(practitioner)) == len(openings_of(room)) == 6

    def test_leaves_untouched_what_stands(self):
        practitioner = a_practitioner()
        a_rule(practitioner, valid_through=None, horizon_days=30)
        before = set(Shift.objects.values_list("id", flat=True))

        extend_rosters(now=NOW + timedelta(days=14), horizon_days=30)

        assert before < set(Shift.objects.values_list("id", flat=True))


class TestRebuildPresence:
    def test_ends_the_shifts_of_somebody_who_left(self):
        practitioner = a_practitioner()
        a_rule(practitioner)
        Practitioner.objects.filter(id=practitioner.id).update(active=False)

        rebuild_presence(practitioners=[practitioner.id], now=on(12))

        assert shifts_of(practitioner) == [("columbus", on(9), on(12))]

    def test_asks_the_same_few_questions_for_many(self, django_assert_max_num_queries):
        people = [a_practitioner() for _ in range(5)]
        for practitioner in people:
            a_rule(practitioner)

        with django_assert_max_num_queries(12):
            rebuild_presence(practitioners=[practitioner.id for practitioner in people], now=NOW)
