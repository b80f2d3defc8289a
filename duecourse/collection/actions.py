"""Log what was said, take it back, say who collects, set the policy, and rank the accounts."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from django.db import connection

from duecourse.access import queries as access_facts
from duecourse.collection import queries, rules
from duecourse.collection.models import Absence, CollectionPolicy, Collector, ContactEntry, ContactItem, WorklistRow
from duecourse.core import bulk, events, ids
from duecourse.core.calendar import add_days
from duecourse.core.call import Call, action
from duecourse.core.errors import Refused
from duecourse.core.queue import enqueue
from duecourse.customers import queries as customer_facts
from duecourse.documents import actions as documents
from duecourse.documents.rules import NewDispatch
from duecourse.receivables import actions as receivables
from duecourse.receivables import queries as item_facts
from duecourse.receivables.queries import ItemView
from duecourse.receivables.rules import NewMark

_ENTRY = (
    "company_id", "customer_account_id", "corrects_id", "at", "contact_date", "channel", "direction", "outcome", "text", "person", "next_date",
    "promised_amount", "promised_currency", "promise_date", "by_id", "by_name",
)  # fmt: skip
_ITEM = ("company_id", "entry_id", "item_id", "currency", "open_amount")
_ROW = (
    "company_id", "customer_account_id", "collector_id", "ranked_date", "policy_version", "priority", "items", "overdue", "collectible",
    "disputed", "promised", "blocked", "on_account", "days_late", "oldest_due", "broken_date", "contact_date", "outcome", "next_date",
)  # fmt: skip


@action
def log_contacts(call: Call, new: Sequence[rules.NewEntry]) -> list[int]:
    """Log contacts; the entries' ids in order. A promise marks its items as promised until it can be broken, a dispute as disputed.

    Locks the customer accounts and looks again. Errors: Refused('collection.entry-not-usable'),
    Refused('collection.logged-meanwhile') when somebody else logged since `seen`, Refused('collection.promise-too-large'),
    Refused('not-found').
    """
    if not new:
        return []
    wanted = [rules.checked(each, call.today) for each in new]
    accounts = sorted({each.account_id for each in wanted})
    if customer_facts.lock_accounts(call, accounts) != accounts:
        raise ids.not_found("acc")
    _check_seen(call, wanted)
    policy = queries.policy(call, call.today).policy
    items = _items_of(call, wanted)
    keys = bulk.insert(ContactEntry, _ENTRY, [_entry_row(call, each, policy) for each in wanted])
    marks: list[NewMark] = []
    about: list[tuple[object, ...]] = []
    for key, each in zip(keys, wanted, strict=True):
        mine = items[each.account_id]
        chosen = [mine[item] for item in each.item_ids] if each.item_ids else _oldest_for(each, mine)
        about += [(call.company.id, key, item.id, item.open.currency, item.open.amount) for item in chosen]
        marks += _marks(call, key, each, chosen, policy)
    bulk.copy_in(ContactItem, _ITEM, about)
    if marks:
        receivables.set_marks(call, marks)
    events.record_many(call, [_told(key, each) for key, each in zip(keys, wanted, strict=True)])
    _rank(call, accounts)
    return keys


def _check_seen(call: Call, wanted: Sequence[rules.NewEntry]) -> None:
    """Nobody may have logged since the caller looked: two people calling one customer is what the list is there to prevent."""
    for each in wanted:
        if each.seen is None:
            continue
        last = queries.latest_entry(call, each.account_id)
        if last is not None and last.id > each.seen:
            said = rules.OUTCOME_NAMES[last.outcome].lower()
            raise Refused(
                "collection.logged-meanwhile",
                f"{last.by_name} logged “{said}” meanwhile. Nothing was logged; look again.",
                by=last.by_name,
            )


def _items_of(call: Call, wanted: Sequence[rules.NewEntry]) -> dict[int, dict[int, ItemView]]:
    """Open items that are owed, by account and id, the earliest due first. Errors: Refused('not-found') for another's item."""
    found: defaultdict[int, dict[int, ItemView]] = defaultdict(dict)
    asked = {each.account_id for each in wanted if each.item_ids or each.outcome == "promise"}
    if asked:
        for item in item_facts.items(call, call.today, account_ids=sorted(asked)):
            if item.open.amount > 0:
                found[item.customer_account_id][item.id] = item
    if any(item not in found[each.account_id] for each in wanted for item in each.item_ids):
        raise ids.not_found("itm")
    return found


def _oldest_for(new: rules.NewEntry, items: dict[int, ItemView]) -> list[ItemView]:
    """A promise without items is for the oldest in its currency, as far as it goes."""
    if new.outcome != "promise" or new.promised is None:
        return []
    chosen, rest = [], new.promised.amount
    for item in items.values():
        if item.open.currency == new.promised.currency and rest > 0:
            chosen.append(item)
            rest -= item.open.amount
    return chosen


