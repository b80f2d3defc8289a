"""What a clearing takes from each item, in the item's currency and in the company's, and what that posts. Pure."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.ledger.rules import Line

SETTLING = ("payment", "credit")  # items against items; every other cause is a difference that an account bears
ACCOUNT_OF_CAUSE = {"discount": "discount", "bank-charge": "bank-charges", "write-off": "write-off", "rounding": "rounding"}

Breakdown = Sequence[tuple[str, Decimal, Decimal, Decimal]]  # category, percent, base, tax


@dataclass(frozen=True, slots=True, kw_only=True)
class NewItem:
    """What a customer owes (positive) or is owed (negative) from now on."""

    customer_account_id: int
    entry_id: int | None
    kind: str
    number: str
    source: str
    issue_date: dt.date
    due_date: dt.date
    money: Money
    company_money: Money
    reference: str = ""
    purchase_order: str = ""
    order_number: str = ""
    discount_percent: Decimal | None = None
    discount_until: dt.date | None = None
    tax_breakdown: Breakdown = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMark:
    """Something to be said about an item from `from_date` to before `until_date`."""

    item_id: int
    kind: str
    from_date: dt.date
    until_date: dt.date | None = None
    money: Money | None = None
    value: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class AllocationRequest:
    """Take `money` off an item: positive off what is owed, negative off a credit or a payment."""

    item_id: int
    cause: str
    money: Money


@dataclass(frozen=True, slots=True)
class ClearingRequest:
    """Items to be cleared together; payments and credits must cover exactly what they settle, per currency."""

    value_date: dt.date
    allocations: Sequence[AllocationRequest]
    text: str
    source: str  # prefixed id of what caused it: a payment, a credit note
    posting_date: dt.date | None = None  # the value date unless said


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemState:
    """An item as it stands before a clearing."""

    id: int
    customer_account_id: int
    number: str
    amount: Money
    company_amount: Money
    open: Money
    open_company: Money
    tax_breakdown: Breakdown = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Share:
    """One allocation with its share of the amount that the item was booked at in the company's currency."""

    item_id: int
    cause: str
    money: Money
    company_money: Money


@dataclass(frozen=True, slots=True)
class Cleared:
    """What `clear` did: its id, and the item states after it."""

    clearing_id: int
    entry_id: int | None
    realised_difference: Money  # positive = gain


def share_out(
    requests: Sequence[ClearingRequest], items: Mapping[int, ItemState]
) -> tuple[list[list[Share]], dict[int, ItemState]]:
    """Book every allocation of a batch against its item; the shares per request, and the items afterwards.

    The company's share is `company_share`. Errors: Refused('receivables.open-amount-changed') when more
    is taken than is open, Refused('receivables.settlement-not-covered') when payments and items differ.
    """
    now = dict(items)
    result: list[list[Share]] = []
    for request in requests:
        shares: list[Share] = []
        settled: dict[str, Money] = {}
        for wanted in request.allocations:
            item = now[wanted.item_id]
            _check(item, wanted)
            company = company_share(item, wanted.money)
            now[item.id] = replace(item, open=item.open - wanted.money, open_company=item.open_company - company)
            shares.append(Share(item.id, wanted.cause, wanted.money, company))
            if wanted.cause in SETTLING:
                currency = wanted.money.currency
                settled[currency] = settled.get(currency, Money.zero(currency)) + wanted.money
        for currency, rest in settled.items():
            if rest:
                raise Refused(
                    "receivables.settlement-not-covered",
                    f"The payment and the items it settles differ by {abs(rest)}. Nothing was applied.",
                    currency=currency,
                )
        result.append(shares)
    return result, now


def company_share(item: ItemState, money: Money) -> Money:
    """What an allocation of `money` takes of the item in the company's currency: its part of what is open, rounded.

    The allocation that brings an item to zero takes all that is left. A part of what is open, not of what was booked: otherwise
    many small parts, each rounded up, would take more than there is.
    """
    if money == item.open:
        return item.open_company
    return Money.rounding(item.open_company.amount * money.amount / item.open.amount, item.open_company.currency)


def _check(item: ItemState, wanted: AllocationRequest) -> None:
    sign = 1 if item.amount.amount > 0 else -1
    if wanted.money.currency != item.open.currency:
        raise Refused("money.currencies-differ", f"{item.number} is in {item.open.currency}, not in {wanted.money.currency}.")
    if wanted.money.amount * sign <= 0 or abs(wanted.money.amount) > abs(item.open.amount):
        raise Refused(
            "receivables.open-amount-changed",
            f"{item.number} has {item.open} open; {wanted.money} cannot be taken off it. "
            "Look again: something may have been applied meanwhile.",
            item=item.number,
            open=str(item.open.amount),
        )


