"""The matrix over its world, made once for a file of tests."""

import logging
from unittest import mock

import pytest
from django.conf import settings
from django.http import Http404, HttpResponse
from django.template import Template
from django.test import TestCase, override_settings
from django.test import utils as test_utils
from drf_spectacular.generators import SchemaGenerator

from oms import urls
from tests.security.matrix import Matrix
from tests.security.world import build

NO_LIMIT = {"key": "1000000/min", "anon": "1000000/min"}


def bare(request, exception=None):
    """Answer a refusal without the page around it."""
    return HttpResponse(status=404 if isinstance(exception, Http404) else 403)


@pytest.fixture(scope="module")
def matrix(django_db_setup, django_db_blocker):
    """Return the matrix over a world that is taken back at the end; the log is left out, it would only cost time."""
    quiet = [one for one in settings.MIDDLEWARE if not one.startswith("django_structlog")]
    with django_db_blocker.unblock(), override_settings(MIDDLEWARE=quiet):
        atomics = TestCase._enter_atomics()
        yield Matrix.over(build())
        TestCase._rollback_atomics(atomics)


@pytest.fixture
def no_hurry(monkeypatch):
    """Let thousands of calls come from one address, none of them logged, remembered or described again."""
    monkeypatch.setitem(settings.REST_FRAMEWORK, "DEFAULT_THROTTLE_RATES", NO_LIMIT)
    monkeypatch.setattr(Template, "_render", test_utils._TestState.saved_data.template_render)
    monkeypatch.setattr(urls, "handler403", bare)
    monkeypatch.setattr(urls, "handler404", bare)
    monkeypatch.setattr(logging.root.manager, "disable", logging.CRITICAL)
    with mock.patch.object(SchemaGenerator, "get_schema", return_value={"openapi": "3.0.3"}):
        yield
