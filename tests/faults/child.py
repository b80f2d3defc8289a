"""Another process that does one thing on the test's database, told by `go` when; see tests.books.child.

The company is always the first one of the database, the business day that of tests.world.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Callable
from decimal import Decimal

import django

django.setup()

from duecourse.access import queries as access_facts  # noqa: E402
from duecourse.cash import actions as cash  # noqa: E402
from duecourse.cash import queries as cash_facts  # noqa: E402
from duecourse.cash.rules import ApplyLine, ApplyRequest  # noqa: E402
from duecourse.core.call import Call, within  # noqa: E402
from duecourse.invoicing import actions as invoicing  # noqa: E402
from duecourse.invoicing import rules  # noqa: E402
from duecourse.jobs.imports import open_items as extract  # noqa: E402
from duecourse.ledger import actions as ledger  # noqa: E402
from duecourse.receivables import actions as receivables  # noqa: E402
from duecourse.receivables import queries as item_facts  # noqa: E402
from tests.bankfiles import Pay, camt  # noqa: E402
from tests.books import entry  # noqa: E402
from tests.world import NOON, OWN_BANK  # noqa: E402


def new_invoice(account_id: int, day: dt.date, price: str = "100.00") -> rules.NewInvoice:
    lines = [rules.NewLine("Elbow fitting", Decimal(3), "pc", Decimal(price), "S", Decimal(19))]
    return rules.NewInvoice(account_id, "EUR", day, day, rules.Terms(30), lines)


def post_one(call: Call, account: str, day: str) -> str:
    """One invoice on a day; its number."""
    invoicing.post_invoices(call, [new_invoice(int(account), dt.date.fromisoformat(day))])
    return "done"


def post_entry(call: Call, day: str) -> str:
    return ledger.post_entries(call, [entry(day=dt.date.fromisoformat(day))])[0].number


def post_invoices(call: Call, account: str, count: str) -> str:
    """Three batches, acknowledged one by one."""
    for _ in range(3):
        keys = invoicing.post_invoices(call, [new_invoice(int(account), call.today) for _ in range(int(count))])
        print(f"posted {len(keys)}", flush=True)
    return "done"


def bill_ready(call: Call) -> str:
    while (result := invoicing.bill_ready(call, None, call.today)).left:
        pass
    return f"billed {len(result.invoice_ids)}"


def bank_file(count: int) -> bytes:
    return camt(OWN_BANK["EUR"], [Pay("119.00", f"Payer {place}", f"text {place}") for place in range(count)])


def take_file(call: Call, count: str) -> str:
    return f"took {cash.take_file(call, 'a.xml', bank_file(int(count))).payments}"


def apply_payments(call: Call, account: str) -> str:
    """Every open payment against the open item of the same place."""
    with within(call):
        payments = [row.payment.id for row in cash_facts.rows(call, "work", sort="number", size=200).rows]
        items = item_facts.items(call, call.today, account_ids=[int(account)])
    requests = [
        ApplyRequest(payment_id=payment, customer_account_id=int(account), lines=[ApplyLine(item.id, item.open)])
        for payment, item in zip(payments, items, strict=False)
    ]
    return f"applied {len(cash.apply_payments(call, requests))}"


def extract_of(count: int) -> bytes:
    head = "business_code,cust_number,name_customer,business_year,doc_id,document_create_date.1,due_in_date,invoice_currency,total_open_amount,isOpen"
    rows = [f"U001,{place % 40 + 900},Firm {place % 40},2026,{place},2026-10-01,2026-10-31,EUR,10.00,1" for place in range(count)]
    return "\n".join([head, *rows]).encode()


def take_over(call: Call, count: str) -> str:
    items = extract.read(extract_of(int(count)), "items.csv").items
    done = receivables.take_over_items(call, items, extract.SYSTEM, call.today, "NET30")
    return f"took {done.items}, knew {done.known}"


SCENARIOS: dict[str, Callable[..., str]] = {
    work.__name__: work for work in (post_one, post_entry, post_invoices, bill_ready, take_file, apply_payments, take_over)
}


def main(scenario: str, company: str, *arguments: str) -> None:
    call = access_facts.system_call(int(company), NOON, "Child")
    work = SCENARIOS[scenario]
    print("ready", flush=True)
    sys.stdin.readline()
    print(work(call, *arguments), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
