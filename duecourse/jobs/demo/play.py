"""Play twelve months: orders, credit decisions, deliveries, bills, bank statements and payments, twice a week, in batches."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from zoneinfo import ZoneInfo

from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.invoicing import actions as invoicing
from duecourse.invoicing import queries as invoice_facts
from duecourse.invoicing import rules as invoice_rules
from duecourse.jobs.demo import calls, cast
from duecourse.jobs.demo.found import found_company
from duecourse.jobs.demo.payers import Expected, expected_payments
from duecourse.jobs.demo.till import Till
from duecourse.kpis import actions as kpis
from duecourse.ledger import actions as ledger
from duecourse.ledger import queries as ledger_facts
from duecourse.orders import actions as orders
from duecourse.orders import rules as order_rules
from duecourse.receivables import actions as receivables
from duecourse.receivables import queries as item_facts
from duecourse.receivables import rules as item_rules

ZONE = ZoneInfo("Europe/Berlin")
WEEKS = 52
WEEKLY = 13  # the last weeks are played week by week, those before in pairs
LATELY = 4  # and the very last twice a week
ORDERS_A_STEP = 37
Tell = Callable[[str], None]


@dataclass
class Play:
    """The state of the play: who is there, which orders are on their way, which payments are still to come."""

    luck: random.Random
    calls: Mapping[str, Call]
    customers: Sequence[cast.Customer]
    accounts: Mapping[str, int]  # customer number → account id
    till: Till
    today: dt.date
    now: dt.datetime
    to_deliver: list[int] = field(default_factory=list)
    held: dict[int, int] = field(default_factory=dict)  # order id → steps on hold
    expected: list[Expected] = field(default_factory=list)
    invoices: int = 0

    def by(self, role: str, day: dt.date, hour: int, minute: int = 0) -> Call:
        """The call of a person with this role at a time of a day."""
        at = dt.datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE).astimezone(dt.UTC)
        return replace(self.calls[role], at=min(at, self.now))  # nothing happens in the future, however early it is today


def build(now: dt.datetime, weeks: int = WEEKS, orders_a_step: int = ORDERS_A_STEP, tell: Tell = print) -> Call:
    """Build the demo company up to the business day of `now`; the controller's call. The same seed plays the same year."""
    luck = random.Random(cast.SEED)  # noqa: S311 - a play, not a secret
    today = now.astimezone(ZONE).date()
    first = today - dt.timedelta(weeks=weeks)
    customers = cast.customers(luck)
    tell("Founding the company, its customers and products …")
    calls, accounts = found_company(now, first, today, customers, luck)
    till = Till(luck, {customer.number: customer for customer in customers}, accounts)
    play = Play(luck, calls, customers, accounts, till, today, now)
    steps = _steps(first, today)
    for place, (day, share) in enumerate(steps):
        last = place == len(steps) - 1
        _step(play, day, orders_a_step * share, last)
        if place % 10 == 9:
            tell(f"Played to {day:%d %b %Y}: {play.invoices} invoices, {till.receipts} payments")
    _finish(play, today)
    tell(f"Twelve months are played: {play.invoices} invoices, {till.receipts} payments.")
    return play.by("controller", today, min(now.astimezone(ZONE).hour, 23))


def _steps(first: dt.date, today: dt.date) -> list[tuple[dt.date, int]]:
    """When something happens, and for how many half weeks it stands: every other Tuesday long ago, then weekly, lately Tuesdays
    and Fridays, and today."""
    steps, share = [], 0
    for offset in range((today - first).days):
        day = first + dt.timedelta(days=offset)
        share += day.weekday() in (1, 4)
        weeks_ago = (today - day).days // 7
        due = day.weekday() == 1 and (weeks_ago < WEEKLY or weeks_ago % 2 == 0)
        if share and (due or (day.weekday() == 4 and weeks_ago < LATELY)):
            steps.append((day, share))
            share = 0
    return [*steps, (today, 1)]


