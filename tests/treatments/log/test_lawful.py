"""A log that is signed past all services: PostgreSQL still asks who held what when the work was done."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from tests import clinic_world as world
from tests.clinic_world import NOW, SmallClinic
from tests.factories_log import CLEAN, a_stay, drafted, extracted
from treatments.models import Procedure
from treatments.services.log.drafting import NewOutcome

pytestmark = pytest.mark.django_db
SIGNATURE = """
UPDATE treatments_procedure
   SET status = 'signed', signed_by_id = performed_by_id, signed_at = now(), profession = %(profession)s,
       supervision = %(level)s, supervisor_id = %(supervisor)s, supervisor_profession = %(of_supervisor)s,
       cosign_due_at = CASE WHEN %(supervisor)s::uuid IS NOT NULL THEN now() END
 WHERE id = %(id)s
"""


@pytest.fixture
def clinic() -> SmallClinic:
    return world.a_small_clinic(rooms=1)


def a_draft(clinic: SmallClinic, performer=None, **fields) -> Procedure:
    who = performer or clinic.derm
    return drafted(a_stay(clinic.patient, who), who, extracted(fields.pop("lesion", clinic.lesion), **fields))


def refusal(draft: Procedure, *, profession: str = "dermatologist", level: str = "none", supervisor=None) -> str:
    """The constraint that refuses the signature; empty where it is accepted."""
    named = {
        "id": draft.pk,
        "profession": profession,
        "level": level,
        "supervisor": supervisor and supervisor.pk,
        "of_supervisor": "dermatologist" if supervisor else "",
    }
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(SIGNATURE, named)
    except DatabaseError as error:
        return error.__cause__.diag.constraint_name or str(error)
    return ""


def test_of_somebody_who_was_privileged_is_accepted(clinic):
    assert refusal(a_draft(clinic)) == ""


def test_of_somebody_who_was_not_is_refused(clinic):
    esthetician = world.hire("esthetician", site=clinic.site, trainings=["lancet"])

    draft = a_draft(clinic, esthetician)

    assert refusal(draft, profession="esthetician") == "logged_performer_is_privileged"


def test_in_a_profession_that_is_not_theirs_is_refused(clinic):
    esthetician = world.hire("esthetician", site=clinic.site, trainings=["lancet"])

    draft = a_draft(clinic, esthetician)

    assert refusal(draft, profession="dermatologist") == "logged_performer_is_privileged"


def test_of_somebody_whose_privilege_ended_in_the_middle_is_refused(clinic):
    ending = world.hire("dermatologist", site=clinic.site, trainings=["lancet"])
    ending.licences.update(status="suspended", suspended_from=NOW + timedelta(minutes=20))
    world.derive(ending)

    draft = a_draft(clinic, ending)

    assert refusal(draft) == "logged_performer_is_privileged"


def test_at_a_region_that_the_chart_has_since_moved_is_refused(clinic):
    draft = a_draft(clinic)
    type(clinic.lesion).objects.filter(pk=clinic.lesion.pk).update(region="eyelid")

    assert refusal(draft) == "logged_scope_is_what_was_done"


def test_deeper_than_it_says_is_refused(clinic):
    draft = a_draft(clinic)
    draft.outcomes.update(reached="dermal")

    assert refusal(draft) == "logged_scope_is_what_was_done"


@pytest.mark.parametrize("missing", sorted(CLEAN))
def test_of_a_lancet_without_asepsis_is_refused(clinic, missing):
    draft = a_draft(clinic, checklist={name: value for name, value in CLEAN.items() if name != missing})

    assert refusal(draft) == "logged_lancet_was_sterile_and_disposed_of"


def test_of_nothing_is_refused(clinic):
    draft = a_draft(clinic)
    draft.items.all().delete()

    assert refusal(draft) == "procedure_has_an_item"


def test_of_a_lesion_without_a_result_is_refused(clinic):
    draft = a_draft(clinic, outcomes=(NewOutcome(lesion=clinic.lesion.pk),))

    assert refusal(draft) == "logged_lesion_has_its_result"


class TestSupervised:
    @pytest.fixture
    def medesth(self, clinic):
        person = world.hire("medical_aesthetician", site=clinic.site, trainings=["lancet"])
        world.agree(clinic.derm, person)
        return person

    def signed(self, clinic, medesth, *, level="direct", supervisor) -> str:
        return refusal(a_draft(clinic, medesth), profession="medical_aesthetician", level=level, supervisor=supervisor)

    def test_with_its_supervisor_on_site_is_accepted(self, clinic, medesth):
        assert self.signed(clinic, medesth, supervisor=clinic.derm) == ""

    def test_without_a_supervisor_is_refused(self, clinic, medesth):
        assert self.signed(clinic, medesth, level="none", supervisor=None) == "logged_work_is_supervised"

    def test_at_a_lower_level_is_refused(self, clinic, medesth):
        assert self.signed(clinic, medesth, level="general", supervisor=clinic.derm) == "logged_work_is_supervised"

    def test_under_somebody_who_has_not_agreed_is_refused(self, clinic, medesth):
        other = world.a_dermatologist(site=clinic.site)

        assert self.signed(clinic, medesth, supervisor=other) == "logged_supervisor_has_agreed"

    def test_under_somebody_who_may_not_do_it_is_refused(self, clinic, medesth):
        untrained = world.a_dermatologist(site=clinic.site)
        world.agree(untrained, medesth)
        untrained.licences.update(status="suspended", suspended_from=NOW)
        world.derive(untrained)

        assert self.signed(clinic, medesth, supervisor=untrained) == "logged_supervisor_is_privileged"

    def test_under_somebody_who_was_not_there_is_refused(self, clinic, medesth):
        absent = world.a_dermatologist(site=clinic.site, shift=(NOW, NOW + timedelta(minutes=29)))
        world.agree(absent, medesth)

        assert self.signed(clinic, medesth, supervisor=absent) == "logged_supervisor_is_on_site"
