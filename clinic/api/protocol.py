"""The follow-up protocol over HTTP: read by all staff, tried and changed by managers."""

from dataclasses import asdict
from typing import Any, ClassVar

from django.utils import timezone
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from clinic.api.base import ApiView
from clinic.api.pagination import filters
from clinic.api.permissions import ANY_STAFF, MANAGERS, RolesByMethod
from clinic.api.schema import ACTS, EDITS, describe, page_of
from clinic.api.strict import Strict, read
from clinic.api.versions import answer, etag_of, require_version
from clinic.policies.protocol import ANCHORS, CHANNELS, CONSENTS, EVENTS, ROLES, STOPS, Rule
from clinic.selectors.protocol import rule_coded, rules_in_force
from clinic.services.protocol import change_rule, preview_rule

TEXT = 500


def _words(*known: str) -> serializers.ListField:
    child = serializers.ChoiceField(known) if known else serializers.CharField(max_length=100)
    return serializers.ListField(child=child, max_length=20)


class RuleChange(Strict):
    """What the next version says otherwise; what is left out stays."""

    events = _words(*EVENTS)
    applies_to = _words()
    text = serializers.SlugField(max_length=50, allow_blank=True)
    channels = _words(*CHANNELS)
    consent = serializers.ChoiceField(CONSENTS)
    anchor = serializers.ChoiceField(ANCHORS)
    offsets = serializers.ListField(child=serializers.IntegerField(min_value=-400, max_value=400), max_length=12)
    months = serializers.IntegerField(min_value=0, max_value=12)
    at_time = serializers.TimeField(allow_null=True)
    every_days = serializers.IntegerField(min_value=1, max_value=400, allow_null=True)
    keeps_days = serializers.IntegerField(min_value=1, max_value=400)
    awake_only = serializers.BooleanField()
    capped = serializers.BooleanField()
    stops = _words(*STOPS)
    task = serializers.SlugField(max_length=50, allow_blank=True)
    task_role = serializers.ChoiceField(["", *ROLES])
    task_detail = serializers.CharField(max_length=TEXT, allow_blank=True)
    source = serializers.CharField(max_length=TEXT)
    active = serializers.BooleanField()


class RuleShown(RuleChange):
    """A row of the protocol: offsets are calendar days on the site's wall clock, `at_time` is of that clock."""

    code = serializers.CharField()
    version = serializers.IntegerField()


class EffectShown(serializers.Serializer[Any]):
    """What becomes of the messages that wait under the row."""

    waiting = serializers.IntegerField()
    moved = serializers.IntegerField()
    withdrawn = serializers.IntegerField()


class RuleChangedShown(RuleShown):
    """A row in its next version, and what became of the messages that waited."""

    effect = EffectShown()


class ProtocolRows(ApiView):
    """The whole protocol."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF}

    @describe("Rows of the follow-up protocol, as they are in force", shown=page_of(RuleShown))
    def get(self, request: Request) -> Response:
        """All of them, by code."""
        filters(request, {}, paging=False)
        rules = sorted(rules_in_force().values(), key=lambda rule: rule.code)
        return Response({"results": [show_rule(rule) for rule in rules], "next": None, "previous": None})


class OneProtocolRow(ApiView):
    """A row of the protocol."""

    roles: ClassVar[RolesByMethod] = {"GET": ANY_STAFF, "PATCH": MANAGERS}

    @describe("A row of the follow-up protocol", shown=RuleShown)
    def get(self, request: Request, code: str) -> Response:
        """Show it."""
        return answer(show_rule(rule_coded(code)))

    @describe(
        "Put its next version in force; messages that wait go over to it",
        taken=RuleChange,
        shown=RuleChangedShown,
        refuses=EDITS,
    )
    def patch(self, request: Request, code: str) -> Response:
        """Change it."""
        given = read(RuleChange, request, partial=True)
        before = rule_coded(code)
        require_version(request, etag_of(show_rule(before)))
        rule, effect = change_rule(actor=request.user, before=before, changes=given, now=timezone.now())
        shown = show_rule(rule)
        return answer(shown | {"effect": effect}, etag=etag_of(shown))


class PreviewProtocolRow(ApiView):
    """A change is tried."""

    roles: ClassVar[RolesByMethod] = {"POST": MANAGERS}

    @describe("What a change would move and withdraw; nothing is written", taken=RuleChange, shown=EffectShown, refuses=ACTS)
    def post(self, request: Request, code: str) -> Response:
        """Try it."""
        given = read(RuleChange, request, partial=True)
        return Response(preview_rule(actor=request.user, before=rule_coded(code), changes=given, now=timezone.now()))


def show_rule(rule: Rule) -> dict[str, Any]:
    """The row as it is in force."""
    shown = {name: list(value) if isinstance(value, tuple) else value for name, value in asdict(rule).items()}
    return shown | {"at_time": rule.at_time and rule.at_time.strftime("%H:%M")}
