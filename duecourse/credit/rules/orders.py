"""Decide whether orders may go out on credit.

Exposure of a credit account = open items (credits and payments on account subtracted) + delivered and not billed + open
orders, gross with tax, converted at the day's rate. A group's account carries its members' and its children's exposure, and
an order needs room at every level that has a limit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal

from duecourse.core.errors import Refused
from duecourse.core.money import Money, quantum
from duecourse.core.reasons import Reason
from duecourse.credit.rules.policy import OrderPolicy

Rates = Mapping[str, Decimal]  # company-currency units for one unit of each currency


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a credit account stands: its limit and everything that uses it, in its own currency.

    `limit` None = no limit set, which is not a limit of zero. Open items may be negative: a customer may be owed.
    `oldest_overdue_days` is how late the longest overdue item is (0 = none counts); where the policy does not allow that,
    `oldest_item` names the oldest one above its tolerance, of which `oldest_item_open` is open.
    """

    account_id: int
    name: str
    limit: Money | None
    open_items: Money
    delivered: Money
    open_orders: Money
    overdue: Money
    oldest_overdue_days: int = 0
    oldest_item: str = ""
    oldest_item_open: Money | None = None
    is_stopped: bool = False

    @property
    def currency(self) -> str:
        return self.open_items.currency

    @property
    def exposure(self) -> Money:
        return self.open_items + self.delivered + self.open_orders

    @property
    def free(self) -> Money | None:
        """What may still be used; negative when the limit is exceeded, None without a limit."""
        return None if self.limit is None else self.limit - self.exposure


@dataclass(frozen=True, slots=True)
class Release:
    """What a person let pass for an order: up to this amount, until this day (None = no end)."""

    amount: Money
    until: dt.date | None = None

    def covers(self, amount: Money, on: dt.date) -> bool:
        return amount <= self.amount and (self.until is None or on <= self.until)


@dataclass(frozen=True, slots=True)
class OrderRequest:
    """An order that asks for credit: `money` is gross with tax, `customer_account_id` the account that pays.

    `buyer_account_id` is the account that ordered, where another one pays.
    """

    order_ref: str
    order_number: str
    customer_account_id: int
    money: Money
    created_by_id: int
    created_by_name: str
    buyer_account_id: int | None = None

    @property
    def parties(self) -> set[int]:
        """The accounts that must not be stopped: who pays and who ordered."""
        return {self.customer_account_id, self.buyer_account_id or self.customer_account_id}


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says: it passes, warns or stops, and why. `rule` is a key of TITLES."""

    rule: str
    outcome: str  # passes, warns, stops
    reason: Reason


@dataclass(frozen=True, slots=True)
class Decision:
    """Accepted or held, with every rule's finding. `exposure` is the own account's with this order, in its currency."""

    result: str  # accepted, held
    findings: tuple[Finding, ...]
    what_would_free: tuple[Reason, ...]
    exposure: Money
    limit: Money | None
    amount: Money = field(repr=False)  # the order in the credit account's currency

    @property
    def accepted(self) -> bool:
        return self.result == "accepted"

    @property
    def reasons(self) -> tuple[Finding, ...]:
        """The findings that stop or warn, stops first."""
        return tuple(sorted((one for one in self.findings if one.outcome != "passes"), key=lambda one: one.outcome != "stops"))

    @property
    def passes(self) -> tuple[Finding, ...]:
        return tuple(one for one in self.findings if one.outcome == "passes")


def convert(money: Money, currency: str, rates: Rates) -> Money:
    """`money` in another currency, across the company's, rounded once. Errors: Refused('credit.rate-missing')."""
    if money.currency == currency:
        return money
    missing = [code for code in (money.currency, currency) if code not in rates]
    if missing:
        raise Refused(
            "credit.rate-missing", f"There is no exchange rate for {', '.join(missing)}. Load today's rates and try again."
        )
    return Money.rounding(money.amount * rates[money.currency] / rates[currency], currency)


