from treatments.models.aftermath import Addendum, Complication
from treatments.models.catalogue import Treatment, TreatmentAct
from treatments.models.encounters import Encounter
from treatments.models.incidents import Incident, IncidentLesion
from treatments.models.orders import OrderItem, TreatmentOrder
from treatments.models.overrides import Override
from treatments.models.procedures import Procedure, ProcedureItem, ProcedureOutcome

__all__ = [
    "Addendum",
    "Complication",
    "Encounter",
    "Incident",
    "IncidentLesion",
    "OrderItem",
    "Override",
    "Procedure",
    "ProcedureItem",
    "ProcedureOutcome",
    "Treatment",
    "TreatmentAct",
    "TreatmentOrder",
]
