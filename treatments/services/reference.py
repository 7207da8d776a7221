"""The catalogues of treatments and of ingredients, loaded from the product's own data."""

import json
from pathlib import Path
from typing import Any

from django.db import transaction

from clinic.models import Site
from treatments.models import IngredientClass, Treatment, TreatmentAct

DATA = Path(__file__).resolve().parent.parent / "data"
CATALOGUE, INGREDIENTS = DATA / "catalogue.json", DATA / "ingredients.json"
COLUMNS = ("name", "minutes", "buffer_before", "buffer_after", "price", "currency", "equipment", "devices", "downtime_days")


@transaction.atomic
def load_catalogues() -> None:
    """
    Add the treatments and acts that are missing; what stands (prices, minutes) is the clinic's own and stays.

    A treatment that comes anew is offered at every active site, and a site without any treatment offers all. The classes
    of ingredients are brought to what the product ships.
    """
    _load_ingredients()
    known = {row.code: row for row in Treatment.objects.prefetch_related("acts")}
    added = []
    for entry in json.loads(CATALOGUE.read_text(encoding="utf-8")):
        treatment = known.get(entry["code"])
        if treatment is None:
            treatment = _add(entry)
            added.append(treatment)
        _add_acts(treatment, entry["acts"])
    for site in Site.objects.filter(active=True):
        offered = site.treatments.all()
        site.treatments.add(*(added if offered.exists() else Treatment.objects.filter(active=True)))


def _add(entry: dict[str, Any]) -> Treatment:
    values = {column: entry[column] for column in COLUMNS}
    return Treatment.objects.create(code=entry["code"], lesion_rule=entry["lesion"], **values)


def _add_acts(treatment: Treatment, acts: list[list[str]]) -> None:
    known = {(row.act, row.depth) for row in treatment.acts.all()}
    missing = [TreatmentAct(treatment=treatment, act=act, depth=depth) for act, depth in acts if (act, depth) not in known]
    TreatmentAct.objects.bulk_create(missing)


def _load_ingredients() -> None:
    known = {row.code: row for row in IngredientClass.objects.all()}
    for entry in json.loads(INGREDIENTS.read_text(encoding="utf-8")):
        row = known.get(entry["code"])
        if row is None:
            IngredientClass.objects.create(**entry)
        elif any(getattr(row, field) != value for field, value in entry.items()):
            IngredientClass.objects.filter(pk=row.pk).update(**entry)
