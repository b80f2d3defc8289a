"""One payment on the workbench: how it was read, what it may pay, what would be posted, what was done."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from duecourse.cash import rules
from duecourse.cash.models import Application, Proposal
from duecourse.cash.queries import facts
from duecourse.cash.queries.lists import PaymentView, view
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.core.reasons import Reason, from_json
from duecourse.customers import queries as customer_facts
from duecourse.customers.rules import AccountView
from duecourse.ledger import queries as ledger_facts
from duecourse.ledger import rules as ledger_rules
from duecourse.receivables import queries as receivable_facts
from duecourse.receivables import rules as receivable_rules
from duecourse.receivables.queries import ItemView

_NOT_YET = 0  # stands for the item that a payment gets when it is applied


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of the remittance text; `kind` is empty or what was recognised there (rules.Hit), with the items it names."""

    text: str
    kind: str = ""
    item_ids: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class LineView:
    """One line of a proposal. Without an item all of it is residual."""

    item: ItemView | None
    applied: Money
    residual_kind: str
    residual: Money


@dataclass(frozen=True, slots=True)
class PostingView:
    """One line that would be posted: debit positive, credit negative."""

    account_code: str
    account_name: str
    purpose: str
    money: Money
    company_money: Money


@dataclass(frozen=True, slots=True)
class ProposalView:
    """One way to use the payment. `apply_lines` go to `apply_payment` as they are; empty when it pays no item.

    `postings` is what applying it would post, empty when it cannot be applied (`obstacle` says why).
    """

    rank: int
    decision: str
    tier: str
    confidence: Decimal
    account: AccountView | None
    lines: tuple[LineView, ...]
    apply_lines: tuple[rules.ApplyLine, ...]
    reasons: tuple[Reason, ...]
    postings: tuple[PostingView, ...]
    obstacle: str


@dataclass(frozen=True, slots=True)
class WorkItem:
    """An open item of the customer: `discount` is what its terms allow on what is open, in time or not."""

    item: ItemView
    discount: Money | None
    discount_in_time: bool
    proposed: bool  # by the best proposal


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """What the payment was applied to: (number, cause, money), and whether and why it was undone."""

    id: int
    clearing_id: int
    tier: str
    posted_alone: bool
    reasons: tuple[Reason, ...]
    by_name: str
    at: dt.datetime
    undone_reason: str
    is_undone: bool
    allocations: tuple[tuple[str, str, Money], ...]


@dataclass(frozen=True, slots=True)
class Workbench:
    """All that the workbench shows of one payment."""

    payment: PaymentView
    segments: tuple[Segment, ...]
    proposals: tuple[ProposalView, ...]
    account: AccountView | None  # of the payment, else of the best proposal
    items: tuple[WorkItem, ...]
    applications: tuple[ApplicationView, ...]


def workbench(call: Call, payment_id: int, customer_account_id: int | None = None, items_max: int = 200) -> Workbench:
    """A payment with its proposals; the open items are those of `customer_account_id`, else of its customer, else of the best
    proposal's. A fixed number of queries. Errors: Refused('not-found')."""
    payment = view(call, payment_id)
    found = list(
        Proposal.objects.filter(company_id=call.company.id, payment_id=payment_id).select_related("payment").order_by("rank")
    )
    wanted = customer_account_id or payment.customer_account_id or (found[0].customer_account_id if found else None)
    accounts = customer_facts.accounts_by_id(call, {row.customer_account_id or 0 for row in found} | {wanted or 0})
    if customer_account_id is not None and customer_account_id not in accounts:
        raise ids.not_found("acc")
    cited = {ids.inner("itm", line[0]) for row in found for line in row.lines if line[0] is not None}
    items = facts.items_by_id(call, cited)
    open_items = receivable_facts.items(call, call.today, account_ids=[wanted] if wanted else [], limit=items_max)
    chosen = {line.item_id for line in facts.apply_lines(found[0])} if found else set()
    previews = _Previews(call, payment, items)
    return Workbench(
        payment=payment,
        segments=_segments(payment.remittance, found[0].hits if found else []),
        proposals=tuple(_proposal(row, accounts, items, previews) for row in found),
        account=accounts.get(wanted or 0),
        items=tuple(
            _work_item(item, payment, chosen)
            for item in open_items
            if item.amount.currency == payment.money.currency and item.kind != "payment"
        ),
        applications=_applications(call, payment_id),
    )


def _segments(text: str, hits: Sequence[Sequence[object]]) -> tuple[Segment, ...]:
    """The text cut at what was recognised; of overlapping places the first, longest one."""
    result, at = [], 0
    places = sorted((int(str(hit[1])), -int(str(hit[2])), hit) for hit in hits)
    for start, minus_end, hit in places:
        end, named = -minus_end, hit[3]
        if start < at or end > len(text) or not isinstance(named, list):
            continue
        if start > at:
            result.append(Segment(text[at:start]))
        result.append(Segment(text[start:end], str(hit[0]), tuple(ids.inner("itm", item) for item in named)))
        at = end
    if at < len(text):
        result.append(Segment(text[at:]))
    return tuple(result)


