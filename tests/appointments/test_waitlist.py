"""The waitlist: who waits, what is offered to whom, and what becomes of it."""

from datetime import time, timedelta

import pytest

from appointments.models import Appointment, FreedSlot, Link, Message, WaitlistEntry, WaitlistOffer
from appointments.policies.health_words import health_words
from appointments.policies.statuses import BOOKED, CANCELLED, HELD
from appointments.policies.timeline import told
from appointments.selectors.timeline import happenings_of
from appointments.services.course import cancel_appointment, complete_visit, mark_as_mistake, start_treatment
from appointments.services.course import check_in as check_in_visit
from appointments.services.delivery import deliver_due
from appointments.services.holds import expire_holds
from appointments.services.moving import reschedule_appointment
from appointments.services.ripple import set_adrift
from appointments.services.waitlist import offering
from appointments.services.waitlist.answers import accept_offer, decline_offer
from appointments.services.waitlist.entries import expire_entries, withdraw_entry
from appointments.services.waitlist.offering import offer_freed
from clinic.errors import DomainError
from patients.services.patient_merges import merge_patients
from tests import clinic_world as world
from tests.clinic_world import NOW, after, book
from tests.factories_waitlist import CHEEK, TOMORROW, the_offer, waits
from tests.refusing import refused_as, sql

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(minutes=30)


@pytest.fixture
def clinic():
    return world.a_small_clinic()


@pytest.fixture
def visit(clinic):
    """Somebody else has tomorrow at ten."""
    return book(clinic.desk, world.a_patient(), after(), clinic.derm, CHEEK)


def cancel(clinic, visit, now=NOW):
    return cancel_appointment(actor=clinic.desk, visit=visit, reason="Has caught a cold", now=now)


def fresh(row):
    return type(row).objects.get(pk=row.pk)


def refusal_of(act):
    with pytest.raises(DomainError) as refused:
        act()
    return refused.value


class TestWhatIsFreed:
    def test_is_noted_when_a_visit_is_cancelled(self, clinic, visit):
        cancel(clinic, visit)

        assert [freed.during for freed in FreedSlot.objects.all()] == [visit.blocked]

    def test_is_what_a_move_leaves(self, clinic, visit):
        reschedule_appointment(actor=clinic.desk, visit=visit, start=after(minute=15), now=NOW)

        [freed] = FreedSlot.objects.all()
        assert (freed.during.lower, freed.during.upper) == (visit.blocked.lower, visit.blocked.lower + timedelta(minutes=15))

    def test_is_the_whole_time_of_who_does_it_no_more(self, clinic, visit):
        other = world.hire("dermatologist", site=clinic.site)
        reschedule_appointment(actor=clinic.desk, visit=visit, start=visit.start, practitioner=other, now=NOW)

        assert [freed.during for freed in FreedSlot.objects.all()] == [visit.blocked]

    def test_is_noted_when_a_visit_is_set_adrift(self, clinic, visit):
        set_adrift(visits=[visit.id], reason="ill", now=NOW)

        assert [freed.during for freed in FreedSlot.objects.all()] == [visit.blocked]

    def test_is_noted_when_a_visit_was_a_mistake(self, clinic, visit):
        mark_as_mistake(actor=clinic.desk, visit=visit, reason="Twice in the book", now=NOW)

        assert FreedSlot.objects.count() == 1

    def test_is_nothing_of_a_visit_that_goes_its_way(self, clinic):
        visit = book(clinic.desk, clinic.patient, after(), clinic.derm, "skin-analysis")
        at = visit.start
        for step in (check_in_visit, start_treatment, complete_visit):
            step(actor=clinic.derm.user, visit=visit, now=at)

        assert not FreedSlot.objects.exists()


class TestJoining:
    def test_is_open_to_who_might_be_served(self, clinic):
        entry = waits(clinic)

        assert (entry.state, entry.created_by, entry.items.count()) == ("waiting", clinic.desk, 1)

    def test_is_not_refused_because_all_is_taken(self, clinic, visit):
        entry = waits(clinic, between=(time(10), time(10, 30)))

        assert entry.state == "waiting"

    def test_is_refused_without_an_order_for_restricted_work(self, clinic):
        assert refusal_of(lambda: waits(clinic, None, clinic.lesion)).code == "order_required"

    def test_is_refused_with_every_reason_of_the_rules(self, clinic):
        world.noted_skin(clinic.patient, "infection")
        esthetician = world.hire("esthetician", site=clinic.site)

        refused = refusal_of(lambda: waits(clinic, None, clinic.lesion, practitioner=esthetician))

        assert {"contraindicated", "order_required"} < {reason.code for reason in refused.reasons}

    def test_is_refused_for_days_that_are_over(self, clinic):
        assert refusal_of(lambda: waits(clinic, on=NOW.date() - timedelta(days=1))).code == "in_the_past"


