"""A database made at once is the database that migrations make."""

import secrets
import threading
import time
from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connection, connections, transaction
from django.db.migrations.recorder import MigrationRecorder

from oms.foundation import fresh
from oms.foundation.management.commands import migrate
from oms.foundation.management.commands.migrate import alone
from orders.models import ApiKey
from tests.concurrency.rival import PATIENCE, Rival

COLUMNS = """select table_name, column_name, data_type, is_nullable, character_maximum_length, is_identity
    from information_schema.columns where table_schema = 'public'"""
CONSTRAINTS = """select conrelid::regclass::text, pg_get_constraintdef(oid) from pg_constraint
    where connamespace = 'public'::regnamespace"""
INDEXES = """select tablename, regexp_replace(indexdef, 'INDEX [^ ]+ ON', 'INDEX ON') from pg_indexes
    where schemaname = 'public'"""
TRIGGERS = "select tgrelid::regclass::text, pg_get_triggerdef(oid) from pg_trigger where not tgisinternal"

# Django's own join tables: its migrations number their rows by this project's kind of key, its models by Django's
JOINS = ("auth_group_permissions", "auth_user_groups", "auth_user_user_permissions")


@contextmanager
def empty_database(folder):
    """Make an empty database of the engine under test beside the tests' own, and return its alias."""
    name = f"oms_fresh_{secrets.token_hex(4)}"
    on_server = connection.vendor == "postgresql"
    settings = {**connection.settings_dict, "NAME": name if on_server else str(folder / name)}
    settings["OPTIONS"] = {key: value for key, value in settings["OPTIONS"].items() if key != "pool"}
    if on_server:
        with connection.cursor() as cursor:
            cursor.execute(f'CREATE DATABASE "{name}"')
    connections.databases["fresh"] = settings
    try:
        yield "fresh"
    finally:
        connections["fresh"].close()
        del connections["fresh"]
        del connections.databases["fresh"]
        if on_server:
            with connection.cursor() as cursor:
                cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def structure(alias):
    """Return what stands in the database, in no order; names that Django makes up are left out."""
    fresh_one = connections[alias]
    with fresh_one.cursor() as cursor:
        if fresh_one.vendor == "postgresql":
            found = set()
            for question in (COLUMNS, CONSTRAINTS, INDEXES, TRIGGERS):
                cursor.execute(question)
                found |= set(cursor.fetchall())
            return {row for row in found if row[0] not in JOINS or row[1] != "id"}
        found = set()
        for table in fresh_one.introspection.table_names(cursor):
            cursor.execute(f'PRAGMA table_info("{table}")')
            found |= {(table, "column", *row[1:4], row[5]) for row in cursor.fetchall()}
            cursor.execute(f'PRAGMA foreign_key_list("{table}")')
            found |= {(table, "key", *row[2:]) for row in cursor.fetchall()}
            for constraint in fresh_one.introspection.get_constraints(cursor, table).values():
                kinds = tuple(
                    sorted((k, str(v)) for k, v in constraint.items() if k not in ("columns", "foreign_key", "orders"))
                )
                found.add((table, "constraint", tuple(constraint["columns"]), kinds))
        cursor.execute("select name, sql from sqlite_master where type = 'trigger'")
        return found | set(cursor.fetchall())


@pytest.fixture
def own_database(django_db_setup, django_db_blocker):
    """Allow connections beside the one that tests are kept to."""
    with django_db_blocker.unblock():
        yield


def test_tables_made_at_once_are_those_that_migrations_make(tmp_path, own_database):
    with empty_database(tmp_path) as alias:
        assert fresh.make_tables(alias) is True
        at_once = structure(alias)
        applied = set(MigrationRecorder(connections[alias]).applied_migrations())
    with empty_database(tmp_path) as alias:
        call_command(DjangoMigrate(), verbosity=0, database=alias)
        step_by_step = structure(alias)
        assert applied == set(MigrationRecorder(connections[alias]).applied_migrations())

    assert at_once - step_by_step == set()
    assert step_by_step - at_once == set()
    assert len(at_once) > 500


@pytest.mark.django_db
def test_a_database_with_tables_is_left_to_its_migrations():
    assert fresh.make_tables() is False


@pytest.mark.pg
@pytest.mark.django_db(transaction=True)
def test_F74_two_migrations_at_once():
    second = Rival(lambda: call_command("migrate", verbosity=0))

    with alone("default"):
        second.come()
        assert second.outcome == "never came"
    second.leave()

    assert second.outcome is None


@pytest.mark.pg
@pytest.mark.django_db(transaction=True)
def test_F73_a_migration_lets_those_pass_who_wait_behind_it(monkeypatch, capsys):
    """Somebody reads the table in a long transaction; a bystander comes while the migration waits for that."""
    queued, let_go = threading.Event(), threading.Event()
    done, served = [], []

    def read_for_long():
        """Read, and stay in the transaction until the bystander was served."""
        with transaction.atomic():
            ApiKey.objects.count()
            queued.set()
            assert let_go.wait(PATIENCE)

    def pass_by():
        """Read when the migration waits for its lock, and note it."""
        ends = time.monotonic() + PATIENCE
        while not waits_for_a_table() and time.monotonic() < ends:
            time.sleep(0.01)
        done.append(ApiKey.objects.count())

    def serve_the_bystander():
        """Stand in for the pause: the bystander comes to an end although the reader still holds the table."""
        bystander.leave()
        served.extend(done)
        let_go.set()
        reader.leave()

    monkeypatch.setattr(migrate, "LOCK_WAIT_MS", 300)
    monkeypatch.setattr(migrate, "pause", serve_the_bystander)
    reader, bystander = Rival(read_for_long), Rival(pass_by)
    for one in (reader, bystander):
        one.begin()
        assert queued.wait(PATIENCE)
    try:
        call_command("migrate", "orders", "0012", verbosity=0)
        assert served == [0]
        assert "device_id" not in columns_of(ApiKey)
        assert "letting them pass" in capsys.readouterr().out
    finally:
        call_command("migrate", verbosity=0)
    assert "device_id" in columns_of(ApiKey)


def waits_for_a_table():
    """Tell whether somebody waits to change a table."""
    with connection.cursor() as cursor:
        cursor.execute("select 1 from pg_locks where not granted and mode = 'AccessExclusiveLock'")
        return cursor.fetchone() is not None


def columns_of(model):
    """Return the names of a table's columns as the database has them."""
    with connection.cursor() as cursor:
        return {one.name for one in connection.introspection.get_table_description(cursor, model._meta.db_table)}
