"""The catalogues that describe lesions, loaded from the product's own data."""

import json
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Model

from patients.models import BodySite, Diagnosis, MiliaType

DATA = Path(__file__).resolve().parent.parent / "data"
CATALOGUES: tuple[tuple[str, type[Model], tuple[str, ...]], ...] = (
    ("body_sites.json", BodySite, ("name", "region", "icd10cm", "hcpcs", "snomed")),
    ("diagnoses.json", Diagnosis, ("name", "icd10cm", "kind")),
    ("milia_types.json", MiliaType, ("name", "guidance")),
)


@transaction.atomic
def load_catalogues() -> None:
    """Bring body sites, diagnoses and types of milia to what the product ships; entries added by hand stay."""
    for file, model, fields in CATALOGUES:
        _load(model, fields, json.loads((DATA / file).read_text()))


def _load(model: type[Model], fields: tuple[str, ...], entries: list[dict[str, Any]]) -> None:
    known = {row.code: row for row in model.objects.all()}
    for entry in entries:
        values = {field: entry[field] for field in fields}
        row = known.get(entry["code"])
        if row is None:
            model.objects.create(code=entry["code"], **values)
        elif any(getattr(row, field) != value for field, value in values.items()):
            model.objects.filter(pk=row.pk).update(**values)
