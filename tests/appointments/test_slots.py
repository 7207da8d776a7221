"""The slot search: what is offered can be booked, first things first, and nothing is offered that is refused."""

from datetime import date, timedelta

import pytest
from django.db.backends.postgresql.psycopg_any import DateTimeTZRange

from appointments.selectors.slots import Found, Search, search_slots
from appointments.services.course import cancel_appointment
from clinic.models import Licence
from clinic.services.absences import file_closure, file_time_off
from clinic.services.credentials.licences import suspend_licence
from tests import clinic_world as world
from tests.clinic_world import NOW, SmallClinic, after, asked, book, codes
from treatments.selectors.overrides import usable_overrides
from treatments.selectors.work import Asked, work_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic() -> SmallClinic:
    """The dermatologist works tomorrow from nine to five."""
    clinic = world.a_small_clinic()
    clinic.derm.shifts.all().delete()
    clinic.derm.planned_shifts.all().delete()
    world.on_duty(clinic.derm, after(1, 9), after(1, 17), site=clinic.site)
    return clinic


def search(clinic: SmallClinic, *items, patient=None, first=None, last=None, limit=100, booker=None, **more) -> Found:
    patient = patient or clinic.patient
    site = more.pop("site", clinic.site)
    return search_slots(
        search=Search(
            booker=booker or clinic.derm.user,
            work=work_of(patient=patient, site=site, asked=asked(*(items or (clinic.lesion,)))),
            first=first or NOW,
            last=last or NOW + timedelta(days=30),
            now=NOW,
            limit=limit,
            overrides=usable_overrides(patient=patient, site=site, now=NOW),
            **more,
        )
    )


def starts(found: Found) -> list:
    return [team.start for team in found.teams]


