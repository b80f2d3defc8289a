"""What the stories are told with: each verb is one action of the product, done by the person who may do it, and prints what came of it.

Nothing is computed here: amounts, dates and sentences are what the product answers. Amounts are in the currency that the
column names, debit and credit as in any journal.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal

from duecourse.cash import actions as cash
from duecourse.cash import queries as cash_facts
from duecourse.core import ids
from duecourse.core.call import Call, within
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.core.reasons import Reason, say
from duecourse.credit import actions as credit
from duecourse.customers import queries as customer_facts
from duecourse.invoicing import actions as invoicing
from duecourse.invoicing import queries as invoice_facts
from duecourse.invoicing import rules as invoice_rules
from duecourse.kpis import actions as kpis
from duecourse.ledger import actions as ledger
from duecourse.ledger import queries as ledger_facts
from duecourse.orders import actions as orders
from duecourse.orders import queries as order_facts
from duecourse.receivables import queries as item_facts
from tests.bankfiles import Pay, camt
from tests.world import build

FIRST_DAY = dt.datetime(2026, 3, 2, 11, 0, tzinfo=dt.UTC)  # Monday noon in Lübeck
DOLLAR_MOVES = dt.date(2026, 4, 1)  # a euro is 1.10 dollars until then, 1.25 from then on
VERBS = (
    "accept", "ageing", "bank_file", "bill", "bill_again", "close_month", "confirm", "credit_note", "deliver", "items", "journal",
    "limit", "on", "order", "propose", "refused", "release", "reopen_month", "undo", "verify",
)  # fmt: skip


def show(head: Sequence[str], rows: Sequence[Sequence[object]], right: Sequence[int] = ()) -> None:
    """A table in plain text; columns of `right` are amounts."""
    cells = [[str(cell) for cell in row] for row in [head, *rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    for row in cells:
        padded = [
            cell.rjust(width) if place in right else cell.ljust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(padded).rstrip())


def amount(money: Money) -> str:
    return f"{money.amount:,}"


class Tale:
    """One company of tests.world on one day after the other."""

    def __init__(self) -> None:
        self.world = build(at=FIRST_DAY, dollar_moves=DOLLAR_MOVES)
        self.entries_shown: set[int] = set()
        self.statements = 0
        self.balances = {currency: Decimal(0) for currency in self.world.bank}
        with within(self.call):
            self.entries_shown = {entry.id for entry in ledger_facts.entries(self.call, limit=1000)}

    def verbs(self) -> dict[str, Callable[..., object]]:
        """The words that a story may use."""
        return {name: getattr(self, name) for name in VERBS}

    @property
    def call(self) -> Call:
        return self.world.call

    def by(self, role: str) -> Call:
        return self.world.calls[role]

    # -- the calendar and the terms of trade

    def on(self, day: str) -> None:
        """From here on it is that day, at noon UTC."""
        self.world = self.world.on(dt.date.fromisoformat(day))

    def limit(self, name: str, text: str, currency: str = "EUR") -> None:
        """The credit manager opens a credit account for a customer and sets its limit."""
        call = self.by("credit-manager")
        (key,) = credit.create_credit_accounts(call, [credit.NewCreditAccount(name, currency, [self.world.accounts[name]])])
        credit.set_limits(call, [credit.NewLimit(key, money(text, currency), call.today)])

    # -- selling

    def order(self, name: str, *lines: tuple[str, str], quiet: bool = False) -> int:
        """The order desk enters an order: (product, quantity) a line, prices from the list."""
        new = orders.NewOrder(
            self.call.today, [orders.NewOrderLine(product, Decimal(quantity)) for product, quantity in lines],
            account_id=self.world.accounts[name],
        )  # fmt: skip
        (key,) = orders.create_orders(self.by("order-desk"), [new])
        if quiet:
            return key
        with within(self.call):
            view = order_facts.view(self.call, order_facts.Order.objects.get(id=key))
        rows = [
            (
                line.description,
                f"{line.quantity.normalize():f}",
                f"{line.unit_price.normalize():,f}",
                amount(line.net),
                f"{line.tax_percent.normalize():f} %",
            )
            for line in view.lines
        ]
        show((view.number, "quantity", "price", "net", "tax"), rows, (1, 2, 3, 4))
        print(f"Net {amount(view.net)}, tax {amount(view.tax)}, gross {view.gross}")
        return key

    def confirm(self, key: int, quiet: bool = False) -> None:
        """The order desk asks for credit."""
        decision = orders.confirm_orders(self.by("order-desk"), [key])[key]
        if quiet:
            assert decision.accepted
            return
        print("Accepted." if decision.accepted else "On hold.")
        for finding in decision.findings:
            if finding.outcome != "passes" or decision.accepted:
                print(f"  {finding.outcome}: {say(finding.reason)}")
        for reason in decision.what_would_free:
            print(f"  would free it: {say(reason)}")

    def release(self, key: int, reason: str) -> None:
        """The credit manager lets a held order pass."""
        reserved = orders.release_order(self.by("credit-manager"), key, reason)
        print(f"Released; {reserved} reserved.")

    def deliver(self, key: int, *lines: tuple[int, str]) -> None:
        """Goods leave: everything that is left, or (line number, quantity)."""
        quantities = [(line, Decimal(quantity)) for line, quantity in lines]
        orders.deliver(
            self.by("order-desk"),
            [orders.NewDelivery(key, quantities) if quantities else orders.NewDelivery(key)],
            self.call.today,
        )

    def bill(self, day: str | None = None, quiet: bool = False) -> list[int]:
        """The billing clerk bills what is ready, dated today unless a day is said; invoice ids."""
        issued = dt.date.fromisoformat(day) if day else self.call.today
        done = invoicing.bill_ready(self.by("billing"), None, issued)
        if not quiet:
            self._documents(done.invoice_ids)
        return list(done.invoice_ids)

    def bill_again(self, invoice: int) -> int:
        """The billing clerk writes an invoice of the same lines, without an order."""
        with within(self.call):
            old = invoice_facts.invoice_for_caller(self.call, ids.outer("inv", invoice))
            lines = invoice_facts.lines(self.call, [invoice])[invoice]
        new = [
            invoice_rules.NewLine(
                line.description, line.quantity, line.unit, line.unit_price, line.tax_category, line.tax_percent
            )
            for line in lines
        ]
        terms = invoice_rules.Terms((old.due_date - old.issue_date).days)
        (key,) = invoicing.post_invoices(
            self.by("billing"),
            [invoice_rules.NewInvoice(old.customer_account_id, old.currency, self.call.today, old.delivery_date, terms, new)],
        )
        self._documents([key])
        return key

    def credit_note(self, invoice: int, reason: str, *lines: tuple[int, str]) -> int:
        """The billing clerk credits lines of an invoice (line number, quantity), or all that is left of it."""
        quantities = {line: Decimal(quantity) for line, quantity in lines} or None
        (key,) = invoicing.post_credit_notes(
            self.by("billing"), [invoice_rules.NewCreditNote(invoice, reason, self.call.today, quantities)]
        )
        self._documents([key])
        return key

    def _documents(self, keys: Sequence[int]) -> None:
        with within(self.call):
            found = [invoice_facts.invoice_for_caller(self.call, ids.outer("inv", key)) for key in keys]
        rows = [
            (
                row.number,
                row.buyer["name"],
                row.currency,
                f"{row.net:,.2f}",
                f"{row.tax:,.2f}",
                f"{row.gross:,.2f}",
                row.due_date,
                row.discount_until or "",
            )
            for row in found
        ]
        show(("number", "customer", "", "net", "tax", "gross", "due", "discount until"), rows, (3, 4, 5))

    # -- cash

    def bank_file(self, name: str, text: str, words: str, currency: str = "EUR", day: str | None = None) -> int:
        """The cash-application clerk takes a bank statement of a day with one payment of that customer; the payment's id."""
        world, booked = self.world, dt.date.fromisoformat(day) if day else self.call.today
        with within(self.call):
            holder = customer_facts.accounts_by_id(self.call, [world.accounts[name]])[world.accounts[name]].name
        paid = text.replace(",", "")
        line = Pay(
            paid, holder, words, world.payer_accounts[name] if world.payer_accounts[name][:2].isalpha() else "", day=booked
        )
        data = camt(
            world.bank_numbers[currency], [line], str(self.balances[currency]), str(self.statements + 1), booked, currency
        )
        cash.take_file(self.by("cash-application"), f"statement-{self.statements + 1}.xml", data)
        self.statements += 1
        self.balances[currency] += Decimal(paid)
        with within(self.call):
            (row,) = cash_facts.rows(self.call, "all", sort="-number", size=1).rows
        return int(row.payment.id)

    def propose(self, payment: int) -> None:
        """What the product thinks the payment pays, and why."""
        best = self._bench(payment).proposals[0]
        rows = [
            (
                line.item.number if line.item else "",
                amount(line.applied),
                line.residual_kind,
                amount(line.residual) if line.residual else "",
            )
            for line in best.lines
        ]
        show(("item", "falls by", "difference", ""), rows, (1, 3))
        for reason in best.reasons:
            print(f"  {say(reason, show=self._named(reason))}")

    def _named(self, reason: Reason) -> Callable[[object], str]:
        """Reasons know customers by the key of their account; a person reads the name, as on screen."""
        keys = {str(reason.params[name]) for name in ("customer", "payer") if name in reason.params}
        with within(self.call):
            names = {
                str(key): view.name for key, view in customer_facts.accounts_by_id(self.call, [int(key) for key in keys]).items()
            }
        return lambda value: names.get(str(value), str(value)) if str(value) in keys else str(value)

    def accept(self, payment: int) -> None:
        """The clerk accepts the best proposal."""
        best = self._bench(payment).proposals[0]
        assert best.account is not None, "no proposal names a customer"
        done = cash.apply_payment(
            self.by("cash-application"), payment, best.account.id, best.apply_lines, tier=best.tier, reasons=best.reasons
        )
        print(f"{done.state.capitalize()}; {done.rest} left on account.")

    def _bench(self, payment: int) -> cash_facts.Workbench:
        with within(self.call):
            return cash_facts.workbench(self.call, payment)

    def undo(self, payment: int, reason: str) -> None:
        """The clerk takes back what was done with a payment."""
        cash.unapply(self.by("cash-application"), payment, reason)

    # -- looking

    def ageing(self, day: str | None = None) -> None:
        """Who owed what on a day, by how late it was."""
        on = dt.date.fromisoformat(day) if day else self.call.today
        with within(self.call):
            found = item_facts.ageing(self.call, on)
            accounts = customer_facts.accounts_by_id(self.call, [row.customer_account_id for row in found])
        rows = [
            (accounts[row.customer_account_id].name, row.currency, *(amount(bucket) for bucket in row.buckets), amount(row.total))
            for row in found
        ]
        head = (f"on {on}", "", "not due", "1-30", "31-60", "61-90", "over 90", "total")
        show(head, rows or [("nothing is open", *[""] * 7)], range(2, 8))

    def items(self, name: str, day: str | None = None) -> None:
        """A customer's items, those that are settled too."""
        on = dt.date.fromisoformat(day) if day else self.call.today
        with within(self.call):
            found = item_facts.items(self.call, on, account_ids=[self.world.accounts[name]], closed=True)
        rows = [
            (item.number, item.kind, item.due_date, amount(item.amount), amount(item.open))
            for item in sorted(found, key=lambda item: item.id)
        ]
        show(("number", "kind", "due", "amount", "open"), rows, (3, 4))

    def journal(self, quiet: bool = False) -> None:
        """Every entry posted since the journal was last shown, in the company's currency; quiet: they count as shown."""
        with within(self.call):
            new = [entry for entry in ledger_facts.entries(self.call, limit=1000) if entry.id not in self.entries_shown]
        self.entries_shown |= {entry.id for entry in new}
        for entry in sorted([] if quiet else new, key=lambda entry: entry.id):
            print(f"{entry.number}  {entry.posting_date}  {entry.text}")
            rows = [
                (
                    f"  {code} {name}",
                    amount(company) if company.amount > 0 else "",
                    amount(-company) if company.amount < 0 else "",
                )
                for code, name, _, company, _ in entry.lines
            ]
            width = max(48, *(len(row[0]) for row in rows))
            for text, debit, left in rows:
                print(f"{text.ljust(width)}{debit.rjust(12)}{left.rjust(12)}".rstrip())

    def refused(self, work: Callable[..., object], *arguments: object) -> None:
        """Do something that the product must refuse, and print what it says."""
        try:
            work(*arguments)
        except Refused as no:
            print(f"{no.code}: {no.message}")
            return
        raise AssertionError("nothing was refused")

    def verify(self) -> None:
        """The verifier recomputes every stored total."""
        broken = [verdict for verdict in kpis.verify(self.by("controller")) if not verdict.holds]
        print("Ties out." if not broken else f"Does not tie out: {broken}")

    # -- the books

    def close_month(self, day: str) -> None:
        """The controller closes the period of a day."""
        ledger.close_period(self.by("controller"), self._period(day))

    def reopen_month(self, day: str) -> None:
        """The CFO opens it again."""
        ledger.reopen_period(self.by("cfo"), self._period(day), "An invoice was forgotten")

    def _period(self, day: str) -> str:
        wanted = dt.date.fromisoformat(day)
        with within(self.call):
            (found,) = [period for period in ledger_facts.periods(self.call) if period.start_date <= wanted < period.end_date]
        return ids.outer("prd", found.id)


def money(text: str, currency: str = "EUR") -> Money:
    return Money(Decimal(text.replace(",", "")), currency)
