"""The walls over tables, and each of them broken once on purpose."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.db import models
from django.test.utils import isolate_apps

from duecourse.config.embedded import PROJECT
from tests import databases
from tests.house import walls

NO_COMPANY = {
    "access_foundinglink": "opened by somebody who is about to found a company",
    "access_organisation": "it is the owner of companies",
    "ledger_exchangerate": "published rates are the same for every company",
}
READ_BEFORE_A_COMPANY_IS_KNOWN = {
    "access_company": "asked for at log-in, to find out which company a call is for",
    "access_user": "log-in looks for a person before any company is known",
    "access_membership": "says in which companies a person works, before one is chosen",
    "access_invitation": "opened by somebody who is not yet a user of any company",
    "access_apikey": "looked up by its digest before the company is known",
}


def our_models() -> list[Any]:
    found = [
        config.get_models(include_auto_created=True) for config in apps.get_app_configs() if config.name.startswith("duecourse.")
    ]
    return [model for group in found for model in group]


def layers() -> list[set[str]]:
    contracts = tomllib.loads((PROJECT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    return [{name.strip(" ()") for name in layer.split("|")} for layer in contracts[0]["layers"]]


@pytest.fixture
def broken() -> Iterator[list[Any]]:
    """Models that break every wall."""
    with isolate_apps("duecourse.credit", "duecourse.access", "duecourse.orders"):

        class Order(models.Model):
            total = models.FloatField()
            company = models.ForeignKey("access.Company", models.CASCADE)

            class Meta:
                app_label = "orders"

        class Limit(models.Model):
            order = models.ForeignKey(Order, models.PROTECT, related_name="+")
            other = models.ForeignKey("self", models.SET_NULL, null=True)

            class Meta:
                app_label = "credit"

        class OrderLine(models.Model):
            company_id = models.BigIntegerField()
            order = models.ForeignKey(Order, models.CASCADE)

            class Meta:
                app_label = "orders"

        class Company(models.Model):
            class Meta:
                app_label = "access"

        yield [Order, Limit, OrderLine, Company]


class TestForeignKeys:
    def test_they_point_down_and_protect(self) -> None:
        assert walls.foreign_keys(walls.foreign_keys_of(our_models()), layers()) == []

    def test_it_falls(self, broken: list[Any]) -> None:
        found = walls.foreign_keys(walls.foreign_keys_of(broken), layers())
        assert "orders.Order.company: CASCADE; PROTECT, or CASCADE from a line to its own header" in found
        assert "orders.Order.company: gives access a reverse name; say related_name='+'" in found
        assert "credit.Limit.order: points up or sideways at orders" in found
        assert "credit.Limit.other: SET_NULL; PROTECT, or CASCADE from a line to its own header" in found
        assert not [line for line in found if "OrderLine" in line]  # a line may go with its header


class TestCompanyColumns:
    def test_every_table_says_whose_rows_it_holds(self) -> None:
        assert walls.company_columns(walls.tables_of(our_models()), NO_COMPANY) == []

    def test_it_falls(self, broken: list[Any]) -> None:
        assert "credit_limit: no company column" in walls.company_columns(walls.tables_of(broken), NO_COMPANY)

    def test_a_list_entry_needs_a_reason(self) -> None:
        assert walls.company_columns([], {"credit_limit": " "}) == ["credit_limit: on the list without a reason"]


class TestFloats:
    def test_no_field_is_a_float(self) -> None:
        assert walls.float_fields(walls.tables_of(our_models())) == []

    def test_it_falls(self, broken: list[Any]) -> None:
        assert walls.float_fields(walls.tables_of(broken)) == ["orders_order.total: a float"]

    @pytest.mark.django_db
    def test_no_column_is_a_float(self) -> None:
        ours = [model._meta.db_table for model in our_models()]
        found = databases.rows(
            "select table_name, column_name from information_schema.columns "
            "where table_name = any(%s) and data_type in ('real', 'double precision', 'money')", ours,
        )  # fmt: skip
        assert found == []


def secured() -> dict[str, tuple[bool, bool, int]]:
    found = databases.rows(
        "select relname, relrowsecurity, relforcerowsecurity, (select count(*) from pg_policy where polrelid = c.oid) "
        "from pg_class c where relkind in ('r', 'p') and relnamespace = 'public'::regnamespace"
    )
    return {name: (enabled, forced, policies) for name, enabled, forced, policies in found}


@pytest.mark.django_db
class TestRowLevelSecurity:
    def test_it_is_forced_on_every_table_with_a_company(self) -> None:
        assert walls.row_level_security(walls.tables_of(our_models()), secured(), READ_BEFORE_A_COMPANY_IS_KNOWN) == []

    def test_it_falls(self) -> None:
        tables = [walls.Table("Limit", "credit_limit", ("id", "company_id"), ())]
        assert walls.row_level_security(tables, {"credit_limit": (True, False, 1)}, {}) == [
            "credit_limit: row-level security enabled=True, forced=False, policies=1"
        ]
        assert walls.row_level_security(tables, {}, {}) != []

    def test_exceptions_are_still_tables(self) -> None:
        names = {table.table for table in walls.tables_of(our_models())}
        assert set(READ_BEFORE_A_COMPANY_IS_KNOWN) | set(NO_COMPANY) <= names

    def test_without_a_company_nothing_is_seen(self) -> None:
        for table in walls.tables_of(our_models()):
            if table.table not in READ_BEFORE_A_COMPANY_IS_KNOWN and table.table not in NO_COMPANY:
                assert databases.rows(f"select count(*) from {table.table}") == [(0,)]


class TestWrites:
    def test_no_room_writes_anothers_tables_in_sql(self) -> None:
        tables = {model._meta.db_table: model._meta.app_label for model in our_models()}
        assert walls.foreign_writes(PROJECT, tables) == []


@pytest.mark.django_db
def test_what_the_application_may_delete_is_never_a_posting() -> None:
    """Rows that carry money and were posted are append-only by grant; drafts and lists may go."""
    posted = ["ledger_journalentry", "ledger_journalline", "receivables_allocation", "core_event"]
    existing = {row[0] for row in databases.rows("select relname from pg_class where relname = any(%s)", posted)}
    for table in existing:
        ((may,),) = databases.rows(
            "select has_table_privilege(%s, 'delete') or has_table_privilege(%s, 'truncate')", table, table
        )
        assert not may, table
