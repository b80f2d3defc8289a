"""The verifier: looks at every invariant, keeps the verdicts, and so lets posting go on or stops it."""

from __future__ import annotations

from decimal import Decimal

from duecourse.bank import queries as bank_facts
from duecourse.cash import queries as cash_facts
from duecourse.core import events, ids, invariants
from duecourse.core.call import Call, action
from duecourse.core.invariants import Check, Verdict
from duecourse.core.money import Money
from duecourse.core.reasons import N_
from duecourse.invoicing import queries as invoice_facts
from duecourse.kpis import queries
from duecourse.ledger import queries as ledger_facts
from duecourse.orders import queries as order_facts
from duecourse.receivables import queries as item_facts


def _control_account(call: Call) -> tuple[int, list[str]]:
    open_items, many = item_facts.totals(call)
    return many, _differ("open items", open_items, "receivables account", ledger_facts.balance_of(call, "receivables"))


def _control_by_account(call: Call) -> tuple[int, list[str]]:
    """The same for every customer account and currency, so that two errors cannot hide each other."""
    open_items, booked = item_facts.sums_of_all(call), ledger_facts.control_sums(call)
    nothing = (Decimal(0), Decimal(0))
    broken = []
    for account, currency in sorted(open_items.keys() | booked.keys(), key=str):
        left, right = open_items.get((account, currency), nothing), booked.get((account, currency), nothing)
        if left != right:
            name = ids.outer("acc", account) if account else "no customer"
            base = call.company.currency
            broken.append(
                f"{name}: open {left[0]} {currency} ({left[1]} {base}), booked {right[0]} {currency} ({right[1]} {base})"
            )
    return len(open_items.keys() | booked.keys()), broken[:10]


def _trial_balance(call: Call) -> tuple[int, list[str]]:
    accounts = ledger_facts.balances(call)
    total = Money.total((balance for _, balance in accounts), call.company.currency)
    return len(accounts), _differ("sum of all accounts", total, "zero", Money.zero(call.company.currency))


def _cash_clearing(call: Call) -> tuple[int, list[str]]:
    many, waiting = cash_facts.unidentified(call)
    return many, _differ("payments without a customer", waiting, "cash clearing", -ledger_facts.balance_of(call, "cash-clearing"))


def _bank(call: Call) -> tuple[int, list[str]]:
    """The books against the newest statement of each account; payments recorded by hand stand on none."""
    booked, by_hand = ledger_facts.bank_balances(call), cash_facts.recorded_by_hand(call)
    closing = bank_facts.closing_balances(call, booked)
    broken = []
    for account, statements in closing.items():
        currency = booked[account].currency
        _, newest = max(enumerate(statements), key=lambda one: (one[1][0], one[0]))
        expected = Money(newest[1], currency) + by_hand.get(account, Money.zero(currency))
        broken += _differ("books", booked[account], f"statement of {newest[0].isoformat()}", expected)
    return len(closing), broken


def _differ(one: str, left: Money, other: str, right: Money) -> list[str]:
    return [] if left == right else [f"{one} {left}, {other} {right}: {left - right} apart"]


CHECKS: tuple[Check, ...] = (
    Check("items-rest", N_("What is open of each item is its amount less what was allocated to it."), item_facts.broken_rests),
    Check("items-control-account", N_("All open items together are the balance of the receivables account."), _control_account),
    Check(
        "clearings-covered",
        N_("Every clearing settles items by exactly what payments and credits gave."),
        item_facts.uncovered_clearings,
    ),
    Check(
        "items-by-account",
        N_("What is open of each customer in each currency is what the receivables account says of it."),
        _control_by_account,
    ),
    Check(
        "entries-balance", N_("In every journal entry debits equal credits, in each currency."), ledger_facts.unbalanced_entries
    ),
    Check(
        "account-sums",
        N_("The stored sums of each customer are what its open items add up to, by age."),
        item_facts.broken_sums,
    ),
    Check(
        "document-sums",
        N_("The stored sums of invoices and credit notes are what their items add up to."),
        item_facts.broken_document_sums,
    ),
    Check("trial-balance", N_("All accounts together come to zero."), _trial_balance),
    Check("journal-numbers", N_("Journal numbers run without gaps."), ledger_facts.number_gaps),
    Check("invoice-numbers", N_("Numbers of invoices and credit notes run without gaps."), invoice_facts.number_gaps),
    Check(
        "invoice-items",
        N_("Every invoice adds up and is in the books and among the open items with its total."),
        invoice_facts.broken_invoices,
    ),
    Check("cash-clearing", N_("Payments without a customer are exactly what the cash clearing account holds."), _cash_clearing),
    Check("bank-statements", N_("The books’ bank balances are the last statements’ closing balances."), _bank),
    Check(
        "reservations",
        N_("What orders reserve of the credit is what is open and not billed of them."),
        order_facts.broken_reservations,
    ),
)


@action
def verify(call: Call) -> list[Verdict]:
    """Look at every invariant and keep the verdicts. A broken one that guards posting stops posting until it holds again."""
    verdicts = invariants.run(call, CHECKS)
    before = queries.last_verdict(call)
    invariants.keep(call, verdicts, CHECKS)
    broken = [verdict.name for verdict in verdicts if not verdict.holds]
    if before is None or before.holds != (not broken):
        events.record(
            call, "kpis.books-verified", [ids.outer("cmp", call.company.id)], {"broken": broken, "first": before is None}
        )
    return verdicts
