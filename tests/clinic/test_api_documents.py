"""The OpenAPI document: open to all, complete, and closed where inputs are strict."""

import json

import pytest
import yaml
from rest_framework.test import APIClient

from clinic.api.documents import document

METHODS = ("get", "post", "put", "patch", "delete")


def operations() -> list[tuple[str, str, dict]]:
    return [
        (path, method, said) for path, item in document()["paths"].items() for method, said in item.items() if method in METHODS
    ]


class TestSchema:
    def test_is_yaml_for_anybody(self):
        response = APIClient().get("/api/schema/")

        assert response.status_code == 200
        assert yaml.safe_load(response.content)["openapi"] == "3.1.0"

    @pytest.mark.parametrize(("query", "accept"), [({"format": "json"}, "*/*"), ({}, "application/json")])
    def test_is_json_when_that_is_asked_for(self, query, accept):
        response = APIClient().get("/api/schema/", query, headers={"Accept": accept})

        assert json.loads(response.content)["info"]["title"] == "Pearl"

    def test_gives_each_operation_a_name_of_its_own(self):
        names = [said["operationId"] for _, _, said in operations()]

        assert len(names) == len(set(names))

    def test_says_in_a_sentence_what_each_operation_does(self):
        assert [
            f"{method} {path}" for path, method, said in operations() if not said.get("summary") and "health" not in path
        ] == []

    def test_says_which_problems_each_operation_may_answer(self):
        silent = [
            f"{method} {path}"
            for path, method, said in operations()
            if "health" not in path and "application/problem+json" not in said["responses"].get("400", {}).get("content", {})
        ]

        assert silent == []

    def test_says_that_edits_name_their_version(self):
        edits = [said for _, method, said in operations() if method in ("put", "patch")]

        assert edits
        for said in edits:
            assert {"412", "428"} <= set(said["responses"])
            assert "If-Match" in {parameter["name"] for parameter in said["parameters"]}

    def test_closes_every_input(self):
        inputs = {name: schema for name, schema in document()["components"]["schemas"].items() if name.endswith("InputRequest")}

        assert inputs
        assert [name for name, schema in inputs.items() if schema.get("additionalProperties") is not False] == []

    def test_opens_only_what_needs_no_token(self):
        open_to_all = {path for path, _, said in operations() if not said.get("security") or {} in said["security"]}

        public = (
            "/api/v1/auth/token/",
            "/api/v1/health/",
            "/api/v1/public/",
            "/api/v1/patient/login/",
            "/api/v1/integrations/",
        )
        assert [path for path in open_to_all if not path.startswith(public)] == []


class TestDocs:
    def test_are_a_page_for_anybody(self):
        response = APIClient().get("/api/docs/")

        assert (response.status_code, response["Content-Type"]) == (200, "text/html; charset=utf-8")