class TestAnOffer:
    def test_goes_to_who_waits(self, clinic, visit):
        entry = waits(clinic)
        cancel(clinic, visit)

        assert offer_freed(now=NOW) == {"offered": 1}

        offer = the_offer(entry)
        held = offer.appointment
        assert (held.status, held.start, held.patient, held.held_until) == (HELD, visit.start, clinic.patient, LATER)
        assert (offer.state, offer.expires_at, fresh(entry).state) == ("offered", LATER, "offered")

    def test_is_told_to_the_patient(self, clinic, visit):
        entry = waits(clinic)
        cancel(clinic, visit)

        offer_freed(now=NOW)

        message = Message.objects.get(subject=the_offer(entry).id)
        assert (message.recipient, message.state, message.kind) == (clinic.patient, "due", "W01")

    def test_reaches_the_patient_with_a_link_that_ends_with_it(self, clinic, visit, mailoutbox):
        entry = waits(clinic)
        cancel(clinic, visit)
        offer_freed(now=NOW)

        deliver_due(now=NOW)

        [mail] = [mail for mail in mailoutbox if mail.to == [clinic.patient.email]]
        assert "/o/" in mail.body
        assert not health_words(f"{mail.subject} {mail.body}")
        decline_offer(offer=the_offer(entry), now=NOW)
        assert Link.objects.get(owner=the_offer(entry).id).used_at == NOW

    def test_goes_to_the_first_who_came_and_to_nobody_else(self, clinic, visit):
        first, second = waits(clinic, world.a_patient()), waits(clinic, now=NOW + timedelta(minutes=1))
        cancel(clinic, visit)

        offer_freed(now=NOW + timedelta(minutes=2))

        assert [fresh(entry).state for entry in (first, second)] == ["offered", "waiting"]

    def test_goes_to_the_more_urgent_before(self, clinic, visit):
        early = waits(clinic, world.a_patient())
        urgent = waits(clinic, priority=5, now=NOW + timedelta(minutes=1))
        cancel(clinic, visit)

        offer_freed(now=NOW + timedelta(minutes=2))

        assert [fresh(entry).state for entry in (early, urgent)] == ["waiting", "offered"]

    @pytest.mark.parametrize(
        "wish",
        [
            {"between": (time(11), time(16))},
            {"weekdays": [1]},
            {"on": TOMORROW + timedelta(days=1)},
        ],
    )
    def test_passes_over_whom_it_does_not_suit(self, clinic, visit, wish):
        waits(clinic, **wish)
        cancel(clinic, visit)

        assert offer_freed(now=NOW) == {"nobody": 1}

    def test_passes_over_who_would_be_refused_now(self, clinic, visit):
        entry = waits(clinic)
        second = waits(clinic, world.a_patient(), now=NOW + timedelta(minutes=1))
        world.noted_skin(clinic.patient, "infection")
        cancel(clinic, visit)

        offer_freed(now=NOW + timedelta(minutes=2))

        assert [fresh(row).state for row in (entry, second)] == ["waiting", "offered"]

    def test_passes_over_who_has_another_visit_then(self, clinic, visit):
        book(clinic.desk, clinic.patient, after(minute=15), world.hire("dermatologist", site=clinic.site), CHEEK)
        waits(clinic)
        cancel(clinic, visit)

        assert offer_freed(now=NOW) == {"nobody": 1}

    def test_is_made_once_to_somebody_who_waits_for_two_things(self, clinic, visit):
        other = book(clinic.desk, world.a_patient(), after(hour=14), clinic.derm, CHEEK)
        entries = [waits(clinic), waits(clinic, now=NOW + timedelta(minutes=1))]
        cancel(clinic, visit)
        cancel(clinic, other)

        assert offer_freed(now=NOW + timedelta(minutes=2)) == {"offered": 1, "nobody": 1}
        assert sorted(fresh(entry).state for entry in entries) == ["offered", "waiting"]

    def test_is_not_made_of_what_begins_too_soon(self, clinic, visit):
        waits(clinic)
        now = visit.start - timedelta(hours=1)
        cancel(clinic, visit, now)

        assert offer_freed(now=now) == {"too_late": 1}

    def test_leaves_the_rest_of_a_long_time_to_the_next(self, clinic):
        long = book(clinic.desk, world.a_patient(), after(), clinic.derm, CHEEK, CHEEK, CHEEK, CHEEK)
        entries = [waits(clinic, world.a_patient(), now=NOW + timedelta(seconds=n)) for n in range(2)]
        cancel(clinic, long)

        tally = offer_freed(now=NOW + timedelta(minutes=1))

        assert tally["offered"] == 2
        first, second = (the_offer(entry).appointment.blocked for entry in entries)
        assert first.upper <= second.lower

    def test_of_restricted_work_takes_the_order(self, clinic, visit):
        order = world.order(clinic.derm, clinic.patient, [clinic.lesion])
        entry = waits(clinic, None, clinic.lesion, order=order.id)
        cancel(clinic, visit)

        offer_freed(now=NOW)

        assert the_offer(entry).appointment.items.get().order_item.order == order

    def test_that_fails_is_tried_again_later_and_holds_up_nobody(self, clinic, visit, monkeypatch):
        other = book(clinic.desk, world.a_patient(), after(hour=14), clinic.derm, CHEEK)
        waits(clinic)
        cancel(clinic, visit)
        cancel(clinic, other)
        real, poisoned = offering.first_offerable, visit.blocked.lower

        def first_offerable(*, freed_from, now):
            if freed_from == poisoned:
                raise ZeroDivisionError
            return real(freed_from=freed_from, now=now)

        monkeypatch.setattr(offering, "first_offerable", first_offerable)

        assert offer_freed(now=NOW) == {"failed": 1, "offered": 1}
        assert [(freed.attempts, freed.due_at) for freed in FreedSlot.objects.all()] == [(1, NOW + timedelta(minutes=1))]