def decide_order(
    standings: Sequence[Standing], amount: Money, policy: OrderPolicy, rates: Rates, on: dt.date, release: Release | None = None
) -> Decision:
    """Decide one order of `amount` against its own account and that account's ancestors (own first).

    An order of zero or less never takes credit and passes. A valid release lets it pass whatever else stops it, and the
    findings still say what that was. Errors: Refused('credit.rate-missing').
    """
    own = standings[0]
    findings = [*_check_limits(standings, amount, policy, rates), *_check_age(own, policy), *_check_share(own, policy)]
    if own.is_stopped and policy.account_stopped != "off":
        findings.append(
            Finding("account-stopped", policy.account_stopped, Reason("credit.account-stopped", {"account": own.name}))
        )
    in_own = convert(amount, own.currency, rates)
    stopped = [one for one in findings if one.outcome == "stops"]
    if amount.amount <= 0:
        findings = [one if one.outcome != "stops" else replace(one, outcome="warns") for one in findings]
        stopped = []
    if stopped and release is not None and release.covers(amount, on):
        findings = [one if one.outcome != "stops" else replace(one, outcome="warns") for one in findings]
        stopped = []
        code = "credit.released" if release.until is None else "credit.released-until"
        params: dict[str, object] = {"amount": release.amount} | ({} if release.until is None else {"until": release.until})
        findings.append(Finding("release", "passes", Reason(code, params)))
    return Decision(
        result="held" if stopped else "accepted",
        findings=tuple(findings),
        what_would_free=tuple(_what_would_free(standings, amount, policy, rates, {one.rule for one in stopped}))
        if stopped
        else (),
        exposure=own.exposure + in_own,
        limit=own.limit,
        amount=in_own,
    )


def decide_orders(
    requests: Sequence[OrderRequest],
    chains: Mapping[int, Sequence[int]],
    standings: Mapping[int, Standing],
    policy: OrderPolicy,
    rates: Rates,
    on: dt.date,
    releases: Mapping[str, Release],
    stopped: Collection[int] = (),
) -> tuple[dict[str, Decision], dict[str, tuple[Standing, ...]]]:
    """Decide a batch in the order of the requests; each accepted order uses up room for those after it.

    `chains` gives every customer account its credit account and that one's ancestors, `standings` is by credit account,
    `stopped` are customer accounts that get no new orders.
    Answers the decisions and the standings each was based on, by order.
    """
    current = dict(standings)
    decisions: dict[str, Decision] = {}
    seen: dict[str, tuple[Standing, ...]] = {}
    for request in requests:
        chain = chains[request.customer_account_id]
        own, *above = (current[account_id] for account_id in chain)
        before = (replace(own, is_stopped=not request.parties.isdisjoint(stopped)), *above)
        decision = decide_order(before, request.money, policy, rates, on, releases.get(request.order_ref))
        if decision.accepted:
            current.update({standing.account_id: standing for standing in consume((own, *above), request.money, rates)})
        decisions[request.order_ref] = decision
        seen[request.order_ref] = before
    return decisions, seen


def consume(standings: Sequence[Standing], amount: Money, rates: Rates) -> tuple[Standing, ...]:
    """The standings after an accepted order: it joins the open orders of its account and of every ancestor."""
    return tuple(replace(one, open_orders=one.open_orders + convert(amount, one.currency, rates)) for one in standings)


def _check_limits(standings: Sequence[Standing], amount: Money, policy: OrderPolicy, rates: Rates) -> list[Finding]:
    own = standings[0]
    if all(one.limit is None for one in standings):
        if policy.no_limit == "off":
            return []
        exposure = own.exposure + convert(amount, own.currency, rates)
        return [Finding("no-limit", policy.no_limit, Reason("credit.no-limit", {"account": own.name, "exposure": exposure}))]
    if policy.over_limit == "off":
        return []
    return [_check_limit(one, amount, policy, rates, is_group=one is not own) for one in standings if one.limit is not None]


def _check_limit(standing: Standing, amount: Money, policy: OrderPolicy, rates: Rates, is_group: bool) -> Finding:
    limit = standing.limit
    assert limit is not None
    exposure = standing.exposure + convert(amount, standing.currency, rates)
    params: dict[str, object] = {"exposure": exposure, "limit": limit}
    place = "group-limit" if is_group else "limit"
    if is_group:
        params["group"] = standing.name
    if exposure > limit:
        return Finding("limit", policy.over_limit, Reason(f"credit.over-{place}", params | {"excess": exposure - limit}))
    if policy.warning_share is not None and limit.amount > 0 and exposure.amount >= limit.amount * policy.warning_share:
        percent = _percent(exposure.amount / limit.amount)
        return Finding("near-limit", "warns", Reason(f"credit.near-{place}", params | {"percent": percent}))
    return Finding("limit", "passes", Reason(f"credit.within-{place}", params))


def _check_age(own: Standing, policy: OrderPolicy) -> list[Finding]:
    if policy.oldest_item == "off" or policy.oldest_item_days_max is None:
        return []
    if own.oldest_overdue_days <= 0:
        code = "credit.late-within-tolerance" if own.overdue.amount > 0 else "credit.not-late"
        tolerance = Money.rounding(policy.oldest_item_tolerance, own.currency)
        return [Finding("oldest-item", "passes", Reason(code, {"tolerance": tolerance} if own.overdue.amount > 0 else {}))]
    params: dict[str, object] = {
        "days": own.oldest_overdue_days,
        "days_max": policy.oldest_item_days_max,
    }
    if own.oldest_overdue_days <= policy.oldest_item_days_max:
        return [Finding("oldest-item", "passes", Reason("credit.oldest-item-allowed", params))]
    late = Reason("credit.oldest-item-late", params | {"item": own.oldest_item, "open": own.oldest_item_open})
    return [Finding("oldest-item", policy.oldest_item, late)]


