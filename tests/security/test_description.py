"""The description of the API is whole; that no answer breaks it is shown by ``make security ARGS=fuzz``."""

import pytest
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

ALWAYS = {"400", "401", "403", "404", "405", "406", "422", "429", "503"}
WITH_A_BODY = ALWAYS | {"409", "413", "415"}


@pytest.fixture(scope="module")
def described():
    """Return the description, and what its generator complained of."""
    GENERATOR_STATS.reset()
    with GENERATOR_STATS.silence():
        schema = SchemaGenerator().get_schema(request=None, public=True)
    return schema, [*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache]


def operations(schema):
    """Yield every operation: its method, its path and itself."""
    for path, methods in schema["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def test_it_is_drawn_without_a_complaint_and_is_openapi(described):
    schema, complaints = described
    assert complaints == []
    validate_schema(schema)


def test_every_operation_names_each_refusal_as_a_problem(described):
    schema, _ = described
    seen = 0
    for method, path, operation in operations(schema):
        answers = operation["responses"]
        assert (ALWAYS if method == "get" else WITH_A_BODY) <= set(answers), (method, path)
        for status in ALWAYS:
            assert list(answers[status]["content"]) == ["application/problem+json"], (method, path, status)
        assert any(status.startswith("2") for status in answers), (method, path)
        seen += 1
    assert seen > 30


def test_every_post_asks_for_an_idempotency_key(described):
    for method, path, operation in operations(described[0]):
        named = {one["name"] for one in operation.get("parameters", []) if one.get("required")}
        assert ("Idempotency-Key" in named) is (method == "post"), (method, path)
