"""Keeping books: the VAT report and the checks of a month before it is closed."""

from __future__ import annotations

from duecourse.api.books import Span
from duecourse.api.door import Door
from duecourse.api.shapes import Day, In, MoneyOut, Out, decimal, money, money_or_none, outer_id
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.kpis import queries as kpi_facts
from duecourse.ledger import queries

room = Door("Books")


class TaxPartOut(Out):
    what: str
    base: MoneyOut
    tax: MoneyOut


class TaxRowOut(Out):
    """One category and rate; what is owed to the state is positive."""

    category: str
    percent: str
    treatment: str
    base: MoneyOut
    tax: MoneyOut
    rounding: MoneyOut
    parts: list[TaxPartOut]


class EuSaleOut(Out):
    """A buyer in another country of the EU; `problem` when it cannot be reported like this."""

    tax_id: str
    country: str
    number: str
    name: str
    base: MoneyOut
    problem: str


class VatReportOut(Out):
    """`moved` on the tax accounts = `tax` + `unnamed` (lines without a category) + `difference` (zero)."""

    base: MoneyOut
    tax: MoneyOut
    moved: MoneyOut
    unnamed: MoneyOut
    difference: MoneyOut
    rows: list[TaxRowOut]
    eu_sales: list[EuSaleOut]


class MonthCheckOut(Out):
    name: str
    state: str
    many: int
    money: MoneyOut | None
    names: list[str]


class MonthCloseOut(Out):
    """What is to be done before a month is closed."""

    period: str = outer_id("prd")
    state: str
    checks: list[MonthCheckOut]
    posted_late: list[str]


@room.get("/books/vat", "ledger.read", VatReportOut)
def get_vat_report(call: Call, query: Span) -> VatReportOut:
    """Base and tax by category and rate, EU supplies by buyer, and what the tax accounts moved."""
    found = queries.vat_report(call, query.first, query.last)
    return VatReportOut(
        base=money(found.base), tax=money(found.tax), moved=money(found.moved), unnamed=money(found.unnamed), difference=money(found.apart),
        rows=[
            TaxRowOut(
                category=row.category, percent=decimal(row.percent), treatment=row.treatment, base=money(row.base), tax=money(row.tax),
                rounding=money(row.rounding), parts=[TaxPartOut(what=one.what, base=money(one.base), tax=money(one.tax)) for one in row.parts],
            )
            for row in found.rows
        ],
        eu_sales=[
            EuSaleOut(tax_id=one.tax_id, country=one.country, number=one.number, name=one.name, base=money(one.base), problem=one.problem)
            for one in found.eu_sales
        ],
    )  # fmt: skip


class MonthIn(In):
    """Any day of the month."""

    day: Day


@room.get("/books/month-close", "ledger.read", MonthCloseOut)
def get_month_close(call: Call, query: MonthIn) -> MonthCloseOut:
    """The checks of a month, computed from facts, and the entries that were posted after its soft lock."""
    found = kpi_facts.month_close(call, query.day)
    return MonthCloseOut(
        period=found.outer_id, state=found.period.state, posted_late=[ids.outer("jrn", entry.id) for entry in found.late],
        checks=[
            MonthCheckOut(name=one.name, state=one.state, many=one.many, money=money_or_none(one.money), names=list(one.names))
            for one in found.checks
        ],
    )  # fmt: skip
