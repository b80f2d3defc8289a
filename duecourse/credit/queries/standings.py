"""Where credit accounts stand: one query per source for all accounts of a batch.

What orders reserve is read before the open items. A billing run that commits in between moves money from the first to the
second; read in this order it can be counted twice (an order is held too often), never not at all (a limit is passed).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TypeVar

from django.db import connection

from duecourse.core.call import Call
from duecourse.core.money import Money
from duecourse.credit.models import Reservation
from duecourse.credit.queries.accounts import policy as policy_of
from duecourse.credit.rules import OrderPolicy, Standing, convert
from duecourse.customers import queries as customers
from duecourse.ledger import queries as books
from duecourse.receivables import queries as items

Value = TypeVar("Value")

_CHAIN = (
    "with recursive chain(id, parent_id) as ("
    "select a.id, a.parent_id from credit_creditaccount a join credit_creditmember m on m.credit_account_id = a.id "
    "where m.company_id = %(company)s and m.customer_account_id = any(%(accounts)s) "
    "union select p.id, p.parent_id from credit_creditaccount p join chain c on p.id = c.parent_id) "
)
_LOCK = _CHAIN + (  # noqa: S608 - built of our own constants
    "select id from credit_creditaccount where company_id = %(company)s and id in (select id from chain) order by id for no key update"
)
_TREE = _CHAIN.rstrip().removesuffix(")") + (  # noqa: S608 - built of our own constants
    "), tree(id, root) as (select id, id from chain "
    "union all select c.id, t.root from credit_creditaccount c join tree t on c.parent_id = t.id where c.company_id = %(company)s) "
    "select a.id, a.name, a.currency, a.parent_id, l.id is not null, l.amount, "
    "(select array_agg(t.id) from tree t where t.root = a.id), "
    "(select array_agg(m.customer_account_id) from tree t join credit_creditmember m on m.credit_account_id = t.id where t.root = a.id), "
    "(select array_agg(m.customer_account_id) from credit_creditmember m where m.credit_account_id = a.id) "
    "from credit_creditaccount a left join lateral ("
    "select l.id, l.amount from credit_creditlimit l where l.company_id = a.company_id and l.credit_account_id = a.id "
    "and l.valid_from <= %(on)s and (l.valid_until is null or l.valid_until > %(on)s) order by l.valid_from desc, l.id desc limit 1"
    ") l on true where a.company_id = %(company)s and a.id in (select id from chain)"
)
_RESERVED = (
    "select credit_account_id, currency, sum(open_order) - coalesce(sum(open_order) filter (where order_ref = any(%(without)s)), 0), "
    "sum(delivered) from credit_reservation where company_id = %(company)s and credit_account_id = any(%(ids)s) "
    "and not (open_order = 0 and delivered = 0) group by credit_account_id, currency"
)


@dataclass(frozen=True, slots=True)
class Reserved:
    """What one order takes of the credit."""

    order_ref: str
    order_number: str
    customer_account_id: int
    open_order: Money
    delivered: Money


@dataclass(frozen=True, slots=True)
class Sight:
    """All that a batch of checks looks at: `chains` by customer account, `standings` by credit account, the day's rates."""

    chains: Mapping[int, tuple[int, ...]]
    standings: Mapping[int, Standing]
    rates: Mapping[str, Decimal]
    stopped: frozenset[int]  # customer accounts that get no new orders

    def of(self, customer_account_id: int) -> tuple[Standing, ...]:
        """The account's own standing and those of its ancestors."""
        own, *above = (self.standings[account_id] for account_id in self.chains[customer_account_id])
        return replace(own, is_stopped=customer_account_id in self.stopped), *above


@dataclass(frozen=True, slots=True)
class _Node:
    id: int
    name: str
    currency: str
    parent_id: int | None
    limit: Money | None
    tree: tuple[int, ...]  # itself and everything below it
    members: tuple[int, ...]  # customer accounts of the tree
    own_members: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Oldest:
    days: int
    number: str
    open: Money | None


