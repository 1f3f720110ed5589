"""Which tests this machine and this database can run; what is left out says why."""

import shutil

import pytest
from django.conf import settings

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def on_postgresql() -> bool:
    """Tell whether the tests run on PostgreSQL."""
    return str(settings.DATABASES["default"]["ENGINE"]).endswith("postgresql")


def pytest_report_header() -> list[str]:
    """Name the engines in the head of the report."""
    database = "PostgreSQL" if on_postgresql() else "SQLite"
    return [f"engines: {database}, {'Redis' if settings.REDIS_URL else 'in-memory broker'}"]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what cannot run here as skipped, each with its reason."""
    missing = {}
    if on_postgresql():
        missing["sqlite_race"] = "proves the embedded default: runs on SQLite only"
    else:
        missing["pg"] = "needs PostgreSQL: set DATABASE_URL=postgresql://…"
    if CHROMIUM is None:
        missing["browser"] = "needs chromium: apt-get install chromium"
    for item in items:
        for mark in missing.keys() & {mark.name for mark in item.iter_markers()}:
            item.add_marker(pytest.mark.skip(reason=missing[mark]))
