"""The catalogues are brought to the database, and brought again without harm."""

import pytest

from patients.models import BodySite, ConsentText, Diagnosis, MiliaType
from patients.services.reference import load_catalogues

pytestmark = pytest.mark.django_db


class TestLoadCatalogues:
    def test_adds_consent_texts_and_never_changes_one(self):
        load_catalogues()
        ConsentText.objects.filter(kind="photos").update(in_force_from="2026-01-01T00:00:00Z")

        load_catalogues()

        assert ConsentText.objects.count() == 20
        assert {text.in_force_from.year for text in ConsentText.objects.filter(kind="photos")} == {2026}

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
