"""Kinds of invariants that every room has: told states, rows that never change, texts that name a row."""

from django.db import connection
from django.db.models import Model

from oms.foundation.invariants import invariant


def states_are_told(*models: type[Model]) -> None:
    """Register for each model that a row's state is the one its last audit line tells."""
    for model in models:
        meta = model._meta
        invariant(
            f"I16.{meta.model_name}",
            entity=meta.label_lower,
            meaning=f"The state of a {meta.verbose_name} is not the one its last audit line tells.",
            remedy="Somebody wrote past the services: read its audit lines and ask a developer what changed it.",
            sql=f"select r.id from {meta.db_table} r where r.state <> coalesce((select a.to_state from"
            f" foundation_auditline a where a.entity = '{meta.label_lower}' and a.entity_id = r.id"
            " and a.to_state <> '' order by a.id desc limit 1), '')",
        )


def number_after(prefix: str, column: str) -> str:
    """Return SQL for the number behind the prefix of a text such as ``order:12``; null where something else stands.

    Rows are found by it through their primary key; compared as texts, every text would be held against every row.
    """
    rest = f"substr({column}, {len(prefix) + 1})"
    return (
        f"case when trim({rest}, '0123456789') = '' and length({rest}) between 1 and 18 then cast({rest} as bigint) end"
    )


def rows_are_append_only(id: str, model: type[Model]) -> None:
    """Register that the database itself still refuses to change or delete the model's rows."""
    table = model._meta.db_table

    def statement() -> str:
        """Ask the engine at hand for the table's triggers."""
        trigger = f"{table}_append_only"
        if connection.vendor == "postgresql":
            found = f"select 1 from pg_trigger where tgname = '{trigger}' and tgenabled in ('O', 'A')"
            return f"select '{table}' where not exists ({found})"
        names = f"('{trigger}_update', '{trigger}_delete')"
        found = f"select count(*) from sqlite_master where type = 'trigger' and name in {names}"
        return f"select '{table}' where ({found}) < 2"

    invariant(
        id,
        entity=model._meta.label_lower,
        meaning=f"The database no longer refuses to change {model._meta.verbose_name_plural}.",
        remedy="Find out who took the trigger away and what was changed since; run the migration that makes it again.",
        sql=statement,
    )