@dataclass(frozen=True, slots=True)
class _Sources:
    reserved: Mapping[int, Sequence[tuple[Money, Money]]]  # by credit account: open orders, delivered
    open_items: Mapping[int, Sequence[items.OpenSums]]  # by customer account, one per currency
    late: Mapping[int, _Oldest]  # by customer account


def lock_accounts(call: Call, customer_account_ids: Iterable[int]) -> None:
    """Lock the credit accounts of these customer accounts and all their ancestors, by id, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, {"company": call.company.id, "accounts": sorted(set(customer_account_ids))})


def sight(
    call: Call,
    customer_account_ids: Iterable[int],
    policy: OrderPolicy,
    currencies: Iterable[str] = (),
    without: Sequence[str] = (),
    buyers: Iterable[int] = (),
) -> Sight:
    """The standings of these customer accounts' credit accounts and ancestors, on `call.today`.

    `currencies` are those of the orders, so that their rates are there; `policy` says which items are too old; `without` names the
    orders whose own reservation of undelivered goods must not count, because they are being checked; `buyers` may be stopped
    although they do not pay. Customer accounts without a credit account are not in `chains`. Errors: Refused('ledger.rate-missing').
    """
    nodes = _nodes(call, customer_account_ids)
    tree_ids = sorted({account_id for node in nodes.values() for account_id in node.tree})
    member_ids = sorted({member for node in nodes.values() for member in node.members})
    reserved = _reserved(call, tree_ids, without)
    open_amounts = items.open_by_account(call, member_ids, call.today)
    late = _oldest(call, open_amounts, policy)
    used = {node.currency for node in nodes.values()} | set(currencies)
    used |= {currency for _, currency in reserved} | {currency for _, currency in open_amounts}
    rates = group_rates(call, used)
    sources = _Sources(_by_account(reserved), _by_account(open_amounts), late)
    standings = {node.id: _standing(node, sources, rates) for node in nodes.values()}
    wanted = set(customer_account_ids)
    chains = {member: _ancestry(node, nodes) for node in nodes.values() for member in node.own_members if member in wanted}
    return Sight(chains, standings, rates, frozenset(customers.stopped(call, wanted | set(buyers))))


def standings(
    call: Call, customer_account_ids: Iterable[int], tolerance: Decimal = Decimal(0)
) -> dict[int, tuple[Standing, ...]]:
    """By customer account: its credit account's standing, then its ancestors'. Accounts without one are left out."""
    seen = sight(call, customer_account_ids, policy_of(call, call.today).policy)
    return {account_id: seen.of(account_id) for account_id in seen.chains}


def exposure(call: Call, customer_account_ids: Iterable[int]) -> dict[int, Standing]:
    """By customer account: where its own credit account stands."""
    return {account_id: chain[0] for account_id, chain in standings(call, customer_account_ids).items()}


def exposure_of_all(call: Call) -> list[Standing]:
    """Every credit account at the top of its tree, each with all below it: adds up without counting anything twice."""
    with connection.cursor() as cursor:
        cursor.execute("select customer_account_id from credit_creditmember where company_id = %s", [call.company.id])
        members = [row[0] for row in cursor.fetchall()]
    seen = sight(call, members, policy_of(call, call.today).policy)
    tops = {chain[-1] for chain in seen.chains.values()}
    return sorted((seen.standings[top] for top in tops), key=lambda one: (one.name, one.account_id))


def group_rates(call: Call, currencies: set[str]) -> Mapping[str, Decimal]:
    """The day's rates where more than one currency meets; none are needed, and none asked for, within a single one."""
    return books.rates(call, sorted(currencies), call.today) if len(currencies) > 1 else {}


def reservations(call: Call, order_refs: Sequence[str]) -> dict[str, Reserved]:
    """What these orders reserve, by order."""
    rows = Reservation.objects.filter(company_id=call.company.id, order_ref__in=list(order_refs))
    return {row.order_ref: _reserved_by(row) for row in rows}


def open_reservations(call: Call) -> list[Reserved]:
    """Every order that reserves something, for the verifier."""
    found = Reservation.objects.filter(company_id=call.company.id).exclude(open_order=0, delivered=0)
    return [_reserved_by(row) for row in found.order_by("id")]


