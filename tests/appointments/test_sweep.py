"""The nightly sweep."""

from datetime import timedelta

import pytest

from appointments.models import Appointment
from appointments.services.sweep import sweep_visits
from clinic.models import Task
from tests.factories import a_visit, at

pytestmark = pytest.mark.django_db


class TestSweep:
    def test_sets_adrift_what_no_paper_carries(self):
        visit = a_visit()  # its privilege was written by hand: no licence stands behind it

        sweep_visits(now=at(-60))

        assert Appointment.objects.get(pk=visit.pk).status == "needs_reassignment"

    def test_puts_an_unassigned_visit_before_the_manager_two_days_ahead(self):
        visit = a_visit()

        sweep_visits(now=at(-60))

        assert Task.objects.get(kind="reassign_visit_urgently").subject == visit.pk

    def test_presses_nobody_earlier(self):
        a_visit()

        sweep_visits(now=at(0) - timedelta(days=5))

        assert not Task.objects.filter(kind="reassign_visit_urgently").exists()

    def test_lists_visits_that_nobody_closed(self):
        visit = a_visit()

        sweep_visits(now=at(0) + timedelta(days=1))

        assert Task.objects.get(kind="close_visit").subject == visit.pk

    def test_asks_for_each_once(self):
        a_visit()

        sweep_visits(now=at(0) + timedelta(days=1))
        sweep_visits(now=at(0) + timedelta(days=2))

        assert Task.objects.filter(kind="close_visit").count() == 1
