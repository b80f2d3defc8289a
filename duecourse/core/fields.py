"""The few column types of the house: amount, currency, price, rate, quantity, transaction id, recorded instant."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Func, Lookup


@models.ForeignKey.register_lookup
@models.Field.register_lookup
class EqualsAny(Lookup):
    """`number__any=[…]`: one of many, sent as one array; `__in` sends each as a parameter of its own, of which there are 65,535 at most."""

    lookup_name = "any"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> Any:
        return "%s", [list(value)]

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        left, left_params = self.process_lhs(compiler, connection)
        right, right_params = self.process_rhs(compiler, connection)
        return f"{left} = any({right})", [*left_params, *right_params]


class CurrentTransaction(Func):
    """The running transaction's id, written by the database into every event, entry and allocation."""

    template = "pg_current_xact_id()"
    output_field: Any = None


class TransactionIdField(models.Field):
    """PostgreSQL's xid8; orders events by (transaction, id) so that a reader never skips a late commit."""

    def db_type(self, connection: Any) -> str:
        return "xid8"

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> int | None:
        return None if value is None else int(value)


class NowInDatabase(Func):
    """The database's clock at the start of the transaction."""

    template = "transaction_timestamp()"
    output_field: Any = None


def amount(**options: Any) -> models.DecimalField:
    """An amount of money, numeric(19,4); its currency stands in the column beside it."""
    return models.DecimalField(max_digits=19, decimal_places=4, **options)


def currency(**options: Any) -> models.CharField:
    """An ISO 4217 code."""
    return models.CharField(max_length=3, **options)


def price(**options: Any) -> models.DecimalField:
    """A unit price, up to six decimals."""
    return models.DecimalField(max_digits=19, decimal_places=6, **options)


def rate(**options: Any) -> models.DecimalField:
    """An exchange rate: units of one currency for one unit of another."""
    return models.DecimalField(max_digits=20, decimal_places=10, **options)


def percent(**options: Any) -> models.DecimalField:
    """A percentage: 19.0000 is 19 %."""
    return models.DecimalField(max_digits=7, decimal_places=4, **options)


def quantity(**options: Any) -> models.DecimalField:
    """A quantity of goods, up to four decimals."""
    return models.DecimalField(max_digits=19, decimal_places=4, **options)


def recorded_at() -> models.DateTimeField:
    """When the database learned of it, by its own clock: the second time axis of every as-of question."""
    return models.DateTimeField(db_default=NowInDatabase(), editable=False)


def transaction_id() -> TransactionIdField:
    """Which transaction wrote the row."""
    return TransactionIdField(db_default=CurrentTransaction(), editable=False)