class TestTheAnswer:
    @pytest.fixture
    def entries(self, clinic, visit):
        """Two who wait, the first of whom was offered the time."""
        entries = [waits(clinic), waits(clinic, world.a_patient(), now=NOW + timedelta(seconds=1))]
        cancel(clinic, visit)
        offer_freed(now=NOW)
        return entries

    def accept(self, clinic, entry, now=NOW):
        return accept_offer(actor=clinic.desk, offer=the_offer(entry), now=now)

    def test_yes_books(self, clinic, entries):
        self.accept(clinic, entries[0])

        offer = the_offer(entries[0])
        assert (offer.state, offer.appointment.status, fresh(entries[0]).state) == ("accepted", BOOKED, "booked")
        assert Message.objects.get(subject=offer.id).state == "withdrawn"
        assert Message.objects.filter(subject=offer.appointment_id, kind="P01", state="due").exists()

    def test_no_gives_it_to_the_next(self, clinic, entries):
        decline_offer(offer=the_offer(entries[0]), now=NOW)

        assert offer_freed(now=NOW) == {"offered": 1}
        assert the_offer(entries[0]).state == "declined"
        assert [fresh(entry).state for entry in entries] == ["waiting", "offered"]

    def test_nothing_gives_it_to_the_next_when_the_hold_has_run_out(self, clinic, entries):
        expire_holds(now=LATER)

        assert offer_freed(now=LATER) == {"offered": 1}
        assert the_offer(entries[0]).state == "expired"
        assert [fresh(entry).state for entry in entries] == ["waiting", "offered"]

    def test_yes_comes_too_late_before_the_sweep_and_after(self, clinic, entries):
        assert refusal_of(lambda: self.accept(clinic, entries[0], LATER)).code == "hold_expired"
        expire_holds(now=LATER)
        assert refusal_of(lambda: self.accept(clinic, entries[0], LATER)).code == "hold_expired"

    def test_is_given_once(self, clinic, entries):
        decline_offer(offer=the_offer(entries[0]), now=NOW)

        assert refusal_of(lambda: self.accept(clinic, entries[0])).code == "illegal_transition"

    def test_no_of_everybody_leaves_the_time_free(self, clinic, entries):
        for entry in entries:
            decline_offer(offer=the_offer(entry), now=NOW)
            offer_freed(now=NOW)

        assert not FreedSlot.objects.exists()
        assert not Appointment.objects.filter(status=HELD).exists()
        assert WaitlistOffer.objects.count() == 2

    def test_is_needed_no_more_when_the_desk_calls_the_hold_off(self, clinic, entries):
        cancel(clinic, the_offer(entries[0]).appointment)

        assert (the_offer(entries[0]).state, fresh(entries[0]).state) == ("withdrawn", "waiting")


