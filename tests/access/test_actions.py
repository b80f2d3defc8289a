"""People, roles, invitations and keys on a real database."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.contrib.auth import authenticate
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duecourse.access import actions as access
from duecourse.access import queries as facts
from duecourse.access import rules
from duecourse.access.models import ApiKey, Invitation, User
from duecourse.core import ids
from duecourse.core.errors import Refused
from duecourse.core.models import Event
from tests import databases
from tests.world import NOON, PASSWORD, World, build


@pytest.fixture
def world(db: None) -> World:
    return build()


def events(world: World, name: str) -> int:
    return Event.objects.filter(company_id=world.call.company.id, name=name).count()


class TestSettingUp:
    def test_makes_a_company_whose_administrator_can_call(self, world: World) -> None:
        call = world.calls["administrator"]
        assert call.by.may("access.grant_role")
        assert call.company.currency == "EUR"
        assert call.today == dt.date(2026, 11, 17)
        assert events(world, "access.company-created") == 1

    @pytest.mark.parametrize(
        ("wrong", "code"),
        [
            ({"time_zone": "Mars/Olympus"}, "access.company-not-usable"),
            ({"currency": "XYZ"}, "money.unknown-currency"),
            ({"country": "de"}, "access.company-not-usable"),
            ({"code": "TF"}, "access.company-not-usable"),
        ],
    )
    def test_refuses_what_the_books_could_not_bear(self, world: World, wrong: dict[str, str], code: str) -> None:
        good = rules.NewCompany("TWO", "Second", "CHF", "CH", "Europe/Zurich")
        with pytest.raises(Refused) as refused:
            access.create_company(world.calls["administrator"], replace(good, **wrong))  # type: ignore[arg-type]
        assert refused.value.code == code

    def test_gives_a_second_company_its_own_roles(self, world: World) -> None:
        other = access.create_company(
            world.calls["administrator"], rules.NewCompany("CH", "Tessin AG", "CHF", "CH", "Europe/Zurich")
        )
        user = world.users["administrator"]
        assert {company.id for company in facts.companies_of(user)} == {world.call.company.id, other}
        assert facts.call_for_user(user, other, NOON).company.currency == "CHF"
        assert [company.id for company in facts.companies_of(world.users["billing"])] == [world.call.company.id]

    def test_refuses_a_weak_password_and_an_address_twice(self, world: World) -> None:
        admin = world.calls["administrator"]
        with pytest.raises(Refused) as weak:
            access.create_user(admin, "new@tf.example", "New", "password", ["billing"])
        with pytest.raises(Refused) as twice:
            access.create_user(admin, "Billing@TF.example", "New", PASSWORD, ["billing"])
        assert (weak.value.code, twice.value.code) == ("access.password-not-usable", "access.email-taken")

    def test_keeps_a_password_only_as_its_hash(self, world: World) -> None:
        user = User.objects.get(pk=world.users["billing"])
        assert PASSWORD not in user.password
        assert user.check_password(PASSWORD)


class TestCalls:
    def test_merge_the_permissions_of_several_roles_in_one_query(self, world: World) -> None:
        access.grant_role(world.calls["administrator"], world.users["billing"], "collector")
        with CaptureQueriesContext(connection) as queries:
            call = facts.call_for_user(world.users["billing"], world.call.company.id, NOON)
        assert len(queries) == 1
        assert call.by.may("invoicing.post_invoices")
        assert call.by.may("receivables.set_marks")
        assert facts.role_words(call) == "Billing clerk, Collector"
        assert "Bela Kurz" in facts.names_who_may(call, "receivables.set_marks")

    def test_are_refused_for_a_company_that_is_not_theirs_as_if_it_were_not_there(self, world: World) -> None:
        other = build("XX")
        for company in (other.call.company.id, 10**9):
            with pytest.raises(Refused) as refused:
                facts.call_for_user(world.users["billing"], company, NOON)
            assert refused.value.code == "not-found"

    def test_end_with_the_role_from_the_next_request_on(self, world: World) -> None:
        access.revoke_role(world.calls["administrator"], world.users["billing"], "billing")
        with pytest.raises(Refused) as refused:
            facts.call_for_user(world.users["billing"], None, NOON)
        assert refused.value.code == "access.no-role"

    def test_refuse_an_action_that_no_role_includes(self, world: World) -> None:
        for role in world.calls:
            if role != "administrator":
                with pytest.raises(Refused) as refused:
                    access.grant_role(world.calls[role], world.users["cfo"], "billing")
                assert refused.value.code == "access.not-permitted"


class TestRoles:
    def test_are_not_given_to_oneself(self, world: World) -> None:
        admin = world.calls["administrator"]
        for change in (access.grant_role, access.revoke_role):
            with pytest.raises(Refused) as refused:
                change(admin, admin.by.id, "controller")
            assert refused.value.code == "access.own-rights"

    def test_are_recorded_once_however_often_given(self, world: World) -> None:
        for _ in range(2):
            access.grant_role(world.calls["administrator"], world.users["cfo"], "controller")
        assert events(world, "access.role-granted") == 1

    def test_leave_a_company_its_last_administrator(self, world: World) -> None:
        with pytest.raises(Refused) as refused:
            access.revoke_role(world.call, world.users["administrator"], "administrator")
        assert refused.value.code == "access.last-administrator"

    def test_are_not_taken_from_two_administrators_by_each_other_at_once(self, fresh_database: databases.Fresh) -> None:
        world = build()
        first, second = world.calls["administrator"], world.users["cfo"]
        access.grant_role(first, second, "administrator")
        other = facts.call_for_user(second, None, NOON)
        results = databases.together(
            [
                lambda: access.deactivate_user(first, second),
                lambda: access.revoke_role(other, first.by.id, "administrator"),
            ]
        )
        assert [result.code for result in results if isinstance(result, Refused)] == ["access.last-administrator"]

    def test_end_a_log_in_only_from_a_company_that_knows_it(self, world: World) -> None:
        made = access.create_company(
            world.calls["administrator"], rules.NewCompany("CH", "Tessin AG", "CHF", "CH", "Europe/Zurich")
        )
        swiss = facts.call_for_user(world.users["administrator"], made, NOON)
        with pytest.raises(Refused) as refused:
            access.deactivate_user(swiss, world.users["billing"])
        assert refused.value.code == "not-found"

    def test_reach_nobody_of_another_organisation(self, world: World) -> None:
        other = build("XX")
        with pytest.raises(Refused) as refused:
            access.grant_role(world.calls["administrator"], other.users["billing"], "billing")
        assert refused.value.code == "not-found"
        with pytest.raises(Refused):
            facts.member_for_caller(world.calls["administrator"], ids.outer("usr", other.users["billing"]))

    def test_end_with_the_log_in_and_its_keys(self, world: World) -> None:
        _, secret = access.create_api_key(world.calls["billing"], "ERP", ["invoicing.read"], 30)
        assert authenticate(email="billing@tf.example", password=PASSWORD)
        access.deactivate_user(world.calls["administrator"], world.users["billing"])
        with pytest.raises(Refused):
            facts.call_for_user(world.users["billing"], None, NOON)
        with pytest.raises(Refused):
            facts.call_for_key(secret, NOON)
        assert authenticate(email="billing@tf.example", password=PASSWORD) is None

    def test_are_listed_with_the_people_in_two_queries(self, world: World, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
        with django_assert_num_queries(2):
            people = facts.members(world.calls["administrator"])
        assert {person.roles for person in people} == {(role,) for role in rules.ROLES}


class TestInvitations:
    def invite(self, world: World) -> str:
        return access.invite_user(world.calls["administrator"], "Neu@Example.com", "Nele Neu", "collector")[1]

    def test_give_a_log_in_with_the_role(self, world: World) -> None:
        token = self.invite(world)
        user = access.accept_invitation(token, PASSWORD, NOON)
        call = facts.call_for_user(user, None, NOON)
        assert call.by.name == "Nele Neu"
        assert call.by.may("receivables.set_marks")
        assert events(world, "access.invitation-accepted") == 1

    def test_keep_no_token(self, world: World) -> None:
        token = self.invite(world)
        assert token not in str(Invitation.objects.values().get())
        assert not Event.objects.filter(facts__icontains=token).exists()

    def test_are_not_used_up_by_looking(self, world: World) -> None:
        token = self.invite(world)
        for _ in range(3):
            assert facts.invitation_by_token(token, NOON).email == "neu@example.com"
        access.accept_invitation(token, PASSWORD, NOON)

    def test_are_used_once(self, world: World) -> None:
        token = self.invite(world)
        access.accept_invitation(token, PASSWORD, NOON)
        with pytest.raises(Refused) as refused:
            access.accept_invitation(token, PASSWORD, NOON)
        assert refused.value.code == "access.invitation-not-valid"

    def test_end_after_seven_days(self, world: World) -> None:
        token = self.invite(world)
        facts.invitation_by_token(token, NOON + dt.timedelta(days=7, seconds=-1))
        with pytest.raises(Refused):
            access.accept_invitation(token, PASSWORD, NOON + dt.timedelta(days=7))

    def test_are_replaced_by_a_new_one_and_can_be_withdrawn(self, world: World) -> None:
        first, second = self.invite(world), self.invite(world)
        with pytest.raises(Refused):
            facts.invitation_by_token(first, NOON)
        (waiting,) = facts.invitations(world.calls["administrator"])
        access.withdraw_invitation(world.calls["administrator"], waiting.id)
        with pytest.raises(Refused):
            facts.invitation_by_token(second, NOON)

    def test_with_a_weak_password_stay_usable(self, world: World) -> None:
        token = self.invite(world)
        with pytest.raises(Refused) as refused:
            access.accept_invitation(token, "short", NOON)
        assert refused.value.code == "access.password-not-usable"
        access.accept_invitation(token, PASSWORD, NOON)

    def test_add_a_role_to_a_log_in_that_is_there(self, world: World) -> None:
        _, token = access.invite_user(world.calls["administrator"], "cfo@tf.example", "", "controller")
        assert access.accept_invitation(token, "", NOON) == world.users["cfo"]
        assert User.objects.get(pk=world.users["cfo"]).check_password(PASSWORD)
        assert facts.call_for_user(world.users["cfo"], None, NOON).by.may("ledger.close_period")

    def test_do_not_reach_into_another_organisation(self, world: World) -> None:
        build("XX")
        with pytest.raises(Refused) as refused:
            access.invite_user(world.calls["administrator"], "cfo@xx.example", "", "cfo")
        assert refused.value.code == "access.email-taken"

    def test_used_by_eight_at_once_give_one_log_in(self, fresh_database: databases.Fresh) -> None:
        world = build()
        token = self.invite(world)
        results = databases.together([lambda: access.accept_invitation(token, PASSWORD, NOON)] * 8)
        assert len([result for result in results if isinstance(result, int)]) == 1
        assert {result.code for result in results if isinstance(result, Refused)} == {"access.invitation-not-valid"}
        assert User.objects.filter(email="neu@example.com").count() == 1


class TestApiKeys:
    def make(self, world: World, days: int = 90) -> tuple[rules.KeyView, str]:
        return access.create_api_key(world.calls["order-desk"], "Shop", ["orders.create_orders", "orders.read"], days)

    def test_call_with_their_scopes_only(self, world: World) -> None:
        _, secret = self.make(world)
        call = facts.call_for_key(secret, NOON)
        assert call.by.kind == "key"
        assert call.by.may("orders.create_orders")
        assert not call.by.may("orders.confirm_orders")
        assert call.company == world.call.company

    def test_act_as_the_person_who_made_them_so_that_neither_approves_for_the_other(self, world: World) -> None:
        _, secret = self.make(world)
        assert facts.call_for_key(secret, NOON).by.id == world.users["order-desk"]

    def test_are_kept_as_their_hash(self, world: World) -> None:
        key, secret = self.make(world)
        row = ApiKey.objects.values().get(pk=key.id)
        assert secret not in str(row)
        assert secret.split("_", 2)[2] not in str(row)
        assert row["digest"] == rules.token_hash(secret)

    def test_do_not_outgrow_their_maker(self, world: World) -> None:
        with pytest.raises(Refused) as refused:
            access.create_api_key(world.calls["order-desk"], "Shop", ["credit.set_limits"], 30)
        assert refused.value.code == "access.scope-not-held"
        _, secret = self.make(world)
        access.revoke_role(world.calls["administrator"], world.users["order-desk"], "order-desk")
        assert not facts.call_for_key(secret, NOON).by.may("orders.read")

    @pytest.mark.parametrize("days", [0, 366, -1])
    def test_live_at_most_a_year(self, world: World, days: int) -> None:
        with pytest.raises(Refused) as refused:
            self.make(world, days)
        assert refused.value.code == "access.key-days"

    def test_are_all_refused_alike_when_not_valid(self, world: World) -> None:
        key, secret = self.make(world, 10)
        revoked, gone = self.make(world)
        access.revoke_own_api_key(world.calls["order-desk"], revoked.id)
        cases = [
            (secret, NOON + dt.timedelta(days=10)),
            (gone, NOON),
            (secret[:-1] + "~", NOON),
            ("dck_" + "0" * 60, NOON),
            ("", NOON),
        ]
        messages = set()
        for text, at in cases:
            with pytest.raises(Refused) as refused:
                facts.call_for_key(text, at)
            messages.add((refused.value.code, refused.value.message))
        assert len(messages) == 1
        assert facts.key_view(world.call, key.id).revoked_at is None

    def test_rotate_with_two_live_at_once(self, world: World) -> None:
        (_, old), (_, new) = self.make(world), self.make(world)
        assert facts.call_for_key(old, NOON).by.permissions == facts.call_for_key(new, NOON).by.permissions

    def test_note_their_use_once_a_minute(self, world: World) -> None:
        key, secret = self.make(world)
        seen = []
        for seconds in (0, 59, 60, 61):
            access.enter_with_key(secret, NOON + dt.timedelta(seconds=seconds))
            seen.append(ApiKey.objects.get(pk=key.id).last_used_at)
        assert seen == [NOON, NOON, NOON + dt.timedelta(seconds=60), NOON + dt.timedelta(seconds=60)]

    def test_are_seen_by_their_maker_and_the_administrator(self, world: World) -> None:
        key, _ = self.make(world)
        assert [each.id for each in facts.api_keys(world.calls["administrator"])] == [key.id]
        assert [each.id for each in facts.api_keys(world.calls["order-desk"])] == [key.id]
        assert facts.api_keys(world.calls["billing"]) == []
        with pytest.raises(Refused):
            access.revoke_own_api_key(world.calls["billing"], key.id)

    def test_are_not_made_by_keys(self, world: World) -> None:
        _, secret = access.create_api_key(world.calls["order-desk"], "Shop", ["access.create_api_key"], 30)
        with pytest.raises(Refused) as refused:
            access.create_api_key(facts.call_for_key(secret, NOON), "Child", ["access.create_api_key"], 30)
        assert refused.value.code == "access.not-a-person"


class TestTheCompany:
    def test_changes_what_it_says_about_itself_and_not_its_currency(self, world: World) -> None:
        admin = world.calls["administrator"]
        access.change_company(admin, {"city": "Kiel", "phone": "+49 431 1"})
        profile = facts.company_profile(admin)
        assert profile.address_lines == ["Kanalstraße 18", "23552 Kiel"]
        assert events(world, "access.company-changed") == 1
        with pytest.raises(Refused):
            access.change_company(admin, {"currency": "USD"})
