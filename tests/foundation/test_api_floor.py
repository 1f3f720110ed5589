"""What every endpoint shares."""

import json

import pytest
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import IntegrityError, OperationalError
from django.http import Http404, HttpResponse
from django.test import RequestFactory
from django_fsm import ConcurrentTransition
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import exceptions

from oms.foundation import web
from oms.foundation.api.paging import Pages
from oms.foundation.api.parsers import parse_json
from oms.foundation.api.permissions import DeclaredPermission
from oms.foundation.api.problems import answer, flatten, problem_page
from oms.foundation.api.throttling import KeyThrottle
from oms.foundation.refusals import Denied, Invalid, NotFound, Reason, Refused, StaleVersion


class TestStrictJson:
    """Bodies of requests."""

    @given(
        st.recursive(
            st.none()
            | st.booleans()
            | st.integers(-(2**62), 2**62)
            | st.text(st.characters(codec="utf-8", exclude_characters="\0\\"), max_size=20),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.text(st.characters(codec="ascii", exclude_characters="\0\\"), max_size=5), inner, max_size=3
                )
            ),
            max_leaves=8,
        )
    )
    def test_what_json_says_is_read(self, value):
        assert parse_json(json.dumps(value).encode()) == value

    @pytest.mark.parametrize(
        ("body", "code"),
        [
            (b"", "unreadable_body"),
            (b"{", "unreadable_body"),
            (b"{'a': 1}", "unreadable_body"),
            (b'{"a": 1,}', "unreadable_body"),
            (b"\xef\xbb\xbf{}", "unreadable_body"),
            (b"1" * 5000, "unreadable_body"),
            (b"\xff\xfe", "not_utf8"),
            (b'"\\ud800"', "not_utf8"),
            (b'{"\\udfff": 1}', "not_utf8"),
            (b'{"a": 1, "a": 2}', "duplicate_key"),
            (b'[{"x": {"a": 1, "a": 1}}]', "duplicate_key"),
            (b"NaN", "not_a_number"),
            (b'{"a": -Infinity}', "not_a_number"),
            (b'{"a": 1e999}', "not_a_number"),
            (b'"a\\u0000b"', "nul_character"),
            (b'"a\x00b"', "nul_character"),
            (b"[" * 13 + b"]" * 13, "too_deep"),
            (b"[" * 200_000 + b"]" * 200_000, "too_deep"),
            (b'{"a":' * 13 + b"1" + b"}" * 13, "too_deep"),
        ],
        ids=range(19),
    )
    def test_F11_anything_but_plain_json_is_refused(self, body, code):
        with pytest.raises(Refused) as refused:
            parse_json(body)
        assert (refused.value.code, refused.value.status) == (code, 400)
        assert len(refused.value.sentence) < 200

    def test_twelve_levels_are_deep_enough(self):
        assert parse_json(b"[" * 12 + b"]" * 12) == json.loads("[" * 12 + "]" * 12)