def _step(play: Play, day: dt.date, many: int, last: bool) -> None:
    share = 1.0 if day < play.today - dt.timedelta(days=5) else 0.4  # the newest payments wait for whoever opens the demo
    play.till.take(play.by("cash-application", day, 8, 30), play.expected, day, share)
    play.expected = [payment for payment in play.expected if payment.day > day]
    _decide_holds(play, day, last)
    _deliver(play, day)
    if not last:
        _bill(play, day)
    _order(play, day, many if not last else many // 2, last)


def _order(play: Play, day: dt.date, many: int, last: bool) -> None:
    desk = play.by("order-desk", day, 10, 15)
    buyers = play.luck.choices(play.customers, [float(customer.size) for customer in play.customers], k=many)
    new = [
        order_rules.NewOrder(
            requested_date=day + dt.timedelta(days=play.luck.choice([2, 3, 5, 7])),
            lines=_lines(play.luck, customer),
            account_id=play.accounts[customer.number],
            purchase_order=f"PO-{play.luck.randrange(10000, 99999)}" if play.luck.random() < 0.6 else "",
        )
        for customer in buyers
    ]
    made = orders.create_orders(desk, new)
    confirmed = made[: len(made) - 5] if last else made  # a few drafts wait for the order desk
    decisions = orders.confirm_orders(replace(desk, at=min(desk.at + dt.timedelta(minutes=7), play.now)), confirmed)
    for order_id, decision in decisions.items():
        if decision.accepted:
            play.to_deliver.append(order_id)
        else:
            play.held[order_id] = 0


def _lines(luck: random.Random, customer: cast.Customer) -> list[order_rules.NewOrderLine]:
    goods = luck.sample(cast.PRODUCTS[:-1], luck.choice([1, 2, 3, 3, 4]))
    lines = []
    for number, _, _, _, price in goods:
        many = max(1, int(customer.size * luck.randrange(300, 1500) / Decimal(price)))
        lines.append(order_rules.NewOrderLine(number, Decimal(many)))
    if luck.random() < 0.4:
        lines.append(order_rules.NewOrderLine("90001", Decimal(1)))
    return lines


def _decide_holds(play: Play, day: dt.date, last: bool) -> None:
    """The credit manager releases most holds after a few days; near the end they are left for whoever opens the demo."""
    manager = play.by("credit-manager", day, 11, 5)
    for order_id in list(play.held):
        play.held[order_id] += 1
        if last or play.held[order_id] < 2 or day > play.today - dt.timedelta(days=14):
            continue
        del play.held[order_id]
        if play.luck.random() < 0.75:
            reason = play.luck.choice(["Payment announced for this week", "Good payer, season peak", "Oldest item is in dispute"])
            orders.release_order(manager, order_id, reason, day + dt.timedelta(days=120))
            play.to_deliver.append(order_id)
        else:
            orders.reject_order(manager, order_id, "No payment in sight")


def _deliver(play: Play, day: dt.date) -> None:
    desk = play.by("order-desk", day, 14, 20)
    now = [order_id for order_id in play.to_deliver if play.luck.random() < 0.85]
    play.to_deliver = [order_id for order_id in play.to_deliver if order_id not in set(now)]
    if now:
        orders.deliver(desk, [order_rules.NewDelivery(order_id) for order_id in now], day)


def _bill(play: Play, day: dt.date) -> None:
    clerk = play.by("billing", day, 16, 10)
    while True:
        result = invoicing.bill_ready(clerk, None, day)
        if result.invoice_ids:
            sent = replace(clerk, at=min(clerk.at + dt.timedelta(minutes=4), play.now))
            invoicing.send_invoices(sent, result.invoice_ids)
            posted = invoice_facts.billed(clerk, result.invoice_ids)
            numbers = {account: number for number, account in play.accounts.items()}
            by_number = {customer.number: customer for customer in play.customers}
            pairs = [(invoice, by_number[numbers[invoice.customer_account_id]]) for invoice in posted]
            play.expected += expected_payments(play.luck, pairs, day, play.today)
            play.invoices += len(posted)
            _credit_some(play, day, [invoice.id for invoice in posted])
        if not result.left:
            return


def _credit_some(play: Play, day: dt.date, invoice_ids: Sequence[int]) -> None:
    """One or two in a hundred are credited in part, soon after: the payer knows and pays the rest."""
    chosen = [invoice_id for invoice_id in invoice_ids if play.luck.random() < 0.012]
    if not chosen:
        return
    lines = invoice_facts.lines(play.calls["billing"], chosen)
    notes = []
    for invoice_id in chosen:
        line = play.luck.choice(lines[invoice_id])
        notes.append(invoice_rules.NewCreditNote(invoice_id, "Goods returned", day, {line.line_number: line.quantity}))
    clerk = play.by("billing", day, 17, 0)
    made = invoicing.post_credit_notes(clerk, notes)
    less = {note.credited_id: -note.gross.amount for note in invoice_facts.billed(clerk, made)}
    for payment in play.expected:
        payment.less_credit(less)


def _finish(play: Play, today: dt.date) -> None:
    """Disputes are marked, old months are closed, and the books are checked."""
    collector = play.by("collector", today, 9, 40)
    for customer in play.customers:
        if customer.disputes:
            late = [
                item
                for item in item_facts.items(collector, today, account_ids=[play.accounts[customer.number]])
                if item.late_days > 0 and item.amount.amount > 0
            ]
            receivables.set_marks(
                collector,
                [
                    item_rules.NewMark(
                        item_id=item.id,
                        kind="disputed",
                        from_date=today - dt.timedelta(days=9),
                        money=item.open,
                        value="Goods damaged",
                    )
                    for item in late[:2]
                ],
            )
    calls.log_calls(
        lambda day, hour: play.by("credit-manager" if day == today else "collector", day, hour),
        today,
        sorted(play.accounts.values()),
    )
    controller = play.by("controller", today, 9, 55)
    for period in ledger_facts.periods(controller):
        if period.end_date < today - dt.timedelta(days=70) and period.state == "open":
            ledger.close_period(controller, ids.outer("prd", period.id))
    kpis.verify(controller)
