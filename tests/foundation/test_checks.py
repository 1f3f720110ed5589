"""Each system check of the house sees the one thing that it is there for, and no process starts past it."""

import subprocess
import sys

import pytest
from django.apps import apps
from django.conf import settings as live
from django.contrib import admin
from django.core.checks import run_checks
from django.db import models
from django.test.utils import isolate_apps, override_settings
from django.urls import path
from django_fsm import FSMField
from drf_spectacular.views import SpectacularSwaggerView
from rest_framework.permissions import AllowAny
from rest_framework.views import APIView

from oms.celery import app as celery_app
from oms.env import BadEnvironment
from oms.foundation.checks import refuse_unsafe_start
from oms.foundation.models import OutboxEvent
from oms.outlets.privacy import classes
from oms.urls import urlpatterns as real_addresses
from orders.models import Order
from tests.town import HOME

LONG = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP"
OTHER = LONG[::-1]


class Open(APIView):
    """An endpoint that anybody may call."""

    permission_classes = [AllowAny]


urlpatterns = [*real_addresses, path("open/", Open.as_view())]


def objections(*, deploy=False):
    """Return the id of every check of ours that objects."""
    return [one.id for one in run_checks(tags=["oms"], include_deployment_checks=deploy) if one.is_serious()]


def database(**changes):
    """Return the default database's settings with changes."""
    return {"default": {"ENGINE": "django.db.backends.sqlite3", "OPTIONS": {}, **changes}}


def test_the_shop_as_it_is_passes():
    assert objections() == []


def test_E001_a_process_without_a_guard(monkeypatch):
    monkeypatch.setenv("GUARD_OFF", "stock.lock")
    assert objections() == ["oms.E001"]


def test_E002_a_state_that_can_be_assigned(monkeypatch):
    monkeypatch.setattr(Order._meta.get_field("state"), "protected", False)
    assert objections() == ["oms.E002"]


@isolate_apps("orders")
def test_E002_a_state_outside_the_base(monkeypatch):
    class Parcel(models.Model):
        """A kind of row with a state of its own making."""

        stage = FSMField(default="new", protected=True)

        class Meta:
            app_label = "orders"

        def __str__(self):
            return self.stage

    monkeypatch.setattr(apps, "get_models", lambda: [Parcel])
    monkeypatch.setattr("oms.outlets.checks.columns_with_words", set)
    assert objections() == ["oms.E002"]


@pytest.mark.parametrize(
    "door",
    [
        "DEFAULT_PERMISSION_CLASSES",
        "DEFAULT_AUTHENTICATION_CLASSES",
        "DEFAULT_THROTTLE_CLASSES",
        "DEFAULT_FILTER_BACKENDS",
    ],
)
def test_E003_a_default_that_lets_anybody_in(settings, door):
    settings.REST_FRAMEWORK = {**settings.REST_FRAMEWORK, door: []}
    assert objections() == ["oms.E003"]


@override_settings(ROOT_URLCONF=__name__)
def test_E003_an_endpoint_that_lets_anybody_in():
    assert objections() == ["oms.E003"]


@override_settings(ROOT_URLCONF=__name__)
def test_E003_an_endpoint_that_counts_no_calls(monkeypatch):
    monkeypatch.setattr(Open, "permission_classes", APIView.permission_classes)
    assert objections() == []
    monkeypatch.setattr(Open, "throttle_classes", [])
    assert objections() == ["oms.E003"]


def test_E004_a_description_for_everybody(settings):
    """The library's own default lets everybody in."""
    settings.SPECTACULAR_SETTINGS = {}
    assert objections() == ["oms.E004"]


def test_E004_an_address_that_describes_it_to_everybody(monkeypatch):
    monkeypatch.setattr(SpectacularSwaggerView, "permission_classes", [AllowAny])
    assert objections() == ["oms.E004"]


def test_E005_an_import_that_asks_for_no_permission(settings):
    settings.IMPORT_EXPORT_IMPORT_PERMISSION_CODE = None
    assert objections() == ["oms.E005"]


def test_E005_a_page_with_the_librarys_own_imports(monkeypatch):
    from import_export.admin import ImportExportMixin

    page = type(admin.site._registry[OutboxEvent])
    mixed = type("Mixed", (ImportExportMixin, page), {})
    monkeypatch.setitem(admin.site._registry, OutboxEvent, mixed(OutboxEvent, admin.site))
    assert objections() == ["oms.E005"]


