"""The catalogues are brought to the database, and brought again without harm."""

import pytest

from patients.models import BodySite, Diagnosis, MiliaType
from patients.services.reference import load_catalogues

pytestmark = pytest.mark.django_db


class TestLoadCatalogues:
    def test_brings_everything_once_however_often_it_runs(self):
        load_catalogues()
        load_catalogues()

        assert (BodySite.objects.count(), Diagnosis.objects.count(), MiliaType.objects.count()) == (17, 13, 6)

    def test_counts_what_lies_beside_the_eye_as_eyelid(self):
        load_catalogues()

        assert BodySite.objects.get(code="under_eye").authority_region == "eyelid"

    def test_mends_an_entry_that_was_altered_and_keeps_one_that_was_added(self):
        load_catalogues()
        Diagnosis.objects.filter(code="milium").update(name="something else")
        Diagnosis.objects.create(code="own_entry", name="Own entry", kind="benign")

        load_catalogues()

        assert Diagnosis.objects.get(code="milium").name == "Milium"
        assert Diagnosis.objects.filter(code="own_entry").exists()