class TestWhatIsOffered:
    def test_are_the_starts_of_the_grid_with_buffers_inside_the_shift(self, clinic):
        found = search(clinic)

        wanted = [after(1, 9, 15) + timedelta(minutes=15 * step) for step in range(30)]
        assert starts(found) == [start for start in wanted if start <= after(1, 16, 20)]

    def test_names_the_practitioner_and_the_room(self, clinic):
        [first] = search(clinic, limit=1).teams

        assert first.practitioner == clinic.derm.id
        assert first.room in set(clinic.site.rooms.values_list("id", flat=True))

    def test_names_the_supervisor_where_there_is_one(self, clinic):
        assistant = world.hire("physician_assistant", site=clinic.site, trainings=["lancet"])
        world.agree(clinic.derm, assistant)

        [first] = search(clinic, limit=1, practitioner=assistant).teams

        assert first.supervisor == clinic.derm.id

    def test_leaves_out_what_is_taken(self, clinic):
        other = world.a_patient()
        book(clinic.derm.user, other, after(1, 9, 15), clinic.derm, world.charted(other))

        assert starts(search(clinic, limit=1)) == [after(1, 10)]

    def test_leaves_out_when_the_patient_is_busy(self, clinic):
        colleague = world.a_dermatologist(site=clinic.site)
        book(clinic.desk, clinic.patient, after(1, 9, 15), colleague, "review")

        found = search(clinic, practitioner=clinic.derm, limit=1)

        assert starts(found) == [after(1, 9, 30)]

    def test_leaves_out_when_every_room_is_taken(self, clinic):
        clinic.site.rooms.exclude(name="Room 1").update(active=False)
        colleague, other = world.a_dermatologist(site=clinic.site), world.a_patient()
        book(colleague.user, other, after(1, 9, 15), colleague, world.charted(other))

        assert starts(search(clinic, practitioner=clinic.derm, limit=1)) == [after(1, 10)]

    def test_leaves_out_when_the_device_is_taken(self, clinic):
        abrasion = Asked(treatment="microdermabrasion", body_site="cheek")
        book(clinic.desk, world.a_patient(), after(1, 9, 15), world.a_dermatologist(site=clinic.site), abrasion)

        found = search(clinic, abrasion, practitioner=clinic.derm, limit=1)

        assert starts(found) == [after(1, 10, 15)]

    def test_leaves_out_time_off(self, clinic):
        file_time_off(actor=None, practitioner=clinic.derm, during=DateTimeTZRange(after(1, 0), after(1, 12)), now=NOW)

        assert starts(search(clinic, limit=1)) == [after(1, 12, 15)]

    def test_leaves_out_when_the_site_is_closed(self, clinic):
        file_closure(actor=None, site=clinic.site, during=DateTimeTZRange(after(1, 0), after(1, 12)), now=NOW)

        assert starts(search(clinic, limit=1)) == [after(1, 12, 15)]

    def test_comes_back_when_a_visit_is_cancelled(self, clinic):
        before = starts(search(clinic))
        other = world.a_patient()
        visit = book(clinic.derm.user, other, after(1, 11), clinic.derm, world.charted(other))

        cancel_appointment(actor=clinic.desk, visit=visit, reason="ill", now=NOW)

        assert starts(search(clinic)) == before

    def test_begins_with_the_first_moment_asked_for(self, clinic):
        found = search(clinic, first=after(1, 11), limit=1)

        assert starts(found) == [after(1, 11)]

    def test_ends_with_the_last_moment_asked_for(self, clinic):
        found = search(clinic, last=after(1, 9, 30))

        assert starts(found) == [after(1, 9, 15), after(1, 9, 30)]

    def test_never_lies_in_the_past(self, clinic):
        world.on_duty(clinic.derm, after(0, 8), after(0, 14), site=clinic.site)

        found = search(clinic, first=NOW - timedelta(days=1), limit=1)

        assert starts(found) == [NOW]

    def test_is_no_more_than_was_asked_for(self, clinic):
        assert len(search(clinic, limit=7).teams) == 7

    def test_spans_all_who_may_ordered_by_start(self, clinic):
        colleague = world.a_dermatologist(site=clinic.site, shift=(after(1, 9), after(1, 10)))

        found = search(clinic, limit=3)

        assert sorted((team.start, team.practitioner == colleague.id) for team in found.teams)[:2] == [
            (after(1, 9, 15), False),
            (after(1, 9, 15), True),
        ]

    def test_reaches_over_full_days(self, clinic):
        world.on_duty(clinic.derm, after(25, 9), after(25, 17), site=clinic.site)
        file_time_off(actor=None, practitioner=clinic.derm, during=DateTimeTZRange(after(1, 0), after(2, 0)), now=NOW)

        assert starts(search(clinic, limit=1)) == [after(25, 9, 15)]

    def test_of_several_treatments_holds_them_all(self, clinic):
        found = search(clinic, clinic.lesion, "skin-analysis")

        assert starts(found)[-1] == after(1, 15, 45)

    def test_follows_the_grid_of_the_site(self, clinic):
        clinic.site.grid_minutes = 5
        clinic.site.save()

        assert starts(search(clinic, limit=2)) == [after(1, 9, 5), after(1, 9, 10)]