def _check_share(own: Standing, policy: OrderPolicy) -> list[Finding]:
    """Overdue share = overdue ÷ open items; where credits outweigh what is open, there is nothing to collect and it passes."""
    if policy.overdue_share == "off" or policy.overdue_share_max is None or own.open_items.amount <= 0 or own.overdue.amount <= 0:
        return []
    share = min(own.overdue.amount / own.open_items.amount, Decimal(1))
    params: dict[str, object] = {"percent": _percent(share), "percent_max": _percent(policy.overdue_share_max)}
    if share <= policy.overdue_share_max:
        return [Finding("overdue-share", "passes", Reason("credit.overdue-share-allowed", params))]
    return [
        Finding("overdue-share", policy.overdue_share, Reason("credit.overdue-share-high", params | {"overdue": own.overdue}))
    ]


def _what_would_free(
    standings: Sequence[Standing], amount: Money, policy: OrderPolicy, rates: Rates, stops: set[str]
) -> list[Reason]:
    """What ends the stops, the simplest first: a payment, a part delivery, a higher limit, the item that is too old."""
    own = standings[0]
    answers: list[Reason] = []
    if "limit" in stops:
        only_limit = stops == {"limit"}
        tight = [
            one for one in standings if one.limit is not None and one.exposure + convert(amount, one.currency, rates) > one.limit
        ]
        excess = max(
            (convert(one.exposure + convert(amount, one.currency, rates) - _limit(one), own.currency, rates) for one in tight),
        )
        answers.append(_by_payment(own, excess, stops))
        room = min(_room(one, amount.currency, rates) for one in tight)
        if room.amount > 0:
            code = "credit.free-by-part-delivery" if only_limit else "credit.free-part-by-part-delivery"
            answers.append(Reason(code, {"amount": room}))
        answers += [_by_limit(one, amount, rates) for one in tight]
    if "no-limit" in stops:
        answers.append(_by_limit(own, amount, rates))
    if "oldest-item" in stops and own.oldest_item_open is not None:
        answers.append(Reason("credit.free-by-item", {"item": own.oldest_item, "amount": own.oldest_item_open}))
    if "overdue-share" in stops and policy.overdue_share_max is not None:
        share = policy.overdue_share_max
        # paying p of what is overdue takes it off both: (overdue − p) ÷ (open − p) ≤ share
        needed = own.overdue.amount if share == 1 else (own.overdue.amount - share * own.open_items.amount) / (1 - share)
        answers.append(Reason("credit.free-by-overdue", {"amount": _ceiling(min(needed, own.overdue.amount), own.currency)}))
    if "account-stopped" in stops:
        answers.append(Reason("credit.free-by-resuming", {"account": own.name}))
    return answers


def _by_payment(own: Standing, excess: Money, stops: set[str]) -> Reason:
    old = own.oldest_item_open
    if stops == {"limit"}:
        return Reason("credit.free-by-payment", {"amount": excess})
    if stops == {"limit", "oldest-item"} and old is not None:
        return Reason("credit.free-by-payment-of-item", {"amount": max(excess, old), "part": old, "item": own.oldest_item})
    return Reason("credit.free-part-by-payment", {"amount": excess})


def _by_limit(standing: Standing, amount: Money, rates: Rates) -> Reason:
    """The limit that makes room, rounded up to full thousands, as people set limits."""
    needed = standing.exposure + convert(amount, standing.currency, rates)
    thousands = (needed.amount / 1000).to_integral_value(ROUND_CEILING) * 1000
    return Reason("credit.free-by-limit", {"limit": Money(Decimal(thousands), standing.currency), "account": standing.name})


def _room(standing: Standing, currency: str, rates: Rates) -> Money:
    """What still fits a limit, in the order's currency, rounded down so that it does fit."""
    free = _limit(standing) - standing.exposure
    if standing.currency == currency:
        return free
    return Money(_floor_to_minor(free.amount * rates[standing.currency] / rates[currency], currency), currency)


def _limit(standing: Standing) -> Money:
    assert standing.limit is not None
    return standing.limit


def _ceiling(value: Decimal, currency: str) -> Money:
    return Money(value.quantize(quantum(currency), ROUND_CEILING), currency)


def _floor_to_minor(value: Decimal, currency: str) -> Decimal:
    return value.quantize(quantum(currency), ROUND_FLOOR)


def _percent(share: Decimal) -> Decimal:
    return (share * 100).quantize(Decimal(1), ROUND_HALF_UP)
