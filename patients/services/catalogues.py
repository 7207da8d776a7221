"""The catalogue of diagnoses stays open: what is missing is added, nothing is taken out."""

import re
from dataclasses import dataclass

from django.db import transaction

from clinic.errors import Conflict, Malformed
from patients.models import Diagnosis

ICD10CM = re.compile(r"[A-Z][0-9][0-9A-Z](\.[0-9A-Z]{1,4})?(\.?-)?")


@dataclass(frozen=True, kw_only=True)
class NewDiagnosis:
    """A diagnosis or look-alike; `kind` says whether it blocks a lesion, `icd10cm` may be blank."""

    code: str
    name: str
    kind: str
    icd10cm: str = ""


@transaction.atomic
def add_diagnosis(*, diagnosis: NewDiagnosis) -> Diagnosis:
    """
    Add a diagnosis that assessments may name from now on.

    :raises Malformed: for a code that is none of ICD-10-CM.
    :raises Conflict: `already_there`, for a code that is taken.
    """
    if diagnosis.icd10cm and not ICD10CM.fullmatch(diagnosis.icd10cm):
        raise Malformed({"icd10cm": "A code of ICD-10-CM, such as L72.0."})
    columns = {"name": diagnosis.name, "kind": diagnosis.kind, "icd10cm": diagnosis.icd10cm}
    row, is_new = Diagnosis.objects.get_or_create(code=diagnosis.code, defaults=columns)
    if not is_new:
        raise Conflict("already_there", "A diagnosis of this code is in the catalogue.")
    return row
