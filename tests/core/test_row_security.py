"""Every table with a company or an organisation: another one's rows are not seen, not made, not changed. Generated."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.db.models import Model

from duecourse.cash import actions as cash
from duecourse.collection import actions as collection
from duecourse.collection.rules import NewEntry, Policy
from duecourse.core import ids
from duecourse.core.call import Call, bind, within
from duecourse.core.reasons import Reason
from duecourse.credit import actions as credit
from duecourse.invoicing import actions as invoicing
from duecourse.invoicing.rules import NewInvoice, NewLine, Terms
from duecourse.notices import actions as notices
from duecourse.notices.rules import NewNotice, NewTask, Owner
from duecourse.orders import actions as orders
from tests import databases
from tests.bankfiles import Pay, camt
from tests.world import World, build

# Read before it is known for which company: at the log-in, by a key, from an invitation's link. Their room filters by itself.
BEFORE_A_COMPANY = {"access_company", "access_user", "access_apikey", "access_membership", "access_invitation"}
OWN = {"company_id": "duecourse.company", "organisation_id": "duecourse.organisation"}


def owned() -> dict[str, tuple[type[Model], str]]:
    """Table → its model and the column it belongs to a company or organisation by."""
    found: dict[str, tuple[type[Model], str]] = {}
    for model in apps.get_models():
        columns = {field.column for field in model._meta.concrete_fields}
        column = next((one for one in OWN if one in columns), None)
        if model.__module__.startswith("duecourse.") and column and model._meta.db_table not in BEFORE_A_COMPANY:
            found[model._meta.db_table] = (model, column)
    return found


TABLES = sorted(owned())


def busy(code: str) -> World:
    """A company in which a little of everything has happened."""
    world = build(code)
    account = world.accounts["good"]
    (credit_account,) = credit.create_credit_accounts(world.call, [credit.NewCreditAccount("Good", "EUR", [account])])
    credit.set_limits(world.call, [credit.NewLimit(credit_account, None, world.call.today)])
    lines = [orders.NewOrderLine("P-100", Decimal(10))]
    order_ids = orders.create_orders(world.call, [orders.NewOrder(world.call.today, lines, account_id=account)])
    orders.confirm_orders(world.call, order_ids)
    cash.take_file(world.call, "a.xml", camt(world.bank_numbers["EUR"], [Pay("10.00", "A", "x")]))
    line = NewLine("Elbow fitting", Decimal(1), "pc", Decimal(100), "S", Decimal(19))
    new = NewInvoice(account, "EUR", world.call.today, world.call.today, Terms(30), [line])
    invoicing.send_invoices(world.call, invoicing.post_invoices(world.call, [new]))
    collection.log_contacts(world.call, [NewEntry(account, "no-answer")])
    collection.assign_accounts(world.call, [account], world.users["collector"])
    collection.set_policy(world.call, Policy(), world.call.today)
    task = NewTask(ids.outer("acc", account), Reason("notices.own", {"text": "Call"}), Owner(role="controller"))
    notices.create_tasks(world.call, [task])
    notices.notify(world.call, [NewNotice(ids.outer("acc", account), task.title, Owner(role="cfo"), "busy")])
    return world


def count(table: str) -> int:
    return int(databases.rows(f"select count(*) from {table}")[0][0])


@pytest.mark.django_db
class TestEveryTable:
    def test_has_its_policy_and_forces_it(self) -> None:
        guarded = databases.rows(
            "select c.relname, c.relrowsecurity, c.relforcerowsecurity, array_agg(p.qual) from pg_class c "
            "left join pg_policies p on p.tablename = c.relname where c.relname = any(%s) group by 1, 2, 3",
            TABLES,
        )
        assert {name for name, *_ in guarded} == set(TABLES)
        for name, enabled, forced, policies in guarded:
            assert enabled and forced and policies[0], name  # noqa: PT018
            assert OWN[owned()[name][1]] in policies[0], name
            assert len(policies) == 1, name

    def test_belongs_to_a_role_that_is_not_ours(self) -> None:
        found = databases.rows(
            "select r.rolname, r.rolsuper, r.rolbypassrls, (select count(*) from pg_tables t where t.tableowner = r.rolname "
            "and t.schemaname = 'public') from pg_roles r where r.rolname = current_user"
        )
        assert [row[1:] for row in found] == [(False, False, 0)]

    def test_shows_nothing_to_another_company_nor_to_nobody(self) -> None:
        mine, other = busy("AA"), build("OT")
        full: set[str] = set()
        with within(mine.call):
            full = {table for table in TABLES if count(table)}
        assert len(full) >= 25, sorted(set(TABLES) - full)
        with within(other.call):
            for table, (_, column) in owned().items():
                theirs = mine.call.company.id if column == "company_id" else mine.call.company.organisation_id
                assert databases.rows(f"select count(*) from {table} where {column} = %s", theirs) == [(0,)], table
        with transaction.atomic():
            bind(0, 0)
            assert {table: count(table) for table in TABLES} == dict.fromkeys(TABLES, 0)
        with connection.cursor() as cursor, transaction.atomic():
            cursor.execute("reset duecourse.company")
            cursor.execute("reset duecourse.organisation")
            assert {table: count(table) for table in TABLES} == dict.fromkeys(TABLES, 0)

    def test_takes_no_row_for_another_company(self) -> None:
        mine, other = busy("AA"), build("OT")
        copied: list[str] = []
        for table in TABLES:
            with within(mine.call):
                found = databases.rows(f"select * from {table} limit 1")
            if found and self.is_refused(other.call, mine.call, *owned()[table]):
                copied.append(table)
        assert len(copied) >= 25

    def is_refused(self, other: Call, mine: Call, model: type[Model], column: str) -> bool:
        """A row of `mine`, tried to be inserted by `other`: policies are looked at before constraints."""
        with within(mine):
            row = model._default_manager.order_by("pk").first()
        assert row is not None
        fields = [
            field
            for field in model._meta.concrete_fields
            if not field.primary_key and field.db_default.__class__.__name__ == "type"
        ]
        names = ", ".join(connection.ops.quote_name(field.column) for field in fields)
        values = [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields]
        with (
            within(other),
            pytest.raises(DatabaseError, match="row-level security"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(
                f"insert into {model._meta.db_table} ({names}) values ({', '.join(['%s'] * len(values))})",
                values,
            )
        return True

    def test_lets_another_company_change_nothing(self) -> None:
        mine, other = busy("AA"), build("OT")
        for table, (_, column) in owned().items():
            theirs = mine.call.company.id if column == "company_id" else mine.call.company.organisation_id
            for statement in (
                f"update {table} set {column} = {column} where {column} = %s",
                f"delete from {table} where {column} = %s",
            ):
                with within(other.call):
                    told = tried(statement, theirs)
                assert told == "0 rows" or "permission denied" in told, (statement, told)


def tried(statement: str, key: int) -> str:
    """How many rows a statement changed, or what the database said to it."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, [key])
            return f"{cursor.rowcount} rows"
    except DatabaseError as error:
        return str(error)
