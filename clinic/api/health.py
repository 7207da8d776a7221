"""Whether Pearl lives and whether it can work, for load balancers and people who are called at night."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clinic.api.base import AlwaysJson
from clinic.selectors.health import AWAY, DEGRADED, OK, PART_STATES, UNAVAILABLE, UNKNOWN, Health, health_at

RETRY_AFTER_S = 5


class HealthShown(serializers.Serializer[Health]):
    """The state of each part; `oldest_due_s` is how late the oldest message that is due already is, in seconds."""

    status = serializers.ChoiceField([OK, DEGRADED, UNAVAILABLE])
    database = serializers.ChoiceField(PART_STATES)
    broker = serializers.ChoiceField(PART_STATES)
    worker = serializers.ChoiceField([OK, AWAY, UNKNOWN])
    oldest_due_s = serializers.IntegerField(allow_null=True)


class Live(APIView):
    """The process answers: always 200, whatever it leans on."""

    authentication_classes: tuple[Any, ...] = ()
    permission_classes = (AllowAny,)
    content_negotiation_class = AlwaysJson

    @extend_schema(operation_id="health_live", responses=HealthShown)
    def get(self, request: Request) -> Response:
        """Say that the process lives, and what it sees of the others."""
        return Response(HealthShown(health_at(now=timezone.now())).data | {"status": OK})


class Ready(APIView):
    """Whether bookings can be taken: 503 without the database, 200 and `degraded` when only the broker or the worker is away."""

    authentication_classes: tuple[Any, ...] = ()
    permission_classes = (AllowAny,)
    content_negotiation_class = AlwaysJson

    @extend_schema(operation_id="health_ready", responses={200: HealthShown, 503: HealthShown})
    def get(self, request: Request) -> Response:
        """Say whether it is worth sending requests here."""
        health = health_at(now=timezone.now())
        if health.database == OK:
            return Response(HealthShown(health).data)
        return Response(HealthShown(health).data, status=503, headers={"Retry-After": str(RETRY_AFTER_S)})