class TestWhatIsNotOffered:
    def test_work_that_the_booker_may_not_book(self, clinic):
        found = search(clinic, booker=clinic.desk)

        assert (found.teams, codes(found.reasons)) == ((), {"order_required"})

    def test_work_that_a_gate_refuses(self, clinic):
        found = search(clinic, world.charted(clinic.patient, certainty="none", diagnosis=None))

        assert (found.teams, codes(found.reasons)) == ((), {"diagnosis_unconfirmed"})

    def test_work_that_the_practitioner_may_not_do(self, clinic):
        esthetician = world.hire("esthetician", site=clinic.site, trainings=["lancet"])

        found = search(clinic, practitioner=esthetician)

        assert (found.teams, codes(found.reasons)) == ((), {"piercing_not_permitted"})

    def test_starts_after_the_order_expires(self, clinic):
        order = world.order(clinic.derm, clinic.patient, [clinic.lesion], now=NOW - timedelta(days=89))

        found = search(clinic, booker=clinic.desk)

        assert order.expires_at == NOW + timedelta(days=1)
        assert max(starts(found)) < order.expires_at

    def test_starts_after_the_licence_ends(self, clinic):
        colleague = world.a_dermatologist(site=clinic.site, valid_through=date(2027, 1, 13))

        found = search(clinic, practitioner=colleague, first=after(1, 23), last=after(3))

        assert starts(found) == [after(1, 23), after(1, 23, 15), after(1, 23, 30)]

    def test_starts_while_the_licence_is_suspended(self, clinic):
        suspend_licence(
            actor=None,
            licence=Licence.objects.get(practitioner=clinic.derm),
            reason="board",
            from_at=after(1, 10),
            until=after(1, 15),
            now=NOW,
        )

        offered = starts(search(clinic, booker=clinic.derm.user))

        assert offered == [
            start
            for start in (after(1, 9) + timedelta(minutes=15 * step) for step in range(1, 32))
            if start + timedelta(minutes=30) <= after(1, 10) or after(1, 15) <= start <= after(1, 16, 15)
        ]

    def test_a_pediatrician_for_an_adult(self, clinic):
        world.hire("pediatrician", site=clinic.site)

        found = search(clinic, Asked(treatment="diagnosis", lesions=(clinic.lesion.id,)), last=after(1, 9, 15))

        assert {team.practitioner for team in found.teams} <= {clinic.derm.id}

    def test_a_pediatrician_from_the_eighteenth_birthday_on(self, clinic):
        pediatrician = world.hire("pediatrician", site=clinic.site)
        child = world.a_patient(birth_date=date(2009, 1, 15), guardian_name="Grace")
        lesion = world.charted(child)

        found = search(
            clinic,
            Asked(treatment="diagnosis", lesions=(lesion.id,)),
            patient=child,
            practitioner=pediatrician,
            first=after(1, 20),
        )

        assert max(starts(found)) < after(3, 0)

    def test_the_day_on_which_a_contraindication_still_counts(self, clinic):
        world.noted_skin(clinic.patient, "infection", until=date(2027, 1, 13))
        world.on_duty(clinic.derm, after(2, 9), after(2, 17), site=clinic.site)

        assert starts(search(clinic, limit=1)) == [after(2, 9, 15)]


class TestWithoutAnythingFree:
    def test_says_that_nobody_is_there(self, clinic):
        found = search(clinic, first=after(2), last=after(9))

        assert (found.teams, codes(found.reasons)) == ((), {"outside_shift"})

    def test_says_that_everything_is_taken(self, clinic):
        other = world.a_patient()
        item = Asked(treatment="lancet-extraction", lesions=(world.charted(other).id,), minutes=90)
        book(clinic.derm.user, other, after(1, 9, 15), clinic.derm, item)

        found = search(clinic, first=after(1, 9, 15), last=after(1, 10))

        assert (found.teams, codes(found.reasons)) == ((), {"slot_taken"})


class TestAroundTheChangeOfClocks:
    def test_times_that_the_clock_skips_are_never_offered(self, clinic):
        """In Columbus clocks go from 01:59 to 03:00 on 14 March 2027."""
        day = date(2027, 3, 14)
        world.on_duty(clinic.derm, world.on(day, 0), world.on(day, 6), site=clinic.site)

        found = search(clinic, first=world.on(day, 0), last=world.on(day, 6), limit=100)

        hours = {start.astimezone(clinic.site.zone).hour for start in starts(found)}
        assert hours == {0, 1, 3, 4, 5}

    def test_the_hour_that_comes_twice_is_offered_twice(self, clinic):
        """In Columbus clocks go from 01:59 back to 01:00 on 7 November 2027."""
        day = date(2027, 11, 7)
        world.on_duty(clinic.derm, world.on(day, 0), world.on(day, 6), site=clinic.site)

        found = search(clinic, first=world.on(day, 0), last=world.on(day, 6), limit=100)

        walls = [start.astimezone(clinic.site.zone).replace(tzinfo=None) for start in starts(found)]
        assert len(walls) - len(set(walls)) == 4
