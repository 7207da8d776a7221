from treatments.models.catalogue import Treatment, TreatmentAct
from treatments.models.encounters import Encounter
from treatments.models.orders import OrderItem, TreatmentOrder
from treatments.models.overrides import Override

__all__ = ["Encounter", "OrderItem", "Override", "Treatment", "TreatmentAct", "TreatmentOrder"]
