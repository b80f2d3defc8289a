"""Writes to what is owed: new items, clearings and their undoing, marks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.db import connection

from duecourse.core import bulk, events, external_ids, ids
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.customers import actions as customers
from duecourse.customers import queries as customer_facts
from duecourse.customers.rules import NewCustomer, normal_number
from duecourse.ledger import actions as ledger
from duecourse.ledger import queries as ledger_facts
from duecourse.ledger.rules import Entry, Line
from duecourse.receivables import queries, rules
from duecourse.receivables.models import Allocation, Clearing, Mark, OpenItem

_ITEM = (
    "company_id", "customer_account_id", "entry_id", "kind", "number", "source", "reference", "purchase_order", "order_number",
    "issue_date", "due_date", "currency", "amount", "company_amount", "discount_percent", "discount_until", "tax_breakdown", "open_amount",
    "open_company_amount",
)  # fmt: skip
_CLEARING = ("company_id", "value_date", "entry_id", "reversal_of_id", "cause", "by_name", "at")
_ALLOCATION = ("company_id", "clearing_id", "item_id", "cause", "amount", "company_amount", "value_date")


@action
def open_items(call: Call, items: Sequence[rules.NewItem]) -> list[int]:
    """Add items to what customers owe; their ids in order. Their entries were posted by the room above, in this transaction."""
    if not items:
        return []
    company = call.company.id
    keys = bulk.insert(
        OpenItem,
        _ITEM,
        [
            (
                company, item.customer_account_id, item.entry_id, item.kind, item.number, item.source, item.reference,
                item.purchase_order, item.order_number, item.issue_date, item.due_date, item.money.currency, item.money.amount,
                item.company_money.amount, item.discount_percent, item.discount_until, queries.as_json(item.tax_breakdown),
                item.money.amount, item.company_money.amount,
            )
            for item in items
        ],
    )  # fmt: skip
    events.record(call, "receivables.items-opened", [ids.outer("itm", key) for key in keys], {"items": len(keys)})
    return keys


@action
def clear(call: Call, requests: Sequence[rules.ClearingRequest]) -> list[rules.Cleared]:
    """Clear items against each other and against differences, in one batch, and post what that moves.

    Locks the customer accounts and the items, then looks again at what is open. Errors:
    Refused('receivables.open-amount-changed'), Refused('receivables.settlement-not-covered'), Refused('ledger.period-closed'),
    Refused('ledger.halted').
    """
    if not requests:
        return []
    dates = [request.posting_date or request.value_date for request in requests]
    booking = ledger_facts.prepare(call, dates)
    item_ids = sorted({wanted.item_id for request in requests for wanted in request.allocations})
    _lock_accounts_of(call, item_ids)
    before = queries.item_states(call, item_ids, lock=True)
    shares, after = rules.share_out(requests, before)
    entries: list[Entry] = []
    entry_place: list[int | None] = []
    gains: list[Money] = []
    for request, date, parts in zip(requests, dates, shares, strict=True):
        lines, gain = rules.clearing_lines(parts, before, call.company.currency)
        gains.append(gain)
        entry_place.append(len(entries) if lines else None)
        if lines:
            entries.append(Entry("application", date, request.value_date, request.text, request.source, lines))
    posted = ledger.post_entries(call, entries, booking=booking)
    entry_ids = [None if place is None else posted[place].id for place in entry_place]
    rows = [
        (call.company.id, request.value_date, entry_id, None, "", call.by.name, call.at)
        for request, entry_id in zip(requests, entry_ids, strict=True)
    ]
    keys = bulk.insert(Clearing, _CLEARING, rows)
    _write_allocations(
        call,
        [
            (call.company.id, key, part.item_id, part.cause, part.money.amount, part.company_money.amount, request.value_date)
            for key, request, parts in zip(keys, requests, shares, strict=True)
            for part in parts
        ],
        after,
    )
    _record_cleared(call, "receivables.items-cleared", keys, requests, shares)
    return [rules.Cleared(key, entry_id, gain) for key, entry_id, gain in zip(keys, entry_ids, gains, strict=True)]


def _lock_accounts_of(call: Call, item_ids: Sequence[int]) -> None:
    found = OpenItem.objects.filter(company_id=call.company.id, id__in=list(item_ids)).values_list(
        "customer_account_id", flat=True
    )
    customer_facts.lock_accounts(call, sorted(set(found)))


def _write_allocations(call: Call, rows: Sequence[tuple[object, ...]], after: Mapping[int, rules.ItemState]) -> None:
    """Insert allocations and set the touched items' rests; an item at zero is closed on its latest value date."""
    bulk.copy_in(Allocation, _ALLOCATION, rows)
    touched = sorted({int(str(row[2])) for row in rows})
    with connection.cursor() as cursor:
        cursor.execute(
            "update receivables_openitem i set open_amount = n.rest, open_company_amount = n.company_rest, "
            "closed_date = case when n.rest = 0 then a.latest end "
            "from unnest(%s::bigint[], %s::numeric[], %s::numeric[]) as n(id, rest, company_rest) left join "
            "(select item_id, max(value_date) as latest from receivables_allocation where company_id = %s and item_id = any(%s) "
            "group by item_id) a on a.item_id = n.id where i.id = n.id and i.company_id = %s",
            [
                touched,
                [after[key].open.amount for key in touched],
                [after[key].open_company.amount for key in touched],
                call.company.id,
                touched,
                call.company.id,
            ],
        )