def test_E006_a_page_on_another_base(monkeypatch):
    monkeypatch.setitem(admin.site._registry, OutboxEvent, admin.ModelAdmin(OutboxEvent, admin.site))
    assert objections() == ["oms.E006"]


GOOD_LITE = {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA journal_mode=WAL;"}


@pytest.mark.parametrize(
    ("changes", "seen"),
    [
        ({"OPTIONS": GOOD_LITE}, []),
        ({"OPTIONS": GOOD_LITE, "ATOMIC_REQUESTS": True}, ["oms.E007"]),
        ({"OPTIONS": {**GOOD_LITE, "transaction_mode": "DEFERRED"}}, ["oms.E007"]),
        ({"OPTIONS": {**GOOD_LITE, "init_command": ""}}, ["oms.E007"]),
        ({"ENGINE": "django.db.backends.postgresql", "ATOMIC_REQUESTS": True}, ["oms.E007"]),
    ],
)
def test_E007_a_database_whose_locks_do_not_hold(monkeypatch, changes, seen):
    monkeypatch.setattr(live, "DATABASES", database(**changes))
    assert objections() == seen


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CELERY_TASK_ACKS_LATE", False),
        ("CELERY_WORKER_PREFETCH_MULTIPLIER", 4),
        ("CELERY_TASK_REJECT_ON_WORKER_LOST", True),
        ("CELERY_TASK_IGNORE_RESULT", False),
        ("CELERY_RESULT_BACKEND", "redis://127.0.0.1/1"),
        ("CELERY_TASK_SERIALIZER", "pickle"),
        ("CELERY_ACCEPT_CONTENT", ["json", "pickle"]),
        ("CELERY_BROKER_TRANSPORT_OPTIONS", {}),
    ],
)
def test_E008_a_worker_that_could_hoard_or_double_its_task(settings, name, value):
    settings.EMBEDDED = False
    settings.CELERY_BROKER_TRANSPORT_OPTIONS = {"ack_emulation": False}
    setattr(settings, name, value)
    assert objections() == ["oms.E008"]


@pytest.mark.parametrize(
    ("secret_key", "field_keys"),
    [
        ("short", [LONG]),
        ("a" * 60, [LONG]),
        (f"django-insecure-{LONG}", [LONG]),
        (OTHER, ["short", LONG]),
        (OTHER, [LONG, OTHER]),
    ],
)
def test_E009_a_key_that_can_be_guessed(settings, secret_key, field_keys):
    settings.SECRET_KEY, settings.FIELD_KEYS = secret_key, field_keys
    assert objections() == ["oms.E009"]


def test_E009_an_older_key_only_reads_and_may_be_what_it_is(settings):
    settings.FIELD_KEYS = [LONG, "short"]
    assert objections() == []


def test_E009_a_key_that_a_machine_of_production_made_for_itself(monkeypatch):
    monkeypatch.setenv("SECRET_KEY", LONG)
    monkeypatch.delenv("FIELD_KEYS", raising=False)
    assert objections(deploy=True) == ["oms.E009"]


def test_E010_a_column_that_nobody_has_classed(monkeypatch):
    page = classes.columns_plain()
    monkeypatch.setattr("oms.outlets.checks.columns_plain", lambda: page - {"orders.order.number"})
    assert objections() == ["oms.E010"]


def test_a_server_does_not_start_past_an_objection(settings):
    settings.CELERY_TASK_SERIALIZER, settings.CELERY_TASK_ACKS_LATE = "pickle", False
    with pytest.raises(BadEnvironment, match=r"(?s)oms\.E008.*acknowledged late.*oms\.E008.*JSON alone"):
        refuse_unsafe_start()


def test_a_worker_does_not_start_past_an_objection(settings):
    settings.CELERY_TASK_SERIALIZER = "pickle"
    with pytest.raises(BadEnvironment, match="JSON alone"):
        celery_app.loader.import_default_modules()


@pytest.mark.parametrize("words", [["-c", "import oms.wsgi"], ["manage.py", "work", "--until-idle"]])
def test_neither_web_server_nor_command_starts_past_an_objection(tmp_path, words):
    environment = {"VAR_DIR": str(tmp_path), "DATABASE_URL": "sqlite:///:memory:", "SECRET_KEY": "short"}
    command = [sys.executable, *words]
    done = subprocess.run(command, cwd=HOME, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "oms.E009" in done.stderr
