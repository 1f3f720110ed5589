"""System checks of our own: settings under which the promises would be untrue stop the start.

What the code itself must keep is in ``oms/foundation/code_checks.py``, the register of personal data in
``oms/outlets/checks.py``.
"""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register, run_checks
from django.db import connection

from oms import env

SHORTEST_SECRET = 50
SAMPLE = "django-insecure-"
NO_GUARD = "GUARD_OFF is set. Guards are taken away in chaos runs only; unset it to start."


@register("oms")
def guards_are_on(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a process that is asked to run without one of its guards."""
    return [Error(NO_GUARD, id="oms.E001")] if _is_guard_off() else []


@register("oms")
def safe_database(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse databases on which locks would not hold or readers would wait for writers."""
    database = settings.DATABASES["default"]
    options = database.get("OPTIONS", {})
    found: list[CheckMessage] = []
    if database.get("ATOMIC_REQUESTS"):
        found.append(Error("ATOMIC_REQUESTS must be off: it holds locks while pages are drawn.", id="oms.E007"))
    if str(database["ENGINE"]).endswith("sqlite3") and (
        options.get("transaction_mode") != "IMMEDIATE" or "journal_mode=WAL" not in options.get("init_command", "")
    ):
        found.append(Error("SQLite must take its write lock at once (IMMEDIATE) and keep a WAL.", id="oms.E007"))
    return found + _old_sqlite()


@register("oms")
def safe_worker(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse a worker that hoards bells, runs one twice, or could be handed a program as its arguments."""
    forgets = settings.EMBEDDED or settings.CELERY_BROKER_TRANSPORT_OPTIONS.get("ack_emulation") is False
    unsafe = (
        (
            not settings.CELERY_TASK_ACKS_LATE or settings.CELERY_WORKER_PREFETCH_MULTIPLIER != 1,
            "Celery tasks must be acknowledged late and fetched one by one: a worker holds what it works on.",
        ),
        (
            settings.CELERY_TASK_REJECT_ON_WORKER_LOST or not forgets,
            "A task must not come back when its worker or Redis is lost: the sweep rings again.",
        ),
        (
            not settings.CELERY_TASK_IGNORE_RESULT or bool(getattr(settings, "CELERY_RESULT_BACKEND", None)),
            "Celery must keep no results: the database is the memory.",
        ),
        (
            settings.CELERY_TASK_SERIALIZER != "json" or list(settings.CELERY_ACCEPT_CONTENT) != ["json"],
            "Celery must speak JSON alone: anything else can carry a program.",
        ),
    )
    return [Error(sentence, id="oms.E008") for holds, sentence in unsafe if holds]


@register("oms")
def safe_secrets(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse keys that can be guessed; an older key of ``FIELD_KEYS`` only reads, and may be what it is."""
    if settings.DEBUG:
        return []
    keys = {"SECRET_KEY": settings.SECRET_KEY, "FIELD_KEYS": settings.FIELD_KEYS[0]}
    found: list[CheckMessage] = [
        Error(f"{name} must be {SHORTEST_SECRET} random characters or more.", id="oms.E009")
        for name, key in keys.items()
        if len(key) < SHORTEST_SECRET or len(set(key)) < SHORTEST_SECRET // 5 or key.startswith(SAMPLE)
    ]
    if settings.SECRET_KEY in settings.FIELD_KEYS:
        found.append(Error("SECRET_KEY and FIELD_KEYS must be different keys.", id="oms.E009"))
    return found


@register("oms", deploy=True)
def secrets_come_from_outside(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Refuse keys that a machine made for itself: a second machine, or the next one, could read nothing."""
    return [
        Error(f"{name} must be set in the environment.", hint="The key in var/ is for trying out.", id="oms.E009")
        for name in ("SECRET_KEY", "FIELD_KEYS")
        if not env.text(name)
    ]


@register("oms", deploy=True)
def safe_logins(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Warn where a shop on the open internet asks nobody for a second factor."""
    if settings.SECOND_FACTOR:
        return []
    return [
        Warning(
            "Nobody has to sign in with a second factor.",
            hint="Set SECOND_FACTOR to * or to roles, such as SECOND_FACTOR=Finance,Customer service lead.",
            id="oms.W010",
        )
    ]


def refuse_missing_guards() -> None:
    """Stop every process that is asked to run without one of its guards, even one that skips its checks.

    :raises BadEnvironment: while ``GUARD_OFF`` is set, unless the tests' own settings ask.
    """
    if _is_guard_off():
        raise env.BadEnvironment(NO_GUARD)


def refuse_unsafe_start() -> None:
    """Stop a server or worker that a check of ours objects to; Django asks them for its commands alone.

    :raises BadEnvironment: with every objection.
    """
    objections = [f"({one.id}) {one.msg}" for one in run_checks(tags=["oms"]) if one.is_serious()]
    if objections:
        raise env.BadEnvironment("\n".join(objections))


def _is_guard_off() -> bool:
    """Return whether a guard is to be left out by anybody but the tests."""
    return bool(env.text("GUARD_OFF")) and not str(settings.SETTINGS_MODULE).startswith("tests.")


def _old_sqlite() -> list[CheckMessage]:
    """Warn where SQLite is older than the fix of its WAL-reset bug."""
    import sqlite3

    if connection.vendor != "sqlite" or sqlite3.sqlite_version_info >= (3, 51, 3):
        return []
    return [
        Warning(
            f"SQLite {sqlite3.sqlite_version} lacks the fix of the rare WAL-reset bug (3.51.3).",
            hint="Fine for trying out and one small warehouse with nightly backups; use PostgreSQL beyond that.",
            id="oms.W001",
        )
    ]
