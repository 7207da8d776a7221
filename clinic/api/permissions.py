"""Who may call: denied unless a view says otherwise."""

from rest_framework.permissions import BasePermission
from rest_framework.request import Request


class Nobody(BasePermission):
    """The default of every view that forgot to name its own."""

    def has_permission(self, request: Request, view: object) -> bool:
        """Never."""
        return False
