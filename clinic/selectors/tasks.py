"""The tasks that somebody may see."""

from uuid import UUID

from django.db.models import QuerySet

from clinic.errors import NotFound
from clinic.models import Task, User
from clinic.selectors.people import visible_sites


def tasks_visible_to(
    user: User, *, site: str | None = None, role: str | None = None, state: str | None = None
) -> QuerySet[Task]:
    """The tasks of the user's sites, narrowed by site code, role and state where given."""
    asked = {"site__code": site, "role": role, "state": state}
    given = {name: value for name, value in asked.items() if value is not None}
    return Task.objects.filter(site__in=visible_sites(user), **given).select_related("site")


def task_visible_to(user: User, task: UUID) -> Task:
    """
    That task.

    :raises NotFound: if it does not exist or is of a site that the user does not see.
    """
    found = tasks_visible_to(user).filter(id=task).first()
    if found is None:
        raise NotFound
    return found
