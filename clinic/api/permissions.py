"""Who may call: denied unless a view says otherwise, by role."""

from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING, Final

from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from clinic.errors import NotAllowed
from clinic.models import Site, User
from clinic.models.people import MANAGER, MEDICAL_DIRECTOR, PRACTITIONER, ROLES
from clinic.selectors.people import has_role

if TYPE_CHECKING:  # rest_framework.views reads the settings that name this module
    from rest_framework.views import APIView

Roles = frozenset[str] | Callable[[Request], bool]
RolesByMethod = Mapping[str, Roles]

ANY_STAFF: Final = frozenset(ROLES)
PRACTITIONERS: Final = frozenset({PRACTITIONER, MEDICAL_DIRECTOR})
MANAGERS: Final = frozenset({MANAGER})
DIRECTORS: Final = frozenset({MEDICAL_DIRECTOR})


def anyone(request: Request) -> bool:
    """The public too."""
    return True


class Nobody(BasePermission):
    """The default of every view that forgot to name its own."""

    def has_permission(self, request: Request, view: object) -> bool:
        """Never."""
        return False


class HasRole(BasePermission):
    """The caller holds, at some site, one of the roles that the view names for the method; a method that it does not name is nobody's."""

    def has_permission(self, request: Request, view: "APIView") -> bool:
        """Look the method up in `view.roles`; HEAD counts as GET."""
        method = "GET" if request.method == "HEAD" else request.method
        if method not in view.allowed_methods and request.user.is_authenticated:
            raise MethodNotAllowed(request.method)
        roles = getattr(view, "roles", {}).get(method, frozenset())
        if callable(roles):
            return roles(request)
        return request.user.is_authenticated and has_role(request.user, roles)


def require_role(user: User, roles: Collection[str], *, site: Site | None = None) -> None:
    """
    Refuse unless the user holds one of the roles at the site (anywhere when none is named).

    :raises NotAllowed: `not_permitted`.
    """
    if not has_role(user, roles, site=site):
        raise NotAllowed("not_permitted", "Your role does not include this.")
