"""Throws what the API's own description allows, and what it forbids, at every operation, as every kind of caller.

``make security`` runs this file; the ordinary suite does not collect it. ``FUZZ_EXAMPLES`` sets how many calls a key
that may do everything makes of each operation; everybody else makes a fifth of them. Each run makes the same calls.
"""

import copy
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import schemathesis
from django.core.wsgi import get_wsgi_application
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi import checks as conforms

from oms.foundation.actions import actions_of
from tests.security.callers import Caller
from tests.security.calling import let, taken_back
from tests.security.fuzzing import OTHER_ROWS, USUAL, bodies_of, models_of, send_the_parcel, together_on, usual_act

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("no_hurry")]
EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "20"))
STRANGERS = {"nobody": {401}, "browser": {401}, "revoked": {401}, "expired": {401}, "unable": {403, 422}}
PEOPLE = ["able", "stranger", *STRANGERS]
# an address that is none, and a body that is none
REFUSED_BEFORE = {400, 404, 405, 406, 413, 415}
CHECKS = [
    not_a_server_error,
    conforms.status_code_conformance,
    conforms.content_type_conformance,
    conforms.response_headers_conformance,
    conforms.response_schema_conformance,
]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=4,
)


@pytest.fixture(scope="module")
def description(django_db_setup) -> Any:
    """Return the API's description as schemathesis reads it, answered by the application itself."""
    from drf_spectacular.generators import SchemaGenerator

    schema = schemathesis.openapi.from_dict(SchemaGenerator().get_schema(request=None, public=True))
    schema.app = get_wsgi_application()
    return schema


@pytest.fixture(scope="module")
def operations(description) -> list[Any]:
    """Return every operation of the description."""
    return [result.ok() for result in description.get_all_operations()]


def header_of(caller: Caller, number: int) -> dict[str, str]:
    """Return the headers a caller sends: its key, if it has one, and a fresh Idempotency-Key."""
    sent = {name[5:].replace("_", "-"): value for name, value in caller.client.defaults.items() if name[:5] == "HTTP_"}
    if cookie := caller.client.cookies.output(header="", sep=";").strip():
        sent["Cookie"] = cookie
    return {**sent, "Idempotency-Key": f"fuzz-{number}"}


def mutated(good: Any) -> "SearchStrategy[Any]":
    """Return bodies that are right but for one place, where anything may stand."""
    return st.builds(_replaced, st.just(good), st.sampled_from(list(_places(good))), JSON)


