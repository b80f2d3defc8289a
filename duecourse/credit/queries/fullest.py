"""Whose limit is used most, over all credit accounts, without building a standing for each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.db import connection

from duecourse.core.call import Call
from duecourse.core.money import Money
from duecourse.credit.queries.accounts import policy as policy_of
from duecourse.credit.queries.standings import sight
from duecourse.credit.rules import Standing
from duecourse.ledger import queries as books
from duecourse.receivables import queries as items

_ACCOUNTS = """
select a.id, a.parent_id, a.currency, l.amount,
  (select array_agg(m.customer_account_id) from credit_creditmember m where m.credit_account_id = a.id)
from credit_creditaccount a left join lateral (
  select amount from credit_creditlimit l where l.company_id = a.company_id and l.credit_account_id = a.id
  and l.valid_from <= %(on)s and (l.valid_until is null or l.valid_until > %(on)s) order by l.valid_from desc, l.id desc limit 1
) l on true where a.company_id = %(company)s
"""
_RESERVED = (
    "select credit_account_id, currency, sum(open_order + delivered) from credit_reservation "
    "where company_id = %(company)s and not (open_order = 0 and delivered = 0) group by 1, 2"
)


def reserved_in_all(call: Call) -> list[Money]:
    """What orders and deliveries take of the credit in all, one amount a currency; one query."""
    sums: dict[str, Money] = {}
    for _, money in _reserved(call):
        sums[money.currency] = sums.get(money.currency, Money.zero(money.currency)) + money
    return [sums[currency] for currency in sorted(sums)]


def _reserved(call: Call) -> list[tuple[int, Money]]:
    with connection.cursor() as cursor:
        cursor.execute(_RESERVED, {"company": call.company.id})
        return [(account, Money(amount, currency)) for account, currency, amount in cursor.fetchall()]


def fullest(call: Call, most: int = 6) -> tuple[Sequence[tuple[Standing, int | None]], int]:
    """The credit accounts with the largest share of their limit used, and how many are above it; today, groups with all below.

    Each with one of the customer accounts below it (None when there is none). A constant number of queries.
    Errors: Refused('ledger.rate-missing').
    """
    with connection.cursor() as cursor:
        cursor.execute(_ACCOUNTS, {"company": call.company.id, "on": call.today})
        found = cursor.fetchall()
    parents = {key: parent for key, parent, *_ in found}
    owner = {member: key for key, *_, members in found for member in members or ()}
    used = _used(call, parents, owner, {key: currency for key, _, currency, *_ in found})
    limits = {key: amount for key, _, _, amount, _ in found if amount is not None}
    ranked = sorted(limits, key=lambda key: (-_share(used.get(key, Decimal(0)), limits[key]), key))
    over = sum(1 for key, amount in limits.items() if used.get(key, Decimal(0)) > amount)
    someone: dict[int, int] = {}
    for member in sorted(owner, reverse=True):
        node: int | None = owner[member]
        while node is not None:
            someone[node] = member
            node = parents.get(node)
    shown = [key for key in ranked[:most] if used.get(key, Decimal(0)) > 0]
    members = [someone[key] for key in shown if key in someone]
    standings = sight(call, members, policy_of(call, call.today).policy).standings
    return [(standings[key], someone.get(key)) for key in shown if key in standings], over


def _share(used: Decimal, limit: Decimal) -> Decimal:
    return used / limit if limit else Decimal(1_000_000 if used > 0 else 0)


def _used(
    call: Call, parents: Mapping[int, int | None], owner: Mapping[int, int], currencies: Mapping[int, str]
) -> dict[int, Decimal]:
    """Credit account → exposure with all below it, in its own currency, at today's rates."""
    parts = [(owner[account], money) for account, money in items.open_amounts_of_all(call) if account in owner]
    parts += _reserved(call)
    seen = {money.currency for _, money in parts} | set(currencies.values())
    rates = books.rates(call, sorted(seen), call.today) if len(seen) > 1 else dict.fromkeys(seen, Decimal(1))
    used: dict[int, Decimal] = {}
    for account, money in parts:
        node: int | None = account
        while node is not None:
            own = currencies[node]
            amount = money.amount if own == money.currency else money.amount * rates[money.currency] / rates[own]
            used[node] = used.get(node, Decimal(0)) + amount
            node = parents.get(node)
    return used
