"""Roles, keys and addresses, without a database."""

from __future__ import annotations

import importlib
import importlib.util

import pytest
from django.apps import apps
from hypothesis import given
from hypothesis import strategies as st

from duecourse.access import models, rules
from duecourse.core.call import ACTIONS
from duecourse.core.errors import Refused

# what                            who may (the others may not)
DUTIES = """
orders.create_orders              order-desk
orders.confirm_orders             order-desk
orders.deliver                    order-desk
orders.release_order              credit-manager
orders.reject_order               credit-manager
credit.set_limits                 credit-manager
credit.set_policy                 credit-manager
invoicing.post_invoices           billing
invoicing.post_credit_notes       billing
bank.import_file                  cash-application
cash.apply_payment                cash-application
cash.unapply                      cash-application
ledger.close_period               controller
ledger.read                       billing, controller, cfo
ledger.prepare_journals           billing, controller
ledger.approve_journals           controller, cfo
ledger.approve_late               controller
ledger.reopen_period              cfo
credit.read                       order-desk, credit-manager, controller, cfo
receivables.read                  credit-manager, billing, cash-application, collector, controller, cfo
access.grant_role                 administrator
access.invite_user                administrator
kpis.verify                       controller
"""


class TestRoles:
    def test_are_those_of_the_table(self) -> None:
        assert set(rules.ROLES) == set(models.Role.values)
        assert dict(models.Role.choices) == rules.ROLE_NAMES

    @pytest.mark.parametrize("line", DUTIES.strip().splitlines())
    def test_give_a_duty_to_those_who_have_it_and_nobody_else(self, line: str) -> None:
        permission, _, who = line.partition(" ")
        assert {role for role, held in rules.ROLES.items() if permission in held} == {name.strip() for name in who.split(",")}

    def test_never_hold_a_wildcard(self) -> None:
        assert not [permission for held in rules.ROLES.values() for permission in held if "*" in permission]

    def test_let_the_cfo_read_approve_journals_and_open_a_closed_month_and_change_nothing_else(self) -> None:
        may = {permission for permission in rules.ROLES["cfo"] - rules.OWN if not permission.endswith(".read")}
        own = {"documents.read_take_overs", "documents.confirm_take_over", "forecasting.request_forecast"}  # figures of others
        assert may - own == {"ledger.approve_journals", "ledger.reject_journal", "ledger.reopen_period"}

    def test_show_an_administrator_no_amounts(self) -> None:
        rooms = {permission.split(".")[0] for permission in rules.ROLES["administrator"]}
        assert rooms == {"access", "documents", "notices", "tailoring"}
        assert "documents.read" not in rules.ROLES["administrator"]

    def test_of_one_person_add_up(self) -> None:
        both = rules.permissions_of(["order-desk", "billing"])
        assert {"orders.confirm_orders", "invoicing.post_invoices"} <= both

    def test_that_do_not_exist_are_refused(self) -> None:
        with pytest.raises(Refused) as refused:
            rules.permissions_of(["superuser"])
        assert refused.value.code == "access.unknown-role"

    def test_that_check_each_other_are_named_when_one_person_holds_both(self) -> None:
        assert [reason.code for reason in rules.conflicts(["order-desk", "credit-manager"])] == ["access.confirms-and-releases"]
        assert rules.conflicts(["order-desk", "billing"]) == []


# Only called by other actions and by jobs; no person's role includes them.
INNER = frozenset(
    {
        "access.claim_webhooks",
        "access.forget_webhook_messages",
        "access.go_live",
        "access.mark_webhook",
        "access.note_logo",
        "access.queue_webhooks",
        "access.release_webhooks",
        "access.set_opening",
        "collection.rank_accounts",
        "credit.check_orders",
        "credit.end_holds",
        "credit.end_reservations",
        "credit.move_reservations",
        "documents.claim_due",
        "documents.finish_take_over",
        "documents.keep_findings",
        "documents.mark_failed",
        "documents.mark_sent",
        "documents.queue_dispatches",
        "documents.refuse_take_over",
        "documents.release_held",
        "forecasting.keep_forecast",
        "notices.end_tasks",
        "notices.notify",
        "orders.mark_billed",
        "orders.reassess_holds",
        "prediction.keep_estimates",
        "receivables.age_sums",
        "receivables.clear",
        "receivables.open_items",
        "receivables.undo_clearings",
        "tailoring.say_reason",
        "tailoring.say_reasons",
        "tailoring.set_values",
        "tailoring.start_values",
    }
)


class TestPermissions:
    def actions(self) -> set[str]:
        for config in apps.get_app_configs():
            if config.name.startswith("duecourse.") and importlib.util.find_spec(f"{config.name}.actions"):
                importlib.import_module(f"{config.name}.actions")
        return set(ACTIONS)

    def test_are_given_for_every_action_that_a_person_may_enter(self) -> None:
        given_to_some = frozenset().union(*rules.ROLES.values())
        assert self.actions() - given_to_some == INNER

    def test_name_actions_that_exist(self) -> None:
        named = {name for held in rules.ROLES.values() for name in held if not name.split(".")[1].startswith("read")}
        assert named - self.actions() == set()


class TestKeyTexts:
    def test_split_into_prefix_and_digest(self) -> None:
        text = rules.key_text("0a1b2c3d4e", "s" * 43)
        read = rules.read_key(text)
        assert text == "dck_0a1b2c3d4e_" + "s" * 43
        assert read is not None
        assert read.prefix == "0a1b2c3d4e"
        assert "s" * 43 not in repr(read)

    @given(st.text(max_size=80))
    def test_that_are_anything_else_are_not_keys_and_do_not_crash(self, text: str) -> None:
        read = rules.read_key(text)
        assert read is None or text.startswith("dck_")

    def test_never_give_more_than_the_creator_holds(self) -> None:
        held = frozenset({"orders.read", "orders.create_orders"})
        assert rules.checked_scopes(["orders.read", "orders.read"], held) == ["orders.read"]
        for scopes in (["credit.read"], ["orders.*"], ["*"], []):
            with pytest.raises(Refused):
                rules.checked_scopes(scopes, held)


class TestAddresses:
    def test_are_kept_in_one_form(self) -> None:
        assert rules.normal_email("  Anna.Muster@Example.COM ") == "anna.muster@example.com"

    @pytest.mark.parametrize(
        "text", ["", "anna", "anna@", "@example.com", "a b@example.com", "a@example.com\nBcc: x@y.zz", "<a@b.cc>"]
    )
    def test_that_are_none_are_refused(self, text: str) -> None:
        with pytest.raises(Refused):
            rules.normal_email(text)
