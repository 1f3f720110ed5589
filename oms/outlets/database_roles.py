"""What each role of the database may do, on PostgreSQL: the shop writes rows, reports read them, the owner migrates.

The shop's role owns nothing: it can change no table, take no trigger away, and not touch what is append-only. Whoever
owns the tables runs this after every migration.
"""

from collections import defaultdict
from collections.abc import Iterator

from django.apps import apps
from django.db import connection, transaction

from oms.foundation.models import AuditLine
from oms.foundation.refusals import Refused
from oms.foundation.rotation import secret_columns
from oms.outlets.privacy.classes import columns_secret

MIGRATIONS = "django_migrations"
# an audit line may lose its words when a customer is erased; its trigger lets nothing else pass
ERASABLE = {AuditLine._meta.db_table: ("note", "data")}
BOOKS = (
    "select distinct c.relname from pg_trigger t join pg_class c on c.oid = t.tgrelid"
    " join pg_proc p on p.oid = t.tgfoid where p.proname = 'oms_append_only'"
    " and c.relnamespace = current_schema()::regnamespace order by 1"
)
MIGHTY = (
    "select r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolbypassrls"
    " or pg_has_role(r.oid, current_user, 'member')"
    " or exists (select from pg_class c where c.relowner = r.oid and c.relnamespace = current_schema()::regnamespace)"
    " from pg_roles r where r.rolname = %s"
)


@transaction.atomic
def grant_roles(*, shop: str, report: str) -> None:
    """Give both roles what they need on every table there is and on those to come, and take all else away.

    :raises Refused: on another engine, for a role that is not there, and for one that could help itself to more.
    """
    if connection.vendor != "postgresql":
        raise Refused("Only PostgreSQL has roles: whoever can read the file of SQLite may do everything with it.")
    for role in (shop, report):
        _refuse_the_mighty(role)
    for statement in _statements(_quoted(shop), _quoted(report)):
        with connection.cursor() as cursor:
            cursor.execute(statement)


def books() -> list[str]:
    """Return the tables whose rows are never changed, as their triggers tell it."""
    with connection.cursor() as cursor:
        cursor.execute(BOOKS)
        return [name for (name,) in cursor.fetchall()]


def _refuse_the_mighty(role: str) -> None:
    """Raise :class:`Refused` unless the role is there, and below whoever owns the tables."""
    with connection.cursor() as cursor:
        cursor.execute(MIGHTY, [role])
        row = cursor.fetchone()
    if row is None:
        raise Refused(f"There is no role “{role}”. Make it first: CREATE ROLE {_quoted(role)} LOGIN PASSWORD '…'")
    if row[0]:
        raise Refused(f"“{role}” owns tables, or could give itself any right: take a plain role of its own.")


def _statements(shop: str, report: str) -> Iterator[str]:
    """Yield the grants in their order."""
    both, tables = f"{shop}, {report}", "all tables in schema public"
    yield f"revoke all on {tables} from public, {both}"
    yield f"revoke all on all sequences in schema public from public, {both}"
    yield f"revoke create on schema public from public, {both}"
    yield f"grant usage on schema public to {both}"
    yield f"grant select, insert, update, delete on {tables} to {shop}"
    yield f"grant usage, select on all sequences in schema public to {shop}"
    yield f"revoke insert, update, delete on {MIGRATIONS} from {shop}"
    for table in books():
        yield f"revoke update, delete on {_quoted(table)} from {shop}"
        if columns := ERASABLE.get(table):
            yield f"grant update ({', '.join(columns)}) on {_quoted(table)} to {shop}"
    # what the next migration makes is there for the shop at once, and for reports when this has run again
    yield f"alter default privileges in schema public grant select, insert, update, delete on tables to {shop}"
    yield f"alter default privileges in schema public grant usage, select on sequences to {shop}"
    yield from _for_reports(report)


def _for_reports(report: str) -> Iterator[str]:
    """Yield the grants to read everything but secrets: who has the key of a session has the session."""
    hidden = _hidden()
    for table in connection.introspection.table_names():
        if table not in hidden:
            yield f"grant select on {_quoted(table)} to {report}"
            continue
        with connection.cursor() as cursor:
            named = [column.name for column in connection.introspection.get_table_description(cursor, table)]
        shown = ", ".join(_quoted(name) for name in named if name not in hidden[table])
        yield f"grant select ({shown}) on {_quoted(table)} to {report}"


def _hidden() -> dict[str, set[str]]:
    """Return the columns that hold a secret, or the digest of one, by table."""
    hidden: dict[str, set[str]] = defaultdict(set)
    for model, name in secret_columns():
        hidden[model._meta.db_table].add(name)
    for place in columns_secret():
        kind, _, name = place.rpartition(".")
        hidden[apps.get_model(kind)._meta.db_table].add(name)
    return hidden


def _quoted(name: str) -> str:
    """Return a name as PostgreSQL reads it, whatever it is made of."""
    return connection.ops.quote_name(name.replace('"', ""))