def _record_cleared(
    call: Call, name: str, keys: Sequence[int], requests: Sequence[rules.ClearingRequest], shares: Sequence[Sequence[rules.Share]]
) -> None:
    events.record_many(
        call,
        [
            (
                name,
                [ids.outer("clr", key), request.source, *(ids.outer("itm", part.item_id) for part in parts)],
                {
                    "value_date": request.value_date.isoformat(),
                    "allocations": [
                        {
                            "item": ids.outer("itm", part.item_id),
                            "cause": part.cause,
                            "amount": str(part.money.amount),
                            "currency": part.money.currency,
                        }
                        for part in parts
                    ],
                },
                None,
            )
            for key, request, parts in zip(keys, requests, shares, strict=True)
        ],
    )


@action
def undo_clearings(call: Call, clearing_ids: Sequence[int], cause: str, value_date: dt.date) -> list[int]:
    """Give back what clearings took, each by a clearing of its own, and reverse their entries on `value_date`.

    The items are open again with their own due dates. Errors: Refused('receivables.already-undone').
    """
    found = {row.id: row for row in Clearing.objects.filter(company_id=call.company.id, id__in=list(clearing_ids))}
    if len(found) != len(set(clearing_ids)):
        raise ids.not_found("clr")
    ledger_facts.lock_periods(call, [value_date])
    parts = list(Allocation.objects.filter(company_id=call.company.id, clearing_id__in=list(found)).order_by("id"))
    item_ids = sorted({part.item_id for part in parts})
    _lock_accounts_of(call, item_ids)
    states = queries.item_states(call, item_ids, lock=True)
    if Clearing.objects.filter(company_id=call.company.id, reversal_of__in=list(found)).exists():
        raise Refused("receivables.already-undone", "This was already undone.")
    if any(row.reversal_of_id for row in found.values()):
        raise Refused("receivables.is-an-undoing", "An undoing cannot be undone; apply the payment again.")
    to_reverse = [row.entry_id for row in found.values() if row.entry_id]
    reversed_entries = ledger.reverse_entries(call, to_reverse, value_date, f"Undone: {cause}") if to_reverse else []
    entry_of = dict(zip(to_reverse, (entry.id for entry in reversed_entries), strict=True))
    keys = bulk.insert(
        Clearing,
        _CLEARING,
        [
            (
                call.company.id,
                value_date,
                entry_of[row.entry_id] if row.entry_id else None,
                row.id,
                cause[:40],
                call.by.name,
                call.at,
            )
            for row in found.values()
        ],
    )
    new_of = dict(zip(found, keys, strict=True))
    after = _given_back(states, parts)
    _write_allocations(
        call,
        [
            (call.company.id, new_of[part.clearing_id], part.item_id, part.cause, -part.amount, -part.company_amount, value_date)
            for part in parts
        ],
        after,
    )
    subjects = [ids.outer("clr", key) for key in (*found, *keys)] + [ids.outer("itm", key) for key in item_ids]
    events.record(call, "receivables.clearings-undone", subjects, {"cause": cause, "value_date": value_date.isoformat()})
    return keys


def _given_back(states: Mapping[int, rules.ItemState], parts: Sequence[Allocation]) -> dict[int, rules.ItemState]:
    back: dict[int, tuple[Decimal, Decimal]] = {}
    for part in parts:
        money, company = back.get(part.item_id, (Decimal(0), Decimal(0)))
        back[part.item_id] = (money + part.amount, company + part.company_amount)
    return {key: rules.given_back(state, *back[key]) for key, state in states.items()}


