"""The catalogue of treatments is brought to the database, and brought again without harm."""

import pytest

from clinic.models import Site
from tests.factories import a_site
from treatments.models import Treatment, TreatmentAct
from treatments.services.reference import load_catalogues

pytestmark = pytest.mark.django_db


class TestLoadCatalogues:
    def test_brings_everything_once_however_often_it_runs(self):
        load_catalogues()
        load_catalogues()

        assert (Treatment.objects.count(), TreatmentAct.objects.count()) == (12, 15)

    def test_offers_all_of_it_at_every_site(self):
        a_site()

        load_catalogues()

        assert Site.objects.get().treatments.count() == 12

    def test_leaves_the_clinics_own_prices_and_offers_as_they_are(self):
        site = a_site()
        load_catalogues()
        Treatment.objects.filter(code="review").update(price="1.00")
        site.treatments.remove(Treatment.objects.get(code="laser-resurfacing"))

        load_catalogues()

        assert Treatment.objects.get(code="review").price == 1
        assert site.treatments.count() == 11
