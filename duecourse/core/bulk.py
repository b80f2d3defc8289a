"""Write many rows in one statement, past row-level security's refusal of COPY into the tables themselves."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Model


def reserve_ids(model: type[Model], count: int) -> list[int]:
    """`count` fresh primary keys of a table, in one round trip."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval(pg_get_serial_sequence(%s, 'id')) from generate_series(1, %s)", [connection.ops.quote_name(table), count]
        )
        return [row[0] for row in cursor.fetchall()]


def copy_in(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Insert `rows` (values in the order of `columns`, database column names) through a temporary table; how many.

    COPY to a temporary table, then INSERT … SELECT: triggers, constraints and row-level security all apply.
    """
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    stage = connection.ops.quote_name(f"stage_{model._meta.db_table}_{len(columns)}")
    with connection.cursor() as cursor:
        cursor.execute(f"create temporary table if not exists {stage} as select {names} from {table} with no data")  # noqa: S608
        cursor.execute(f"truncate {stage}")
        with cursor.cursor.copy(f"copy {stage} ({names}) from stdin") as copy:  # psycopg's own cursor
            for row in rows:
                copy.write_row(row)
        cursor.execute(f"insert into {table} ({names}) select {names} from {stage}")  # noqa: S608
        return int(cursor.rowcount)