@action
def set_marks(call: Call, marks: Sequence[rules.NewMark]) -> list[int]:
    """Say something about items: promised, disputed, blocked, on a plan, dunning level; their ids in order."""
    queries.item_states(call, [mark.item_id for mark in marks])
    made = Mark.objects.bulk_create(
        [
            Mark(
                company_id=call.company.id,
                item_id=mark.item_id,
                kind=mark.kind,
                amount=mark.money.amount if mark.money else None,
                value=mark.value,
                from_date=mark.from_date,
                until_date=mark.until_date,
                subject=mark.subject,
            )
            for mark in marks
        ]
    )
    subjects = sorted({ids.outer("itm", mark.item_id) for mark in marks})
    events.record(call, "receivables.marks-set", subjects, {"kinds": sorted({mark.kind for mark in marks})})
    return [mark.id for mark in made]


@action
def end_marks(call: Call, mark_ids: Sequence[int], outcome: str) -> None:
    """End marks with an outcome, by a row that says so. Errors: Refused('receivables.mark-ended')."""
    found = list(Mark.objects.filter(company_id=call.company.id, id__in=list(mark_ids), ends__isnull=True))
    if len(found) != len(set(mark_ids)):
        raise ids.not_found("mrk")
    _lock_accounts_of(call, [mark.item_id for mark in found])
    if Mark.objects.filter(company_id=call.company.id, ends__in=[mark.id for mark in found]).exists():
        raise Refused("receivables.mark-ended", "This mark has already ended.")
    Mark.objects.bulk_create(
        [
            Mark(
                company_id=call.company.id, item_id=mark.item_id, kind=mark.kind, from_date=call.today, ends=mark, outcome=outcome
            )
            for mark in found
        ]
    )
    events.record(
        call, "receivables.marks-ended", sorted({ids.outer("itm", mark.item_id) for mark in found}), {"outcome": outcome}
    )


_AGE_SUMS = """
update receivables_accountsum k set aged_on = %(on)s, overdue_company_amount = n.late_30 + n.late_60 + n.late_90 + n.late_more,
  late_30 = n.late_30, late_60 = n.late_60, late_90 = n.late_90, late_more = n.late_more
from (
  select s.id,
    coalesce(sum(i.open_company_amount) filter (where i.due_date >= %(on)s::date - 30), 0) as late_30,
    coalesce(sum(i.open_company_amount) filter (where i.due_date < %(on)s::date - 30 and i.due_date >= %(on)s::date - 60), 0) as late_60,
    coalesce(sum(i.open_company_amount) filter (where i.due_date < %(on)s::date - 60 and i.due_date >= %(on)s::date - 90), 0) as late_90,
    coalesce(sum(i.open_company_amount) filter (where i.due_date < %(on)s::date - 90), 0) as late_more
  from receivables_accountsum s left join receivables_openitem i
    on i.company_id = s.company_id and i.customer_account_id = s.customer_account_id and i.currency = s.currency
    and i.open_amount <> 0 and i.due_date < %(on)s
  where s.company_id = %(company)s and s.customer_account_id = any(%(accounts)s) and s.aged_on <> %(on)s
  group by s.id
) n where k.id = n.id
"""
_ONE_ROW_EACH = """
with gone as (delete from receivables_documentsum where company_id = %(company)s returning *)
insert into receivables_documentsum
  (company_id, kind, currency, due_date, documents, amount, open_documents, open_documents_amount, open_amount)
select company_id, kind, currency, due_date, sum(documents), sum(amount), sum(open_documents), sum(open_documents_amount), sum(open_amount)
from gone group by 1, 2, 3, 4
"""


@action
def age_sums(call: Call, account_ids: Sequence[int]) -> int:
    """See the stored sums of accounts from today, which makes lists quick; how many changed their day. Reads are exact without it.
    What was added to the sums of documents becomes one row each.

    Locks the accounts, so that whoever has many calls it in chunks. Running it twice changes nothing.
    """
    customer_facts.lock_accounts(call, account_ids)
    with connection.cursor() as cursor:
        cursor.execute(_AGE_SUMS, {"company": call.company.id, "on": call.today, "accounts": list(account_ids)})
        many: int = cursor.rowcount
        cursor.execute(_ONE_ROW_EACH, {"company": call.company.id})
    if many:
        events.record(call, "receivables.sums-aged", [ids.outer("cmp", call.company.id)], {"sums": many})
    return many