def _places(body: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of everything inside a body, and of one field more."""
    yield path
    if isinstance(body, dict):
        yield (*path, "unheard_of")
        for name, inner in body.items():
            yield from _places(inner, (*path, name))
    elif isinstance(body, list):
        for i, inner in enumerate(body):
            yield from _places(inner, (*path, i))


def _replaced(body: Any, path: tuple[Any, ...], value: Any) -> Any:
    """Return a copy of the body with another value at the path."""
    if not path:
        return value
    changed = copy.deepcopy(body)
    inner = changed
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value
    return changed


def cases_of(operation: Any, world: Any) -> "SearchStrategy[Any]":
    """Return calls of an operation: as described, against the description, and on rows that there are."""
    kinds = [operation.as_strategy(mode) for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE)]
    real = _real_paths(operation, world)
    good = bodies_of(operation, world)
    known = st.one_of([operation.as_strategy(path_parameters=path) for path in real])
    if good is not None:
        kinds += [st.builds(_with_body, known, body) for body in (st.just(good), mutated(good))]
    elif "{action_name}" in operation.path:
        filled = filled_in(operation)
        if not models_of(operation)[1]:
            filled = st.builds(together_on, st.just(operation), st.just(world), filled)
        kinds += [st.builds(_with_body, known, body) for body in (st.just({}), filled, JSON)]
        path, usual = usual_act(operation, world)
        kinds.append(
            st.builds(_with_body, operation.as_strategy(path_parameters=path), st.just(usual) | mutated(usual))
        )
    elif real != [{}]:
        kinds.append(known)
    return st.one_of(kinds)


def filled_in(operation: Any) -> "SearchStrategy[Any]":
    """Return what a client might send to an act: each field of its form left out, usual, or anything at all."""
    fields = {name: st.sampled_from(USUAL[name]) | JSON if name in USUAL else JSON for name in forms_of(operation)}
    return st.fixed_dictionaries({}, optional=fields)


def _with_body(case: Any, body: Any) -> Any:
    """Return the case with another body, sent as JSON."""
    case.body, case.media_type, case.query = body, "application/json", {}
    return case


def _real_paths(operation: Any, world: Any) -> list[dict[str, Any]]:
    """Return what fills the path: the caller's own row and another channel's, each with each of its acts."""
    model, key = models_of(operation)
    if model is None:
        return [{}]
    if not key:
        return [{"action_name": action.name} for action in actions_of(model) if action.together is not None]
    rows = [world.row(model, relation) for relation in OTHER_ROWS]
    places = [{key: str(getattr(row, key))} for row in rows]
    if "{action_name}" not in operation.path:
        return places
    return [{**place, "action_name": action.name} for place in places for action in actions_of(model)]


def forms_of(operation: Any) -> list[str]:
    """Return the fields that the acts behind an operation read."""
    model, _ = models_of(operation)
    return sorted({name for action in actions_of(model) for name in action.form.base_fields}) if model else []


@pytest.mark.parametrize("name", PEOPLE)
def test_every_answer_keeps_the_description(matrix, operations, name):
    """No call of anybody makes the system fail, or answer what it does not describe."""
    caller = matrix.keys[name]
    let(caller.key, set() if name == "unable" else {"*"})
    send_the_parcel(matrix.world)
    told = [_fuzzed(operation, caller, matrix.world, name) for operation in operations]
    faults = {what: call for one in told for what, call in one.faults.items()}
    assert faults == {}, "\n".join(f"{what}\n    {call}" for what, call in faults.items())
    if name in STRANGERS:
        assert [one for one in told if set(one.counts) - STRANGERS[name] - REFUSED_BEFORE] == []
    if name == "able":
        assert [one.label for one in told if not one.is_reached] == []


@dataclass
class Told:
    """What one operation answered: how often which status, and each kind of fault with a call that shows it."""

    label: str
    counts: Counter[int] = field(default_factory=Counter)
    faults: dict[str, str] = field(default_factory=dict)

    @property
    def is_reached(self) -> bool:
        """Tell whether the operation did at least once what it is there for."""
        return any(200 <= status < 300 for status in self.counts)


def _examples(operation: Any, name: str) -> int:
    """Return how many calls are made of an operation: more where there are more acts behind it."""
    model, _ = models_of(operation)
    acts = len(actions_of(model)) if model and "{action_name}" in operation.path else 0
    return EXAMPLES + 8 * acts if name == "able" else max(EXAMPLES // 5, 3)


def _fuzzed(operation: Any, caller: Caller, world: Any, name: str) -> Told:
    """Call one operation many times as one caller, take each call back, and keep what it answers."""
    told = Told(operation.label)

    @seed(20_261_126)
    @settings(
        max_examples=_examples(operation, name),
        phases=[Phase.generate],
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(case=cases_of(operation, world))
    def run(case: Any) -> None:
        """Make one call."""
        _judge(case, caller, told)

    if "{action_name}" in operation.path:
        path, body = usual_act(operation, world)
        _judge(operation.Case(path_parameters=path, body=body, media_type="application/json"), caller, told)
    run()
    return told


def _judge(case: Any, caller: Caller, told: Told) -> None:
    """Make a call, take it back, and hold its answer against the description."""
    case.headers = {**(case.headers or {}), **header_of(caller, told.counts.total())}
    with taken_back():
        response = case.call()
    told.counts[response.status_code] += 1
    try:
        case.validate_response(response, checks=CHECKS)
    except FailureGroup as group:
        for fault in group.exceptions:
            what = f"{told.label} {response.status_code} {fault.title}: {fault.message[:300]}"
            told.faults.setdefault(what, f"{case.formatted_path} {case.query} {str(case.body)[:300]}")
