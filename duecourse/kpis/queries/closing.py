"""Is a month complete? Each answer is computed from facts, with how many are missing and where they are."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from duecourse.bank import queries as bank_facts
from duecourse.cash import queries as cash_facts
from duecourse.core import ids
from duecourse.core.call import Call, require
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.kpis.queries.figures import last_verdict
from duecourse.ledger import queries as ledger_facts
from duecourse.ledger.queries import PeriodView
from duecourse.orders import queries as order_facts


@dataclass(frozen=True, slots=True)
class MonthCheck:
    """One line of the list: `state` is done, open or told; `many` how much is missing, `names` of what."""

    name: str  # ties-out, payments, deliveries, orders, statements, rates, journals, earlier, late, export
    state: str
    many: int = 0
    money: Money | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MonthClose:
    """A month with its checks; entries posted after its soft lock; what earlier and later months are."""

    period: PeriodView
    checks: tuple[MonthCheck, ...]
    late: tuple[ledger_facts.EntryView, ...]

    @property
    def outer_id(self) -> str:
        return ids.outer("prd", self.period.id)

    @property
    def last(self) -> dt.date:
        """Its last day."""
        return self.period.end_date - dt.timedelta(days=1)

    @property
    def open_checks(self) -> int:
        return sum(1 for check in self.checks if check.state == "open")


def month_close(call: Call, day: dt.date) -> MonthClose:
    """The month of a day with everything that is to be done before it is closed; a constant number of queries.

    Errors: Refused('ledger.period-missing').
    """
    require(call, "ledger.read")
    periods = ledger_facts.periods(call)
    period = next((one for one in periods if one.start_date <= day < one.end_date), None)
    if period is None:
        raise Refused(
            "ledger.period-missing", f"There is no posting period for {day.isoformat()}. A controller opens it under Periods."
        )
    last = period.end_date - dt.timedelta(days=1)
    late = tuple(ledger_facts.late_entries(call, period.start_date, last))
    return MonthClose(period, tuple(_checks(call, period, last, periods, len(late))), late)


def _checks(call: Call, period: PeriodView, last: dt.date, periods: Sequence[PeriodView], late: int) -> Iterator[MonthCheck]:
    verdict = last_verdict(call)
    yield MonthCheck("ties-out", "done" if verdict is not None and verdict.holds else "open", 0 if verdict is not None else 1)
    many, money = cash_facts.unidentified(call, last)
    yield MonthCheck("payments", "open" if many else "done", many, money)
    many = order_facts.ready_count(call, last)
    yield MonthCheck("deliveries", "open" if many else "done", many)
    many = order_facts.counts(call).get("draft", 0)
    yield MonthCheck("orders", "told" if many else "done", many)
    missing = _incomplete(call, last)
    yield MonthCheck("statements", "open" if missing else "done", len(missing), names=missing)
    missing = _without_rates(call, last)
    yield MonthCheck("rates", "open" if missing else "done", len(missing), names=missing)
    counts = ledger_facts.journal_counts(call, last)
    many = counts.get("draft", 0) + counts.get("waiting", 0) + counts.get("rejected", 0)
    yield MonthCheck("journals", "open" if many else "done", many)
    earlier = [one for one in periods if one.end_date <= period.start_date and one.state != "hard"]
    yield MonthCheck("earlier", "told" if earlier else "done", len(earlier))
    yield MonthCheck("late", "told" if late else "done", late)
    left = [
        form
        for form in ("csv", "datev")
        if (one := ledger_facts.last_export(call, period.start_date, last, form)) and not one.new
    ]
    yield MonthCheck("export", "done" if left else "told", names=tuple(left))


def _incomplete(call: Call, last: dt.date) -> tuple[str, ...]:
    """Own bank accounts whose newest statement ends before the month does."""
    accounts = ledger_facts.bank_accounts(call)
    closings = bank_facts.closing_balances(call, [account.id for account in accounts])
    return tuple(
        account.name for account in accounts if max((day for day, _ in closings.get(account.id, [])), default=dt.date.min) < last
    )


def _without_rates(call: Call, last: dt.date) -> tuple[str, ...]:
    """Currencies of own bank accounts, and the company's, that no rate is known for at the month's end."""
    currencies = sorted({account.currency for account in ledger_facts.bank_accounts(call)} - {call.company.currency})
    missing = []
    for currency in currencies:
        try:
            ledger_facts.rates(call, [currency], last)
        except Refused:
            missing.append(currency)
    return tuple(missing)
