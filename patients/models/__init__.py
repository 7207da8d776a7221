from patients.models.assessments import AssessedLesion, Assessment
from patients.models.duplicates import PatientMerge
from patients.models.lesions import BodySite, Diagnosis, Lesion, MiliaType
from patients.models.people import Contraindication, Patient, SkinProfile

__all__ = [
    "AssessedLesion",
    "Assessment",
    "BodySite",
    "Contraindication",
    "Diagnosis",
    "Lesion",
    "MiliaType",
    "Patient",
    "PatientMerge",
    "SkinProfile",
]
