"""The catalogues that describe lesions and the texts of consents, loaded from the product's own data."""

import hashlib
import json
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.db.models import Model

from patients.models import BodySite, ConsentText, Diagnosis, MiliaType

DATA = Path(__file__).resolve().parent.parent / "data"
CATALOGUES: tuple[tuple[str, type[Model], tuple[str, ...]], ...] = (
    ("body_sites.json", BodySite, ("name", "region", "icd10cm", "hcpcs", "snomed")),
    ("diagnoses.json", Diagnosis, ("name", "icd10cm", "kind")),
    ("milia_types.json", MiliaType, ("name", "guidance")),
)


@transaction.atomic
def load_catalogues() -> None:
    """
    Bring body sites, diagnoses and types of milia to what the product ships; entries added by hand stay.

    Consent texts are added where a version is missing, and never changed.
    """
    for file, model, fields in CATALOGUES:
        _load(model, fields, _read(file))
    _add_texts(_read("consent_texts.json"))


def _load(model: type[Model], fields: tuple[str, ...], entries: list[dict[str, Any]]) -> None:
    known = {row.code: row for row in model.objects.all()}
    for entry in entries:
        values = {field: entry[field] for field in fields}
        row = known.get(entry["code"])
        if row is None:
            model.objects.create(code=entry["code"], **values)
        elif any(getattr(row, field) != value for field, value in values.items()):
            model.objects.filter(pk=row.pk).update(**values)


def _add_texts(entries: list[dict[str, Any]]) -> None:
    known = set(ConsentText.objects.values_list("kind", "version", "language"))
    missing = [entry for entry in entries if (entry["kind"], entry["version"], entry["language"]) not in known]
    ConsentText.objects.bulk_create(_text(**entry) for entry in missing)


def _text(*, body: list[str], in_force_from: str, **fields: Any) -> ConsentText:
    """A text whose body comes in paragraphs, with the hash of what will be shown."""
    text = ConsentText(body="\n\n".join(body), in_force_from=datetime.fromisoformat(in_force_from), **fields)
    text.sha256 = hashlib.sha256(text.shown.encode()).hexdigest()
    return text


def _read(file: str) -> list[dict[str, Any]]:
    return json.loads((DATA / file).read_text(encoding="utf-8"))