class TestProblems:
    """Errors of the API."""

    @pytest.mark.parametrize(
        ("error", "status", "code"),
        [
            (Refused("No."), 409, "refused"),
            (Refused("No.", code="gate_closed"), 409, "gate_closed"),
            (Invalid("No.", field="sku"), 422, "invalid"),
            (NotFound("No."), 404, "not_found"),
            (Denied("No."), 403, "permission_denied"),
            (StaleVersion("No."), 409, "stale_version"),
            (ConcurrentTransition(), 409, "changed_meanwhile"),
            (OperationalError("deadlock detected"), 503, "busy"),
            (Http404(), 404, "not_found"),
            (PermissionDenied(), 403, "permission_denied"),
            (RequestDataTooBig(), 413, "body_too_large"),
            (exceptions.NotAuthenticated(), 401, "not_authenticated"),
            (exceptions.MethodNotAllowed("PUT"), 405, "method_not_allowed"),
            (exceptions.NotAcceptable(), 406, "not_acceptable"),
            (exceptions.UnsupportedMediaType("text/xml"), 415, "unsupported_media_type"),
            (exceptions.Throttled(wait=3.2), 429, "throttled"),
            (exceptions.ParseError(), 400, "parse_error"),
            (exceptions.ValidationError({"sku": ["Wrong."]}), 422, "invalid"),
        ],
    )
    def test_a_known_error_is_a_problem(self, error, status, code):
        response = answer(error, {})
        assert (response.status_code, response.data["status"], response.data["code"]) == (status, status, code)
        assert response.data["type"] == f"urn:oms:problem:{code}"
        assert set(response.data) == {"type", "title", "status", "code", "detail", "errors"}
        assert response.content_type == "application/problem+json"

    @pytest.mark.parametrize("error", [ValueError("secret"), IntegrityError("secret")])
    def test_an_unknown_error_goes_on_to_the_log(self, error):
        assert answer(error, {}) is None

    def test_a_busy_database_says_when_to_come_back_and_nothing_else(self):
        response = answer(OperationalError("password=x"), {})
        assert response["Retry-After"] == "2"
        assert "password" not in json.dumps(response.data)

    def test_a_throttled_caller_hears_when_to_come_back(self):
        assert answer(exceptions.Throttled(wait=3.2), {})["Retry-After"] == "4"

    def test_every_reason_is_listed(self):
        reasons = [Reason("a", "First.", "x"), Reason("b", "Second.")]
        data = answer(Refused(reasons=reasons), {}).data
        assert (data["code"], data["detail"]) == ("a", "First. Second.")
        assert data["errors"] == [
            {"field": "x", "code": "a", "detail": "First."},
            {"field": "", "code": "b", "detail": "Second."},
        ]

    def test_faults_of_nested_rows_carry_their_path(self):
        error = exceptions.ValidationError({"lines": [{}, {"sku": ["Unknown."]}], "non_field_errors": ["Total."]})
        found = [(one.field, one.sentence) for one in flatten(error.get_full_details())]
        assert found == [("lines.1.sku", "lines.1.sku: Unknown."), ("", "Total.")]


class Caller:
    """An authenticated caller with permissions."""

    is_authenticated = True

    def __init__(self, pk=1, permissions=()):
        self.pk, self.permissions = pk, permissions

    def has_perm(self, name):
        """Return whether the caller has it."""
        return name in self.permissions


class View:
    """An endpoint that names the permission of reading."""

    permissions = {"GET": "orders.view_order", "PATCH": ""}


@pytest.mark.parametrize(
    ("method", "caller", "allowed"),
    [
        ("GET", Caller(permissions=["orders.view_order"]), True),
        ("HEAD", Caller(permissions=["orders.view_order"]), True),
        ("OPTIONS", Caller(), False),
        ("GET", Caller(), False),
        ("GET", None, False),
        ("POST", Caller(permissions=["orders.view_order"]), False),
        ("PATCH", Caller(), True),
        ("PATCH", None, False),
    ],
)
def test_a_method_is_closed_unless_its_permission_is_named_and_held(method, caller, allowed):
    request = RequestFactory().generic(method, "/")
    request.user = caller
    assert DeclaredPermission().has_permission(request, View()) is allowed


class TestThrottle:
    """Requests in a minute."""

    @pytest.fixture(autouse=True)
    def limits(self, settings):
        """Allow three a minute with a key, one without."""
        from django.core.cache import cache

        cache.clear()
        settings.REST_FRAMEWORK = {
            **settings.REST_FRAMEWORK,
            "DEFAULT_THROTTLE_RATES": {"key": "3/min", "anon": "1/min"},
        }

    def ask(self, caller, times, address="1.2.3.4"):
        """Ask so many times."""
        request = RequestFactory().get("/", REMOTE_ADDR=address)
        request.user = caller
        return [KeyThrottle().allow_request(request, None) for _ in range(times)]

    def test_a_key_has_its_limit_and_another_key_its_own(self, time_machine):
        time_machine.move_to("2026-11-22T10:00:30Z", tick=False)
        assert self.ask(Caller(1), 5) == [True, True, True, False, False]
        assert self.ask(Caller(2), 1) == [True]
        assert KeyThrottle().wait() == 30

    def test_the_next_minute_begins_anew(self, time_machine):
        time_machine.move_to("2026-11-22T10:00:59Z", tick=False)
        assert self.ask(Caller(1), 4)[-1] is False
        time_machine.move_to("2026-11-22T10:01:00Z", tick=False)
        assert self.ask(Caller(1), 1) == [True]

    def test_a_stranger_is_counted_by_address(self):
        assert self.ask(None, 2) == [True, False]
        assert self.ask(None, 1, address="5.6.7.8") == [True]


