"""The OpenAPI document: complete, and true of what the server does."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import sampled_from
from jsonschema import Draft202012Validator
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from firth.server.app import create_app
from firth.server.models import Models

ACCEPTED = [{}, {"Accept": "application/vnd.apache.arrow.stream"}]
CASES = 5  # for each operation and mode
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
KINDS = {"next-words": "next"}  # models for endpoints that word vectors do not have


@pytest.fixture(scope="module")
def schema(folder):
    app = create_app(Models({name: folder / f"{name}.firth" for name in ("plane", "next")}))
    return schemathesis.openapi.from_asgi("/openapi.json", app, headers={"Host": "localhost"})


def operations(document):
    return [(path, method, one) for path, some in document["paths"].items() for method, one in some.items()]


def resolved(document, schema):
    """A schema with the definitions that it refers to."""
    return {**schema, "components": document["components"]}


def test_everything_is_described(client):
    document = client.get("/openapi.json").json()
    assert len(operations(document)) == 13
    for path, method, operation in operations(document):
        where = f"{method} {path}"
        assert operation["summary"], where
        assert operation["description"], where
        assert {"200", "401", "403", "404", "422", "500"} <= set(operation["responses"]), where
        assert all(response["description"] for response in operation["responses"].values()), where
        assert all(parameter["description"] for parameter in operation.get("parameters", ())), where
    for name, schema in document["components"]["schemas"].items():
        assert schema.get("description"), name
        if name.endswith("Request"):
            assert schema["examples"], name
            assert all("description" in field for field in schema["properties"].values()), name


def test_examples_are_valid(client):
    document = client.get("/openapi.json").json()
    schemas = document["components"]["schemas"]
    with_examples = [schema for schema in schemas.values() if "examples" in schema]
    assert len(with_examples) >= 18
    for schema in with_examples:
        for example in schema["examples"]:
            Draft202012Validator(resolved(document, schema)).validate(example)


def test_examples_of_requests_are_answered_as_described(client):
    document = client.get("/openapi.json").json()
    answered = 0
    for path, method, operation in operations(document):
        if method != "post" or path.endswith("recommend"):  # that one: test_recommend.py
            continue
        reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
        example = document["components"]["schemas"][reference]["examples"][0]
        if "unknown" in document["components"]["schemas"][reference]["properties"]:
            example = {**example, "unknown": "null"}
        model = KINDS.get(path.rpartition("/")[2], "plane")
        response = client.post(path.replace("{model}", model), json=example)
        assert response.status_code == 200, response.text
        schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
        Draft202012Validator(resolved(document, schema)).validate(response.json())
        answered += 1
    assert answered == 8


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
def test_no_request_makes_the_server_fail(schema, mode):
    """Requests made from the document, valid or not: every response is one that the document describes."""
    tried = 0
    for result in schema.get_all_operations():
        operation = result.ok()
        if mode is GenerationMode.NEGATIVE and not operation.body:
            continue  # nothing of it could be wrong but the name of the model

        @settings(max_examples=CASES, phases=[Phase.explicit, Phase.generate], suppress_health_check=list(HealthCheck))
        @given(case=operation.as_strategy(generation_mode=mode), accept=sampled_from(ACCEPTED))
        def check(case, accept):
            if "model" in case.path_parameters and case.path_parameters["model"] not in ("plane", "next"):
                case.path_parameters["model"] = "next" if case.path.endswith("next-words") else "plane"
            case.call_and_validate(checks=CHECKS[: None if not accept else 3], headers={"Host": "localhost"} | accept)

        check()
        tried += 1
    assert tried == {GenerationMode.POSITIVE: 13, GenerationMode.NEGATIVE: 9}[mode]
