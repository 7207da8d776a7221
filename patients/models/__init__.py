from patients.models.assessments import Assessment
from patients.models.lesions import BodySite, Diagnosis, Lesion, MiliaType
from patients.models.people import Contraindication, Patient, SkinProfile

__all__ = [
    "Assessment",
    "BodySite",
    "Contraindication",
    "Diagnosis",
    "Lesion",
    "MiliaType",
    "Patient",
    "SkinProfile",
]