def _proposal(
    row: Proposal, accounts: Mapping[int, AccountView], items: Mapping[int, ItemView], previews: _Previews
) -> ProposalView:
    currency = row.payment.currency
    lines = tuple(
        LineView(
            items[ids.inner("itm", item)] if item is not None else None,
            Money(Decimal(applied), currency),
            kind,
            Money(Decimal(residual), currency),
        )
        for item, applied, kind, residual in row.lines
    )
    apply_lines = tuple(facts.apply_lines(row))
    postings, obstacle = previews.of(row.customer_account_id, apply_lines)
    return ProposalView(
        row.rank, row.decision, row.tier, row.confidence, accounts.get(row.customer_account_id or 0), lines, apply_lines,
        tuple(from_json(reason) for reason in row.reasons), postings, obstacle,
    )  # fmt: skip


def _work_item(item: ItemView, payment: PaymentView, chosen: set[int]) -> WorkItem:
    discount = item.open.percent(item.discount_percent) if item.discount_percent else None
    in_time = item.discount_until is not None and payment.value_date <= item.discount_until
    return WorkItem(item, discount, discount is not None and in_time, item.id in chosen)


def _applications(call: Call, payment_id: int) -> tuple[ApplicationView, ...]:
    found = list(Application.objects.filter(company_id=call.company.id, payment_id=payment_id).order_by("-id"))
    parts = receivable_facts.siblings(call, [row.clearing_id for row in found])
    return tuple(
        ApplicationView(
            id=row.id,
            clearing_id=row.clearing_id,
            tier=row.tier,
            posted_alone=row.posted_alone,
            reasons=tuple(from_json(reason) for reason in row.reasons),
            by_name=row.by_name,
            at=row.at,
            undone_reason=row.undone_reason,
            is_undone=row.undone_by_id is not None,
            allocations=tuple(
                (part.item.number, part.cause, Money(part.amount, part.item.currency))
                for part in parts
                if part.clearing_id == row.clearing_id
            ),
        )
        for row in found
    )


def preview(
    call: Call, payment_id: int, customer_account_id: int, lines: Sequence[rules.ApplyLine], accept_late_discount: bool = False
) -> tuple[PostingView, ...]:
    """What `apply_payment` with the same arguments would post. Errors: as `apply_payment`; nothing is locked or written."""
    payment = view(call, payment_id)
    previews = _Previews(call, payment, facts.items_by_id(call, {line.item_id for line in lines}))
    return previews.postings(customer_account_id, lines, accept_late_discount)


class _Previews:
    """Postings of applications that were not made, by the same rules as those that are made."""

    def __init__(self, call: Call, payment: PaymentView, items: Mapping[int, ItemView]) -> None:
        self._base = call.company.currency
        self._payment = payment
        self._items = items
        own = [payment.item_id] if payment.item_id is not None else []
        self._states = receivable_facts.item_states(call, [*items, *own])
        self._accounts = {account.id: account for account in ledger_facts.accounts(call)}
        self._by_purpose = ledger_facts.account_ids(call)

    def of(self, account_id: int | None, lines: Sequence[rules.ApplyLine]) -> tuple[tuple[PostingView, ...], str]:
        """The postings of a proposal, or why it cannot be applied as it is."""
        if account_id is None or not lines:
            return (), ""
        try:
            return self.postings(account_id, lines, False), ""
        except Refused as refusal:
            return (), refusal.message

    def postings(self, account_id: int, lines: Sequence[rules.ApplyLine], accept_late: bool) -> tuple[PostingView, ...]:
        payment, states = self._payment, dict(self._states)
        posted: list[ledger_rules.Line] = []
        own = payment.item_id
        if own is None:
            own = _NOT_YET
            states[own] = receivable_rules.ItemState(
                id=own,
                customer_account_id=account_id,
                number=payment.number,
                amount=-payment.money,
                company_amount=-payment.company_money,
                open=-payment.money,
                open_company=-payment.company_money,
            )
            posted.append(ledger_rules.Line(payment.money, payment.company_money, purpose="cash-clearing"))
            posted.append(ledger_rules.Line(-payment.money, -payment.company_money, purpose="receivables"))
        terms = {
            key: rules.DiscountTerms(item.number, item.discount_percent, item.discount_until) for key, item in self._items.items()
        }
        split = rules.split_payment(-states[own].open, lines, terms, payment.value_date, accept_late)
        allocations = [receivable_rules.AllocationRequest(*allocation) for allocation in split.allocations]
        allocations.append(receivable_rules.AllocationRequest(own, "payment", -split.settled))
        if split.rounding:
            allocations.append(receivable_rules.AllocationRequest(own, "rounding", -split.rounding))
        request = receivable_rules.ClearingRequest(payment.value_date, allocations, payment.number, payment.outer_id)
        (shares,), _ = receivable_rules.share_out([request], states)
        posted += receivable_rules.clearing_lines(shares, states, self._base)[0]
        return tuple(self._posting(line) for line in posted)

    def _posting(self, line: ledger_rules.Line) -> PostingView:
        account = self._accounts[ledger_rules.find_account(self._by_purpose, line)]
        return PostingView(account.code, account.name, account.purpose, line.money, line.company_money)