class TestTheEndOfWaiting:
    def test_gives_back_what_is_offered(self, clinic, visit):
        entry = waits(clinic)
        cancel(clinic, visit)
        offer_freed(now=NOW)

        withdraw_entry(entry=entry, now=NOW)

        assert (fresh(entry).state, the_offer(entry).state) == ("withdrawn", "withdrawn")
        assert the_offer(entry).appointment.status == CANCELLED

    def test_repeated_changes_nothing(self, clinic):
        entry = waits(clinic)
        withdraw_entry(entry=entry, now=NOW)

        assert withdraw_entry(entry=entry, now=LATER).ended_at == NOW

    def test_is_refused_for_who_was_served(self, clinic, visit):
        entry = waits(clinic)
        cancel(clinic, visit)
        offer_freed(now=NOW)
        accept_offer(actor=clinic.desk, offer=the_offer(entry), now=NOW)

        assert refusal_of(lambda: withdraw_entry(entry=entry, now=NOW)).code == "illegal_transition"

    def test_comes_with_the_last_day_at_the_site(self, clinic):
        entry = waits(clinic)

        assert expire_entries(now=after(1, hour=23, minute=59)) == 0
        assert expire_entries(now=after(2, hour=0)) == 1
        assert fresh(entry).state == "expired"


class TestTheTimeline:
    @pytest.fixture
    def entry(self, clinic, visit):
        entry = waits(clinic)
        cancel(clinic, visit)
        offer_freed(now=NOW)
        return entry

    def told(self, patient):
        kinds = ("time_offered", "visit_booked", "visit")
        return [told(event.kind, event.data)[0] for event in happenings_of(patient) if event.kind in kinds]

    def test_tells_of_an_offer_that_nobody_took_but_of_no_visit(self, clinic, entry):
        decline_offer(offer=the_offer(entry), now=NOW)

        assert self.told(clinic.patient) == ["Time offered from the waitlist: declined"]

    def test_tells_of_the_visit_that_was_taken(self, clinic, entry):
        accept_offer(actor=clinic.desk, offer=the_offer(entry), now=NOW)

        assert len(self.told(clinic.patient)) == 3


class TestAMerge:
    def test_takes_wait_and_offer_along(self, clinic, visit):
        duplicate = world.a_patient(clinic.site)
        entry = waits(clinic, duplicate)
        cancel(clinic, visit)
        offer_freed(now=NOW)

        merge_patients(actor=world.a_manager(), duplicate=duplicate, into=clinic.patient, reason="registered twice", now=NOW)

        accept_offer(actor=clinic.desk, offer=the_offer(entry), now=NOW)
        assert fresh(entry).patient == clinic.patient
        assert the_offer(entry).appointment.patient == clinic.patient


class TestTheDatabase:
    @pytest.fixture
    def entry(self, clinic, visit):
        entry = waits(clinic)
        cancel(clinic, visit)
        offer_freed(now=NOW)
        return entry

    def test_refuses_an_open_offer_of_what_is_not_held(self, entry):
        held = the_offer(entry).appointment

        assert (
            refused_as(
                lambda: sql(
                    "UPDATE appointments_appointment SET status = 'cancelled', held_until = NULL WHERE id = %s", held.id
                )
            )
            == "open_offer_holds_its_visit"
        )

    def test_refuses_two_open_offers_to_one(self, entry):
        copy = """INSERT INTO appointments_waitlistoffer (entry_id, patient_id, appointment_id, offered_at, expires_at, state)
                  SELECT entry_id, patient_id, appointment_id, offered_at, expires_at, state FROM appointments_waitlistoffer"""

        assert refused_as(lambda: sql(copy)) in {
            "waitlist_entry_has_one_open_offer",
            "appointments_waitlistoffer_appointment_id_key",
        }

    def test_refuses_the_lesion_of_another_patient(self, clinic):
        entry, lesion = waits(clinic), world.charted(world.a_patient())
        insert = """INSERT INTO appointments_waitlistitem (entry_id, patient_id, "group", treatment_id, lesion_id)
                    SELECT entry_id, patient_id, 1, treatment_id, %s FROM appointments_waitlistitem WHERE entry_id = %s"""

        assert refused_as(lambda: sql(insert, lesion.id, entry.id)) == "waitlist_item_lesion_is_of_the_patient"

    @pytest.mark.parametrize(
        ("change", "rule"),
        [
            ("weekdays = '{8}'", "waitlist_weekdays_are_of_a_week"),
            ("last_on = first_on - 1", "waitlist_days_are_in_order"),
            ("earliest = '11:00', latest = '10:00'", "waitlist_hours_are_in_order"),
            ("priority = 10", "waitlist_priority_is_a_digit"),
            ("state = 'gone'", "waitlist_entry_has_a_known_state"),
            ("state = 'withdrawn'", "waitlist_entry_that_ended_says_when"),
        ],
    )
    def test_refuses_what_no_entry_says(self, clinic, change, rule):
        entry = WaitlistEntry.objects.get(pk=waits(clinic).pk)

        assert refused_as(lambda: sql(f"UPDATE appointments_waitlistentry SET {change} WHERE id = %s", entry.pk)) == rule
