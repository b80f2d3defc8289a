"""Write many rows in one statement, past row-level security's refusal of COPY into the tables themselves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Model

FEW = 40  # up to here a plain INSERT beats making and filling a temporary table


def reserve_ids(model: type[Model], count: int) -> list[int]:
    """`count` fresh primary keys of a table, in one round trip."""
    if not count:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            "select nextval(pg_get_serial_sequence(%s, 'id')) from generate_series(1, %s)", [model._meta.db_table, count]
        )
        return [row[0] for row in cursor.fetchall()]


def insert(model: type[Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> list[int]:
    """Insert `rows` as `copy_in` does, and say which primary keys they got, in order. One statement for a few rows."""
    if len(rows) > FEW:
        keys = reserve_ids(model, len(rows))
        copy_in(model, ("id", *columns), [(key, *row) for key, row in zip(keys, rows, strict=True)])
        return keys
    if not rows:
        return []
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    one = "(" + ", ".join(["%s"] * len(columns)) + ")"
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into {table} ({names}) values " + ", ".join([one] * len(rows)) + " returning id",  # noqa: S608
            [value for row in rows for value in row],
        )
        return [row[0] for row in cursor.fetchall()]


def copy_in(model: type[Model], columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> int:
    """Insert `rows` (values in the order of `columns`, database column names); how many. JSON values come as text.

    Many rows go by COPY to a temporary table, then INSERT … SELECT; few by one INSERT. Triggers, constraints, defaults and
    row-level security all apply.
    """
    if not rows:
        return 0
    table = connection.ops.quote_name(model._meta.db_table)
    names = ", ".join(connection.ops.quote_name(column) for column in columns)
    with connection.cursor() as cursor:
        if len(rows) <= FEW:
            one = "(" + ", ".join(["%s"] * len(columns)) + ")"
            cursor.execute(
                f"insert into {table} ({names}) values " + ", ".join([one] * len(rows)),  # noqa: S608 - names of our own tables
                [value for row in rows for value in row],
            )
            return len(rows)
        stage = connection.ops.quote_name(f"stage_{model._meta.db_table}_{len(columns)}")
        cursor.execute(f"create temporary table if not exists {stage} as select {names} from {table} with no data")  # noqa: S608
        cursor.execute(f"truncate {stage}")
        with cursor.cursor.copy(f"copy {stage} ({names}) from stdin") as copy:  # the driver's own cursor knows COPY
            for row in rows:
                copy.write_row(row)
        cursor.execute(f"insert into {table} ({names}) select {names} from {stage}")  # noqa: S608
    return len(rows)
