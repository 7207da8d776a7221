"""Two people at once, each over a connection of their own: nobody begins a retinoid beside a pregnancy."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from clinic.errors import DomainError
from patients.models import Contraindication
from patients.services.skin import Held, record_skin
from tests.committed import committed
from tests.factories import a_patient
from tests.factories_plans import NOW, TODAY, a_clinic_with_catalogues, a_draft, an_author
from treatments.models import HomeCarePlan
from treatments.services.home_care_course import start_home_care


@pytest.fixture
def transactional_db(django_db_setup, django_db_blocker) -> Iterator[None]:
    """What is written is committed, for other connections to see, and gone afterwards."""
    with django_db_blocker.unblock(), committed():
        yield


def together(*acts: Callable[[], object]) -> list[str]:
    """The codes with which each was refused, blank where it was done."""
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        try:
            start.wait()
            act()
        except DomainError as error:
            return error.code
        finally:
            connection.close()
        return ""

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


@pytest.mark.parametrize("attempt", range(4))
def test_a_pregnancy_and_a_retinoid_never_stand_together(transactional_db, attempt):
    a_clinic_with_catalogues()
    actor, patient = an_author(), a_patient()
    row = a_draft(actor, patient=patient)
    pregnant = Held(code="pregnant", since=TODAY)

    began, recorded = together(
        lambda: start_home_care(actor=actor, home_care=row, now=NOW),
        lambda: record_skin(actor=actor, patient=patient, axes={}, contraindications=[pregnant], now=NOW),
    )

    row.refresh_from_db()
    assert recorded == ""
    assert Contraindication.objects.filter(code="pregnant").exists()
    assert (began, row.status) in {("contraindicated", "draft"), ("", "stopped")}


def test_one_of_two_plans_begins(transactional_db):
    a_clinic_with_catalogues()
    actor, patient = an_author(), a_patient()
    drafts = [a_draft(actor, patient=patient) for _ in range(2)]

    codes = together(*(lambda row=row: start_home_care(actor=actor, home_care=row, now=NOW) for row in drafts))

    assert sorted(codes) == ["", "other_home_care"]
    assert HomeCarePlan.objects.filter(status="active").count() == 1