def test_pages_have_fifty_rows_and_at_most_two_hundred():
    assert (Pages.page_size, Pages.max_page_size, Pages.ordering) == (50, 200, "-id")


class TestMiddleware:
    """What stands around every view."""

    def through(self, middleware, path="/api/v1/orders/", response=None, **meta):
        """Send a request through one middleware."""
        request = RequestFactory().post(path, **{"content_type": "application/json"} | meta)
        return middleware(lambda request: response or HttpResponse("fine"))(request)

    @pytest.mark.parametrize(
        ("path", "length", "status"),
        [
            ("/api/v1/orders/", "1048576", 200),
            ("/api/v1/orders/", "1048577", 413),
            ("/inbound/shop/", "1048577", 413),
            ("/api/v1/orders/bulk/", "4194304", 200),
            ("/api/v1/orders/bulk/", "4194305", 413),
            ("/foundation/importsession/add/", str(20_971_520 + 65_536), 200),
            ("/foundation/importsession/add/", str(20_971_520 + 65_537), 413),
            ("/api/v1/orders/", "", 200),
            ("/api/v1/orders/", "-1", 400),
            ("/api/v1/orders/", "1e3", 400),
            ("/api/v1/orders/", "\xb2", 400),
            ("/api/v1/orders/", "٣", 400),
        ],
    )
    def test_a_body_has_the_limit_of_its_door(self, path, length, status):
        response = self.through(web.body_limit, path, CONTENT_LENGTH=length)
        assert response.status_code == status
        words = {413: ["body_too_large", "The file is larger than 20 MB."], 400: ["bad_length"]}
        assert any(word in response.text for word in words.get(status, ["fine"]))

    def test_every_page_says_which_scripts_may_run_and_is_not_kept(self):
        response = self.through(web.content_security_policy, "/")
        policy = response["Content-Security-Policy"]
        assert "script-src 'self' 'unsafe-eval';" in policy
        assert "frame-ancestors 'none'" in policy
        assert response["Cache-Control"] == "no-store"

    def test_static_files_may_be_kept(self):
        assert "Cache-Control" not in self.through(web.content_security_policy, "/static/console.css")

    def test_a_view_may_say_otherwise(self):
        own = HttpResponse("", headers={"Content-Security-Policy": "x", "Cache-Control": "max-age=3"})
        response = self.through(web.content_security_policy, "/", own)
        assert (response["Content-Security-Policy"], response["Cache-Control"]) == ("x", "max-age=3")

    @pytest.mark.parametrize(("status", "code"), [(404, "not_found"), (500, "error"), (400, "error")])
    def test_a_page_of_djangos_own_becomes_a_problem_of_the_api(self, status, code):
        response = self.through(web.api_problems, response=HttpResponse("<h1>Oops: secret</h1>", status=status))
        assert (response.status_code, json.loads(response.content)["code"]) == (status, code)
        assert b"secret" not in response.content

    @pytest.mark.parametrize(
        ("path", "response"),
        [
            ("/orders/", HttpResponse("page", status=404)),
            ("/api/v1/orders/", HttpResponse("fine")),
            ("/api/v1/orders/", problem_page(409, "x", "y")),
            ("/api/v1/orders/", HttpResponse("{}", status=422, content_type="application/json")),
        ],
    )
    def test_everything_else_passes(self, path, response):
        assert self.through(web.api_problems, path, response) is response


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("path", ["/api/v1/nothing/", "/api/", "/api", "/inbound/nobody/x/y/", "/api/v1/orders"])
def test_an_unknown_address_of_the_api_is_a_problem(client, path, method):
    response = getattr(client, method)(path)
    assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert ("end with a slash" in response.json()["detail"]) is not path.endswith("/")


@pytest.mark.django_db
def test_a_crash_of_the_api_is_a_problem_without_its_cause(client, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("django.urls.resolvers.URLResolver.resolve", lambda *args: 1 / 0)
    response = client.get("/api/v1/orders/")
    assert (response.status_code, response.json()["code"]) == (500, "error")
    assert "ZeroDivision" not in response.content.decode()
