"""The addresses of this floor, under /api/v1/."""

from django.urls import path

from clinic.api import presence, tasks, tokens

urlpatterns = [
    path("auth/token/", tokens.Token.as_view(), name="token"),
    path("tasks/", tasks.Tasks.as_view(), name="tasks"),
    path("tasks/<uuid:task>/", tasks.OneTask.as_view(), name="task"),
    path("tasks/<uuid:task>/done/", tasks.Done.as_view(), name="task-done"),
    path("tasks/<uuid:task>/assign/", tasks.Assign.as_view(), name="task-assign"),
    path("tasks/<uuid:task>/snooze/", tasks.Snooze.as_view(), name="task-snooze"),
    path("shifts/", presence.Shifts.as_view(), name="shifts"),
    path("shifts/<uuid:shift>/", presence.OneShift.as_view(), name="shift"),
    path("time-off/", presence.TimesOff.as_view(), name="times-off"),
    path("time-off/<uuid:time_off>/", presence.OneTimeOff.as_view(), name="time-off"),
    path("closures/", presence.Closures.as_view(), name="closures"),
    path("closures/<uuid:closure>/", presence.OneClosure.as_view(), name="closure"),
]