def _reserved_by(row: Reservation) -> Reserved:
    open_order, delivered = Money(row.open_order, row.currency), Money(row.delivered, row.currency)
    return Reserved(row.order_ref, row.order_number, row.customer_account_id, open_order, delivered)


def _nodes(call: Call, customer_account_ids: Iterable[int]) -> dict[int, _Node]:
    with connection.cursor() as cursor:
        cursor.execute(_TREE, {"company": call.company.id, "accounts": sorted(set(customer_account_ids)), "on": call.today})
        return {
            key: _Node(
                key,
                name,
                currency,
                parent_id,
                Money(amount, currency) if is_set and amount is not None else None,
                tuple(tree),
                tuple(members or ()),
                tuple(own_members or ()),
            )
            for key, name, currency, parent_id, is_set, amount, tree, members, own_members in cursor.fetchall()
        }


def _ancestry(node: _Node, nodes: Mapping[int, _Node]) -> tuple[int, ...]:
    chain = [node.id]
    while (parent_id := nodes[chain[-1]].parent_id) is not None and parent_id not in chain:
        chain.append(parent_id)
    return tuple(chain)


def _reserved(call: Call, account_ids: Sequence[int], without: Sequence[str]) -> dict[tuple[int, str], tuple[Money, Money]]:
    with connection.cursor() as cursor:
        cursor.execute(_RESERVED, {"company": call.company.id, "ids": list(account_ids), "without": list(without)})
        return {
            (account_id, currency): (Money(open_order, currency), Money(delivered, currency))
            for account_id, currency, open_order, delivered in cursor.fetchall()
        }


def _oldest(call: Call, open_amounts: Mapping[tuple[int, str], items.OpenSums], policy: OrderPolicy) -> dict[int, _Oldest]:
    """Per customer account its oldest overdue item. Only where that may be too old are the items themselves looked at."""
    days = {
        account_id: max(0, (call.today - sums.oldest_due).days)
        for (account_id, _), sums in sorted(open_amounts.items(), key=lambda pair: pair[1].oldest_due or call.today, reverse=True)
        if sums.oldest_due is not None
    }
    oldest = {account_id: _Oldest(late, "", None) for account_id, late in days.items()}
    allowed = policy.oldest_item_days_max
    too_late = [account_id for account_id, late in days.items() if allowed is not None and late > allowed]
    if not too_late:
        return oldest
    for account_id in too_late:
        del oldest[account_id]
    for item in items.items(call, call.today, account_ids=too_late):
        if item.open.amount > policy.oldest_item_tolerance and item.late_days > 0:
            known = oldest.get(item.customer_account_id)
            if known is None or item.late_days > known.days:
                oldest[item.customer_account_id] = _Oldest(item.late_days, item.number, item.open)
    return oldest


def _by_account(amounts: Mapping[tuple[int, str], Value]) -> dict[int, list[Value]]:
    grouped: dict[int, list[Value]] = {}
    for (account_id, _), value in amounts.items():
        grouped.setdefault(account_id, []).append(value)
    return grouped


def _standing(node: _Node, sources: _Sources, rates: Mapping[str, Decimal]) -> Standing:
    def total(parts: Iterable[Money]) -> Money:
        return Money.total((convert(part, node.currency, rates) for part in parts), node.currency)

    reserved = [pair for account_id in node.tree for pair in sources.reserved.get(account_id, ())]
    sums = [one for account_id in node.members for one in sources.open_items.get(account_id, ())]
    late = [sources.late[account_id] for account_id in node.members if account_id in sources.late]
    oldest = max(late, key=lambda one: one.days, default=None)
    return Standing(
        account_id=node.id,
        name=node.name,
        limit=node.limit,
        open_items=total(one.open for one in sums),
        delivered=total(delivered for _, delivered in reserved),
        open_orders=total(open_order for open_order, _ in reserved),
        overdue=total(one.overdue for one in sums),
        oldest_overdue_days=oldest.days if oldest else 0,
        oldest_item=oldest.number if oldest else "",
        oldest_item_open=oldest.open if oldest else None,
    )