@action
def take_over_items(
    call: Call, items: Sequence[rules.TakeOverItem], system: str, posting_date: dt.date, terms_code: str
) -> rules.TakenOver:
    """Take over open items of another system with their customers, all in one transaction; what is known stays as it is.

    Customers that are not there are made, other spellings of numbers and names kept as aliases. The sum per customer and
    currency is booked against opening balances at the rates of `posting_date`. Errors: Refused('ledger.rate-missing'),
    Refused('ledger.period-closed'), Refused('customers.unknown-terms').
    """
    known = external_ids.known(call, system, "item", [item.external_id for item in items])
    new = [item for item in items if item.external_id not in known]
    if not new:
        return rules.TakenOver(0, len(known), 0, 0)
    ledger_facts.lock_periods(call, [posting_date])
    accounts, made, spellings = _parties(call, rules.parties(new), system, terms_code)
    customer_facts.lock_accounts(call, sorted(accounts.values()))
    rates = ledger_facts.rates(call, {item.money.currency for item in new}, posting_date)
    base = call.company.currency
    company = [item.money.converted(rates[item.money.currency], base) for item in new]
    owners = [accounts[normal_number(item.customer_number)] for item in new]
    entry = _opening_entry(call, new, company, owners, posting_date, system)
    keys = open_items(
        call,
        [
            rules.NewItem(
                customer_account_id=owner,
                entry_id=entry,
                kind="invoice" if item.money.amount > 0 else "credit-note",
                number=item.number,
                source=f"{system}:{item.external_id}"[:40],
                issue_date=item.issue_date,
                due_date=item.due_date,
                money=item.money,
                company_money=company_money,
                purchase_order=item.purchase_order,
            )
            for item, company_money, owner in zip(new, company, owners, strict=True)
        ],
    )
    subjects = {item.external_id: ids.outer("itm", key) for item, key in zip(new, keys, strict=True)}
    external_ids.keep(call, system, "item", subjects)
    result = rules.TakenOver(len(new), len(known), made, spellings)
    facts = {"system": system, "items": result.items, "known": result.known, "customers": made, "spellings": spellings}
    events.record(call, "receivables.items-taken-over", [ids.outer("cmp", call.company.id)], facts)
    return result


def _parties(call: Call, parties: Sequence[rules.Party], system: str, terms_code: str) -> tuple[dict[str, int], int, int]:
    """Customer number → account id, with those that were not there made; how many were made, and how many spellings are new."""
    found = customer_facts.accounts_by_number(call, [party.number for party in parties])
    missing = [party for party in parties if party.number not in found]
    new = [NewCustomer(party.number, party.name, terms_code, currency=party.currency) for party in missing]
    made = dict(zip((party.number for party in missing), customers.create_customers(call, new) if new else [], strict=True))
    accounts = {number: account.id for number, account in found.items()} | made
    views = customer_facts.accounts_by_id(call, accounts.values())
    rows = []
    for party in parties:
        view = views[accounts[party.number]]
        rows += [(view.customer_id, "number", number, system) for number in party.numbers if number != view.number]
        rows += [(view.customer_id, "name", name, system) for name in party.names if name != view.name]
    return accounts, len(made), customers.add_aliases(call, rows) if rows else 0


def _opening_entry(
    call: Call,
    items: Sequence[rules.TakeOverItem],
    company: Sequence[Money],
    owners: Sequence[int],
    posting_date: dt.date,
    system: str,
) -> int:
    sums: dict[tuple[int, str], tuple[Money, Money]] = {}
    for item, company_money, owner in zip(items, company, owners, strict=True):
        key = (owner, item.money.currency)
        money, company_sum = sums.get(key, (Money.zero(item.money.currency), Money.zero(call.company.currency)))
        sums[key] = (money + item.money, company_sum + company_money)
    lines = [Line(money, total, purpose="receivables", customer_account_id=owner) for (owner, _), (money, total) in sums.items()]
    for currency in sorted({currency for _, currency in sums}):
        money = Money.total((money for (_, code), (money, _) in sums.items() if code == currency), currency)
        total = Money.total((total for (_, code), (_, total) in sums.items() if code == currency), call.company.currency)
        lines.append(Line(-money, -total, purpose="opening"))
    text = f"Open items taken over from {system}"
    (posted,) = ledger.post_entries(
        call, [Entry("opening", posting_date, posting_date, text, ids.outer("cmp", call.company.id), lines)]
    )
    return posted.id
