"""The pages for managers. Importing this registers them."""

from clinic.admin import derived, papers, people, places, policy, presence, tasks
from clinic.admin.history import register_history

__all__ = ["derived", "papers", "people", "places", "policy", "presence", "tasks"]

register_history("clinic")
