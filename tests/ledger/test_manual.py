"""Manual journals: prepared by one, approved by another, posted once; and the locks of months."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from duecourse.core import events, ids
from duecourse.core.call import Call, within
from duecourse.ledger import actions as ledger
from duecourse.ledger import queries, rules
from duecourse.ledger.models import JournalEntry, ManualJournal
from duecourse.ledger.rules import Draft, DraftLine
from tests.books import DAY, refused
from tests.ledger.test_races import period_of
from tests.world import World, build


@pytest.fixture
def world(db: None) -> World:
    return build()


def draft(
    amount: str = "120.00", day: dt.date = DAY, text: str = "Bank charges of October", reverses: bool = False, **more: object
) -> Draft:
    lines = (DraftLine("4970", Decimal(amount)), DraftLine("1361", -Decimal(amount)))
    return replace(Draft(text, day, day, "EUR", lines, None, reverses), **more)  # type: ignore[arg-type]


def prepared(call: Call, *drafts: Draft) -> list[str]:
    keys = [ids.outer("man", key) for key in ledger.prepare_journals(call, drafts or [draft()])]
    ledger.submit_journals(call, keys)
    return keys


class TestPreparing:
    @pytest.mark.parametrize(
        ("code", "change"),
        [
            ("ledger.journal-without-text", {"text": "  "}),
            ("ledger.entry-not-balanced", {"lines": (DraftLine("4970", Decimal(1)), DraftLine("1361", Decimal("-0.99")))}),
            ("ledger.entry-not-balanced", {"lines": ()}),
            ("ledger.unknown-account", {"lines": (DraftLine("9999", Decimal(1)), DraftLine("1361", Decimal(-1)))}),
            ("ledger.control-account", {"lines": (DraftLine("1400", Decimal(1)), DraftLine("1361", Decimal(-1)))}),
            ("ledger.control-account", {"lines": (DraftLine("1200", Decimal(1)), DraftLine("1361", Decimal(-1)))}),
            ("ledger.control-account", {"lines": (DraftLine("1360", Decimal(1)), DraftLine("1361", Decimal(-1)))}),
            ("ledger.journal-not-usable", {"lines": (DraftLine("4970", Decimal(0)), DraftLine("1361", Decimal(0)))}),
            ("money.unknown-currency", {"currency": "XQX"}),
            ("ledger.rate-missing", {"currency": "CHF"}),
        ],
    )
    def test_refuses_what_nobody_could_approve_and_keeps_nothing(
        self, world: World, code: str, change: dict[str, object]
    ) -> None:
        refused(code, ledger.prepare_journals, world.calls["billing"], [draft(), draft(**change)])  # type: ignore[arg-type]
        with within(world.call):
            assert not ManualJournal.objects.exists()

    def test_takes_several_at_once_and_reckons_a_currency_to_the_cent(self, world: World) -> None:
        lines = (DraftLine("4970", Decimal("33.33")), DraftLine("2400", Decimal("33.33")), DraftLine("1361", Decimal("-66.66")))
        first, second = prepared(world.calls["billing"], draft(), draft(currency="USD", lines=lines, text="Dollar fees"))
        with within(world.call):
            view = queries.journal_for_caller(world.call, second)
            moneys = queries.journal_company_moneys(world.call, [view.id])[view.id]
        assert [money.amount for money in moneys] == [Decimal("30.30"), Decimal("30.30"), Decimal("-60.60")]
        assert first != second


class TestApproving:
    def test_posts_what_another_person_prepared_once(self, world: World) -> None:
        (key,) = prepared(world.calls["billing"])
        (posted,) = ledger.approve_journals(world.calls["controller"], [key])
        with within(world.call):
            view = queries.journal_for_caller(world.call, key)
            entry = queries.entry_for_caller(world.call, ids.outer("jrn", posted.id))
            names = [event.name for event in events.about(world.call, [key])]
        assert (view.state, view.entry_id, entry.kind, entry.source) == ("posted", posted.id, "manual", key)
        assert names == ["ledger.journal-approved", "ledger.journal-submitted", "ledger.journal-prepared"]
        refused("ledger.journal-decided", ledger.approve_journals, world.calls["cfo"], [key])
        refused("ledger.journal-decided", ledger.change_journal, world.calls["billing"], key, draft())

    def test_is_never_for_who_prepared_it_also_in_the_database(self, world: World) -> None:
        (key,) = prepared(world.calls["controller"])
        refused("ledger.own-journal", ledger.approve_journals, world.calls["controller"], [key])
        mine = world.calls["controller"].by.id
        with within(world.call), pytest.raises(DatabaseError), transaction.atomic():
            row = ManualJournal.objects.get()
            entry = ledger.post_entries(world.call, [_entry()])[0].id
            ManualJournal.objects.filter(id=row.id).update(
                state="posted", decided_by_id=mine, decided_at=world.call.at, entry_id=entry
            )
        (posted,) = ledger.approve_journals(world.calls["cfo"], [key])
        with within(world.call), pytest.raises(DatabaseError), transaction.atomic():
            ManualJournal.objects.update(text="Something else")
        assert posted.number

    def test_changing_it_makes_the_changer_its_preparer(self, world: World) -> None:
        (key,) = prepared(world.calls["billing"])
        ledger.change_journal(world.calls["controller"], key, draft("121.00"))
        ledger.submit_journals(world.calls["billing"], [key])
        refused("ledger.own-journal", ledger.approve_journals, world.calls["controller"], [key])

    def test_posts_its_opposite_next_month_when_asked(self, world: World) -> None:
        (key,) = prepared(world.calls["billing"], draft(reverses=True))
        (posted,) = ledger.approve_journals(world.calls["controller"], [key])
        with within(world.call):
            opposite = JournalEntry.objects.get(reversal_of=posted.id)
        assert opposite.posting_date == dt.date(2026, 12, 1)

    def test_a_rejected_one_goes_back_with_its_reason(self, world: World) -> None:
        (key,) = prepared(world.calls["billing"])
        refused("ledger.reason-missing", ledger.reject_journal, world.calls["cfo"], key, "")
        ledger.reject_journal(world.calls["cfo"], key, "Wrong account")
        ledger.attach_file(world.calls["billing"], key, "voucher.pdf", b"%PDF-1.4 x")
        refused("ledger.attachment-not-usable", ledger.attach_file, world.calls["billing"], key, "run.exe", b"MZ")
        ledger.change_journal(world.calls["billing"], key, draft())
        ledger.drop_journal(world.calls["billing"], key)
        refused("ledger.journal-decided", ledger.submit_journals, world.calls["billing"], [key])

    def test_of_another_company_is_not_found(self, world: World) -> None:
        (key,) = prepared(world.calls["billing"])
        refused("not-found", ledger.approve_journals, build("OT").call, [key])


class TestLocks:
    def test_a_soft_locked_month_takes_only_what_comes_with_a_reason(self, world: World) -> None:
        november = period_of(world, DAY)
        key, other = prepared(world.calls["billing"], draft(), draft("5.00"))
        ledger.lock_period(world.calls["controller"], november)
        assert "soft-locked" in refused("ledger.period-closed", ledger.approve_journals, world.calls["controller"], [key]).message
        refused("access.not-permitted", ledger.approve_late, world.calls["cfo"], key, "Invoice came late")
        refused("ledger.reason-missing", ledger.approve_late, world.calls["controller"], key, "")
        posted = ledger.approve_late(world.calls["controller"], key, "Invoice came late")
        with within(world.call):
            assert JournalEntry.objects.get(id=posted.id).late_reason == "Invoice came late"
        with within(world.call), pytest.raises(DatabaseError), transaction.atomic():
            JournalEntry.objects.create(
                company_id=world.call.company.id, number="X", kind="manual", posting_date=DAY, document_date=DAY, text="", source="",
                by_name="",
            )  # fmt: skip
        ledger.close_period(world.calls["controller"], november)
        refused("ledger.period-closed", ledger.approve_late, world.calls["controller"], other, "Too late")
        ledger.reopen_period(world.calls["cfo"], november, "The auditor asked")
        ledger.lock_period(world.calls["controller"], november)
        ledger.unlock_period(world.calls["controller"], november)
        assert ledger.approve_journals(world.calls["controller"], [other])


class TestTheTrialBalance:
    def test_opens_a_new_year_without_income_and_names_what_earlier_years_earned(self, world: World) -> None:
        ledger.approve_journals(world.calls["controller"], prepared(world.calls["billing"]))
        with within(world.call):
            year = queries.trial_balance(world.call, dt.date(2026, 11, 1), dt.date(2026, 11, 30))
            new = queries.trial_balance(world.call, dt.date(2027, 1, 1), dt.date(2027, 1, 31))
            before = queries.trial_balance(world.call, DAY, DAY, known_at=world.call.at - dt.timedelta(days=9000))
            sheet = queries.account_sheet(world.call, "4970", dt.date(2026, 11, 1), dt.date(2026, 11, 30))
            opened = queries.account_sheet(world.call, "4970", dt.date(2027, 1, 1), dt.date(2027, 1, 31))
        assert year.holds
        assert new.holds
        assert {row.code: row.closing.amount for row in year.rows if row.closing} == {
            "1361": Decimal("-120.00"),
            "4970": Decimal("120.00"),
        }
        assert {row.code: row.opening.amount for row in new.rows if row.opening} == {"1361": Decimal("-120.00")}
        assert (year.retained.amount, new.retained.amount) == (0, Decimal("120.00"))
        assert not before.total("debit")
        assert [(row.running.amount, row.source[:4]) for row in sheet.page.rows] == [(Decimal("120.00"), "man_")]
        assert (sheet.closing.amount, opened.opening.amount) == (Decimal("120.00"), 0)


def _entry() -> rules.Entry:
    from tests.books import entry

    return entry()