def _marks(call: Call, key: int, new: rules.NewEntry, items: Sequence[ItemView], policy: rules.Policy) -> list[NewMark]:
    subject = ids.outer("cte", key)
    if new.outcome == "dispute":
        return [
            NewMark(
                item_id=item.id,
                kind="disputed",
                from_date=call.today,
                money=item.open,
                value=new.text.strip()[:100],
                subject=subject,
            )
            for item in items
        ]
    if new.outcome != "promise":
        return []
    assert new.promised is not None and new.promise_date is not None  # noqa: PT018 - rules.checked has seen to it
    fitting = [(item.id, item.open) for item in items if item.open.currency == new.promised.currency]
    until = add_days(new.promise_date, policy.promise_tolerance_days + 1)
    return [
        NewMark(
            item_id=item,
            kind="promised",
            from_date=call.today,
            until_date=until,
            money=part,
            value=new.promise_date.isoformat(),
            subject=subject,
        )
        for item, part in rules.split_promise(new.promised, fitting)
    ]


def _entry_row(call: Call, new: rules.NewEntry, policy: rules.Policy) -> tuple[object, ...]:
    return (
        call.company.id, new.account_id, None, call.at, call.today, new.channel, new.direction, new.outcome, new.text.strip(),
        new.person.strip()[:200], rules.next_date(new, policy, call.today, call.company.country),
        new.promised.amount if new.promised else None, new.promised.currency if new.promised else "", new.promise_date, call.by.id,
        call.by.name,
    )  # fmt: skip


def _told(key: int, new: rules.NewEntry) -> events.Row:
    facts: dict[str, object] = {"channel": new.channel, "outcome": new.outcome, "reason": new.text.strip()[:200]}
    if new.promised and new.promise_date:
        facts |= {
            "amount": str(new.promised.amount), "currency": new.promised.currency, "until": new.promise_date.isoformat(),
        }  # fmt: skip
    subjects = [ids.outer("cte", key), ids.outer("acc", new.account_id), *(ids.outer("itm", item) for item in new.item_ids)]
    return "collection.contact-logged", subjects, facts, None


@action
def withdraw_contacts(call: Call, entry_ids: Sequence[int], reason: str = "") -> list[int]:
    """Take entries back, each by an entry that follows it, and end the marks they set; the new entries' ids.

    Errors: Refused('not-found'), Refused('collection.entry-withdrawn').
    """
    found = list(ContactEntry.objects.filter(company_id=call.company.id, id__in=set(entry_ids)).order_by("id"))
    if len(found) != len(set(entry_ids)):
        raise ids.not_found("cte")
    accounts = sorted({row.customer_account_id for row in found})
    customer_facts.lock_accounts(call, accounts)
    if (
        any(row.corrects_id for row in found)
        or ContactEntry.objects.filter(company_id=call.company.id, corrects_id__in=[row.id for row in found]).exists()
    ):
        raise Refused("collection.entry-withdrawn", "This was taken back already. Nothing was changed.")
    rows = [
        (
            call.company.id, row.customer_account_id, row.id, call.at, call.today, row.channel, row.direction, "withdrawn",
            reason.strip()[: rules.TEXT_MAX], row.person, None, None, "", None, call.by.id, call.by.name,
        )
        for row in found
    ]  # fmt: skip
    keys = bulk.insert(ContactEntry, _ENTRY, rows)
    marks = [mark for row in found for mark in item_facts.marks_set_by(call, ids.outer("cte", row.id))]
    if marks:
        receivables.end_marks(call, marks, "withdrawn")
    subjects = [ids.outer("cte", key) for key in (*keys, *(row.id for row in found))]
    subjects += [ids.outer("acc", account) for account in accounts]
    events.record(call, "collection.contacts-withdrawn", subjects, {"reason": reason.strip()[:200]})
    _rank(call, accounts)
    return keys


@action
def send_statement(
    call: Call, account_id: int, item_ids: Sequence[int], recipient: str, title: str, body: str, seen: int | None = None
) -> int:
    """Mail a customer what is open, and log it; the entry's id. What was paid meanwhile is refused, not asked for.

    Errors: Refused('collection.items-changed'), Refused('documents.dispatch-not-usable'), as log_contacts.
    """
    if customer_facts.lock_accounts(call, [account_id]) != [account_id]:
        raise ids.not_found("acc")
    open_ = {item.id for item in item_facts.items(call, call.today, account_ids=[account_id]) if item.open.amount > 0}
    if not item_ids or not set(item_ids) <= open_:
        raise Refused("collection.items-changed", "An item was paid or changed meanwhile. Nothing was sent; look again.")
    entry = rules.NewEntry(account_id, "sent", "email", text=title, person=recipient, item_ids=tuple(item_ids), seen=seen)
    (key,) = log_contacts(call, [entry])
    documents.queue_dispatches(call, [NewDispatch(ids.outer("acc", account_id), "statement", (recipient,), title, body)])
    return key


