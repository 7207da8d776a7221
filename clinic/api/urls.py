"""The addresses of this floor, under /api/v1/."""

from django.urls import include, path

from clinic.api import protocol, task_steps, tasks, tokens
from clinic.api.presence import closures, shifts, time_off

urlpatterns = [
    path("", include("clinic.api.credentials.urls")),
    path("auth/token/", tokens.Token.as_view(), name="token"),
    path("protocol-rows/", protocol.ProtocolRows.as_view(), name="protocol-rows"),
    path("protocol-rows/<slug:code>/", protocol.OneProtocolRow.as_view(), name="protocol-row"),
    path("protocol-rows/<slug:code>/preview/", protocol.PreviewProtocolRow.as_view(), name="protocol-row-preview"),
    path("tasks/", tasks.Tasks.as_view(), name="tasks"),
    path("tasks/summary/", tasks.TaskSummary.as_view(), name="task-summary"),
    path("tasks/<uuid:task>/", tasks.OneTask.as_view(), name="task"),
    path("tasks/<uuid:task>/done/", task_steps.Done.as_view(), name="task-done"),
    path("tasks/<uuid:task>/assign/", task_steps.Assign.as_view(), name="task-assign"),
    path("tasks/<uuid:task>/snooze/", task_steps.Snooze.as_view(), name="task-snooze"),
    path("tasks/<uuid:task>/reopen/", task_steps.Reopen.as_view(), name="task-reopen"),
    path("tasks/<uuid:task>/history/", task_steps.History.as_view(), name="task-history"),
    path("shifts/", shifts.Shifts.as_view(), name="shifts"),
    path("shifts/<uuid:shift>/", shifts.OneShift.as_view(), name="shift"),
    path("time-off/", time_off.TimesOff.as_view(), name="times-off"),
    path("time-off/<uuid:time_off>/", time_off.OneTimeOff.as_view(), name="time-off"),
    path("closures/", closures.Closures.as_view(), name="closures"),
    path("closures/<uuid:closure>/", closures.OneClosure.as_view(), name="closure"),
]