@dataclass(frozen=True, slots=True)
class DiscountPart:
    """The part of a discount that falls on one tax rate."""

    category: str
    percent: Decimal | None
    net: Money
    tax: Money
    company_net: Money
    company_tax: Money


def discount_parts(money: Money, company_money: Money, breakdown: Breakdown) -> list[DiscountPart]:
    """A discount by tax rate, adding up exactly to the discount in both currencies.

    The discount is shared in proportion to each rate's gross; the tax in a part is part × percent ÷ (100 + percent),
    rounded half up. An item without a breakdown has no tax to correct.
    """
    groups = [(category, Decimal(percent), Decimal(base) + Decimal(tax)) for category, percent, base, tax in breakdown]
    if not groups or sum(abs(gross) for _, _, gross in groups) == 0:
        zero, company_zero = Money.zero(money.currency), Money.zero(company_money.currency)
        return [DiscountPart("", None, money, zero, company_money, company_zero)]
    weights = [gross for _, _, gross in groups]
    result = []
    parts = zip(groups, _in_proportion(money, weights), _in_proportion(company_money, weights), strict=True)
    for (category, percent, _), part, company_part in parts:
        tax = part.times(percent / (100 + percent))
        company_tax = company_part.times(percent / (100 + percent))
        result.append(DiscountPart(category, percent, part - tax, tax, company_part - company_tax, company_tax))
    return result


def _in_proportion(money: Money, weights: Sequence[Decimal]) -> list[Money]:
    """`money` shared by weights that may have either sign; what rounding leaves goes to the heaviest of mixed ones."""
    whole = sum(weights, Decimal(0))
    if not whole or all(weight * whole >= 0 for weight in weights):
        return money.split([abs(weight) for weight in weights])
    shares = [Money.rounding(money.amount * weight / whole, money.currency) for weight in weights]
    heaviest = max(range(len(weights)), key=lambda place: abs(weights[place]))
    shares[heaviest] += money - Money.total(shares, money.currency)
    return shares


def clearing_lines(shares: Sequence[Share], items: Mapping[int, ItemState], company_currency: str) -> tuple[list[Line], Money]:
    """What a clearing posts, and the realised exchange difference (positive = gain).

    Items against items of one customer at one rate post nothing: the control account would be debited and credited with the
    same. Differences go to their accounts (a discount with its tax), rates that moved to gains or losses, and money that one
    account pays for another moves between them.
    """
    lines: list[Line] = []
    control: dict[tuple[int, str], list[Money]] = defaultdict(list)
    company_control: dict[tuple[int, str], list[Money]] = defaultdict(list)
    gain = Money.zero(company_currency)
    for share in shares:
        item = items[share.item_id]
        key = (item.customer_account_id, share.money.currency)
        control[key].append(-share.money)
        company_control[key].append(-share.company_money)
        if share.cause in SETTLING:
            gain = gain - share.company_money
        elif share.cause == "discount":
            lines += _discount_lines(share, item)
        else:
            lines.append(Line(share.money, share.company_money, purpose=ACCOUNT_OF_CAUSE[share.cause]))
    for (account, currency), parts in control.items():
        money = Money.total(parts, currency)
        company_money = Money.total(company_control[account, currency], company_currency)
        if money or company_money:
            lines.append(Line(money, company_money, purpose="receivables", customer_account_id=account))
    if gain:
        purpose = "exchange-gain" if gain.amount > 0 else "exchange-loss"
        currency = next((share.money.currency for share in shares if share.money.currency != company_currency), company_currency)
        lines.append(Line(Money.zero(currency), -gain, purpose=purpose))
    return [line for line in lines if line.money or line.company_money], gain


def _discount_lines(share: Share, item: ItemState) -> list[Line]:
    lines = []
    for part in discount_parts(share.money, share.company_money, item.tax_breakdown):
        of: dict[str, Any] = {
            "customer_account_id": item.customer_account_id,
            "tax_category": part.category,
            "tax_percent": part.percent,
        }
        lines.append(Line(part.net, part.company_net, purpose="discount", **of))
        if part.tax or part.company_tax:
            lines.append(Line(part.tax, part.company_tax, purpose="tax", **of))
    return lines


def given_back(state: ItemState, amount: Decimal, company_amount: Decimal) -> ItemState:
    """The item after allocations of `amount` were undone."""
    return replace(
        state,
        open=state.open + Money(amount, state.open.currency),
        open_company=state.open_company + Money(company_amount, state.open_company.currency),
    )