@action
def assign_accounts(call: Call, account_ids: Sequence[int], user_id: int | None) -> int:
    """Say who collects from accounts; None takes them from everybody. How many. Errors: Refused('not-found')."""
    accounts = sorted(set(account_ids))
    if user_id is not None and not access_facts.is_member(call, user_id):
        raise ids.not_found("usr")
    if customer_facts.lock_accounts(call, accounts) != accounts:
        raise ids.not_found("acc")
    Collector.objects.filter(company_id=call.company.id, customer_account_id__in=accounts).delete()
    if user_id is not None:
        rows = [(call.company.id, account, user_id) for account in accounts]
        bulk.copy_in(Collector, ("company_id", "customer_account_id", "user_id"), rows)
    WorklistRow.objects.filter(company_id=call.company.id, customer_account_id__in=accounts).update(collector_id=user_id)
    subjects = [ids.outer("acc", account) for account in accounts]
    name = access_facts.user_names(call, [user_id]).get(user_id, "") if user_id else ""
    events.record(call, "collection.accounts-assigned", subjects, {"name": name})
    return len(accounts)


@action
def set_absence(call: Call, user_id: int, substitute_id: int, from_date: dt.date, until_date: dt.date) -> int:
    """Somebody is away from a day to before a day, and a colleague works their list. Errors: Refused('collection.absence-not-usable')."""
    if user_id == substitute_id or until_date <= from_date or until_date <= call.today:
        raise Refused("collection.absence-not-usable", "Name somebody else, and days of which the last is not past.")
    for key in (user_id, substitute_id):
        if not access_facts.is_member(call, key):
            raise ids.not_found("usr")
    values = {"user_id": user_id, "substitute_id": substitute_id, "from_date": from_date, "until_date": until_date}
    row = Absence.objects.create(company_id=call.company.id, by_name=call.by.name, **values)
    facts = {"from": from_date.isoformat(), "until": until_date.isoformat()}
    events.record(call, "collection.absence-set", [ids.outer("usr", user_id), ids.outer("usr", substitute_id)], facts)
    return row.id


@action
def end_absence(call: Call, absence_id: int) -> None:
    """Somebody is back. Errors: Refused('not-found')."""
    row = Absence.objects.filter(company_id=call.company.id, pk=absence_id).first()
    if row is None:
        raise Refused("not-found", "There is no such absence.")
    row.delete()
    events.record(call, "collection.absence-ended", [ids.outer("usr", row.user_id), ids.outer("usr", row.substitute_id)])


@action
def set_policy(call: Call, policy: rules.Policy, valid_from: dt.date) -> int:
    """Put a policy in force from a day on; a job ranks by it. Its version."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(hashtext('collection.policy'), %s)", [call.company.id % 2**31])
    last = CollectionPolicy.objects.filter(company_id=call.company.id).order_by("-version").first()
    version = last.version + 1 if last else 1
    values = rules.policy_to_json(policy)
    CollectionPolicy.objects.create(
        company_id=call.company.id, version=version, valid_from=valid_from, rules=values, by_name=call.by.name
    )
    facts = {"valid_from": valid_from.isoformat(), "rules": values}
    events.record(call, "collection.policy-set", [ids.outer("cmp", call.company.id)], facts, policy_version=str(version))
    enqueue("rank_worklists", company_id=call.company.id)
    return version


@action
def rank_accounts(call: Call, account_ids: Sequence[int]) -> int:
    """Rank accounts anew by today's facts and policy; how many have a place. Running it twice changes nothing.

    Locks the accounts, so that whoever has many calls it in chunks.
    """
    many = _rank(call, account_ids)
    events.record(
        call, "collection.accounts-ranked", [ids.outer("cmp", call.company.id)], {"asked": len(account_ids), "accounts": many}
    )
    return many


def _rank(call: Call, account_ids: Sequence[int]) -> int:
    """Facts, one pure pass, and the rows written again."""
    customer_facts.lock_accounts(call, account_ids)
    version = queries.policy(call, call.today)
    found = queries.facts(call, call.today, account_ids)
    owners = queries.collectors(call, [each.account_id for each in found])
    rows = []
    for each in found:
        placed = rules.rank(each, version.policy, call.today)
        if placed.is_listed:
            rows.append(
                (
                    call.company.id, each.account_id, owners.get(each.account_id), call.today, version.version, placed.priority, each.items,
                    each.overdue, placed.collectible, each.disputed, each.promised, each.blocked, each.on_account, placed.days_late,
                    each.oldest_due, placed.broken_date, each.contact_date, each.outcome, each.next_date,
                )
            )  # fmt: skip
    WorklistRow.objects.filter(company_id=call.company.id, customer_account_id__in=list(account_ids)).delete()
    bulk.copy_in(WorklistRow, _ROW, rows)
    return len(rows)
