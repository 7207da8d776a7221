from patients.models.assessments import AssessedLesion, Assessment
from patients.models.consents import Consent, ConsentText
from patients.models.lesions import BodySite, Diagnosis, Lesion, MiliaType
from patients.models.people import Contraindication, Patient, SkinProfile

__all__ = [
    "AssessedLesion",
    "Assessment",
    "BodySite",
    "Consent",
    "ConsentText",
    "Contraindication",
    "Diagnosis",
    "Lesion",
    "MiliaType",
    "Patient",
    "SkinProfile",
]
