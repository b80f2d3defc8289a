"""The worklist as ranked, the contact log, the policy of a day, and the facts that the ranking needs."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum
from django.utils import translation
from django.utils.translation import gettext as _

from duecourse.collection import rules
from duecourse.collection.models import Absence, CollectionPolicy, Collector, ContactEntry, ContactItem, WorklistRow
from duecourse.core import ids, paging
from duecourse.core.call import Call, require
from duecourse.core.money import Money
from duecourse.receivables import queries as item_facts
from duecourse.receivables.queries import ItemView

SHOWS = ("todo", "done", "waiting")
WHOSE = ("mine", "all", "nobody")
COUNT_MAX = 1000  # beside the side bar no more are counted


@dataclass(frozen=True, slots=True)
class PolicyView:
    """A policy with its version; version 0 is the one a company begins with."""

    version: int
    policy: rules.Policy
    valid_from: dt.date | None
    by_name: str


@dataclass(frozen=True, slots=True)
class AbsenceView:
    """Who is away from a day to before a day, and who stands in."""

    id: int
    user_id: int
    user_name: str
    substitute_id: int
    substitute_name: str
    from_date: dt.date
    until_date: dt.date


@dataclass(frozen=True, slots=True)
class DayFigures:
    """What one person (or everybody) did on a day: contacts, and what was promised in the company's currency only."""

    contacts: int
    promises: int
    promised: Sequence[Money]


def policy(call: Call, on: dt.date) -> PolicyView:
    """The newest policy valid on a day."""
    found = CollectionPolicy.objects.filter(company_id=call.company.id, valid_from__lte=on).order_by("-valid_from", "-version")
    row = found.first()
    if row is None:
        return PolicyView(0, rules.Policy(), None, "")
    return PolicyView(row.version, rules.policy_from_json(row.rules), row.valid_from, row.by_name)


def policies(call: Call) -> list[PolicyView]:
    """Every policy that was ever set, the newest first."""
    require(call, "collection.read")
    return [
        PolicyView(row.version, rules.policy_from_json(row.rules), row.valid_from, row.by_name)
        for row in CollectionPolicy.objects.filter(company_id=call.company.id).order_by("-version")
    ]


# -- the worklist


def lists_of(call: Call) -> list[int]:
    """Whose accounts the caller works today: their own, and those of colleagues who are away. One query."""
    away = Absence.objects.filter(
        company_id=call.company.id, substitute_id=call.by.id, from_date__lte=call.today, until_date__gt=call.today
    )
    return [call.by.id, *away.values_list("user_id", flat=True)]


def has_own(call: Call) -> bool:
    """Whether any account is assigned to one of the caller's lists; two queries."""
    return Collector.objects.filter(company_id=call.company.id, user_id__in=lists_of(call)).exists()


def _rows(call: Call, whose: str) -> QuerySet[WorklistRow]:
    found = WorklistRow.objects.filter(company_id=call.company.id)
    if whose == "mine":
        return found.filter(collector_id__in=lists_of(call))
    return found.filter(collector__isnull=True) if whose == "nobody" else found


def _shown(found: QuerySet[WorklistRow], show: str, today: dt.date) -> QuerySet[WorklistRow]:
    """The same split as rules.Line.state, in the database."""
    if show == "done":
        return found.filter(contact_date=today)
    found = found.filter(Q(contact_date__isnull=True) | Q(contact_date__lt=today))
    if show == "waiting":
        return found.filter(Q(next_date__gt=today) | Q(priority=0))
    return found.filter(Q(next_date__isnull=True) | Q(next_date__lte=today), priority__gt=0)


def worklist(call: Call, show: str = "todo", whose: str = "all", page: int = 1, size: int = 50) -> paging.Page[rules.Line]:
    """One page of the list, the highest priority first; a fixed number of queries."""
    require(call, "collection.read")
    found = _shown(_rows(call, whose), show, call.today)
    return paging.page(found.order_by("-priority", "customer_account_id"), page, size, lambda row: _line(call, row))


def counts(call: Call, whose: str = "all") -> dict[str, int]:
    """How many accounts are to do, done and waiting; one query (and one for whose lists they are)."""
    require(call, "collection.read")
    today = call.today
    open_ = Q(contact_date__isnull=True) | Q(contact_date__lt=today)
    return _rows(call, whose).aggregate(
        todo=Count("id", filter=open_ & (Q(next_date__isnull=True) | Q(next_date__lte=today)) & Q(priority__gt=0)),
        waiting=Count("id", filter=open_ & (Q(next_date__gt=today) | Q(priority=0))),
        done=Count("id", filter=Q(contact_date=today)),
    )


def todo_count(call: Call) -> int:
    """How many accounts wait for the caller, for the side bar; counts no further than COUNT_MAX."""
    whose = "mine" if has_own(call) else "all"
    return _shown(_rows(call, whose), "todo", call.today)[:COUNT_MAX].count()


def line_of(call: Call, account_id: int) -> rules.Line | None:
    """One account's row of the list; None when it has no place there."""
    row = WorklistRow.objects.filter(company_id=call.company.id, customer_account_id=account_id).first()
    return _line(call, row) if row else None


def ranked_date(call: Call) -> dt.date | None:
    """The day of the oldest rank in the list; None when nothing is ranked."""
    return (
        WorklistRow.objects.filter(company_id=call.company.id)
        .order_by("ranked_date")
        .values_list("ranked_date", flat=True)
        .first()
    )


def _line(call: Call, row: WorklistRow) -> rules.Line:
    def own(amount: Decimal) -> Money:
        return Money.rounding(amount, call.company.currency)

    return rules.Line(
        row.customer_account_id, row.collector_id, row.ranked_date, row.priority, row.items, own(row.overdue), own(row.collectible),
        own(row.disputed), own(row.promised), own(row.blocked), own(row.on_account), row.days_late, row.oldest_due, row.broken_date,
        row.contact_date, row.outcome, row.next_date,
    )  # fmt: skip


# -- what the ranking needs

_LATEST = """
with standing as (
  select e.id, e.customer_account_id, e.contact_date, e.outcome, e.next_date, e.promise_date, e.promised_amount
  from collection_contactentry e
  where e.company_id = %(company)s and e.outcome not in ('note', 'withdrawn') and e.contact_date <= %(on)s
    {narrow}
    and not exists (select 1 from collection_contactentry c where c.corrects_id = e.id)
), latest as (
  select distinct on (customer_account_id) * from standing order by customer_account_id, id desc
), contact as (
  select distinct on (customer_account_id) * from standing where outcome <> 'snoozed' order by customer_account_id, id desc
), promise as (
  select distinct on (customer_account_id) * from standing where outcome = 'promise' order by customer_account_id, id desc
)
select l.customer_account_id, c.contact_date, coalesce(c.outcome, ''), l.next_date, p.promise_date, p.id, p.promised_amount
from latest l left join contact c using (customer_account_id) left join promise p using (customer_account_id)
"""


def facts(call: Call, on: dt.date, account_ids: Sequence[int] | None = None) -> list[rules.Facts]:
    """What is known of every account with something overdue (None: of all accounts). Five queries for any number."""
    with connection.cursor() as cursor:
        accounts = None if account_ids is None else list(account_ids)
        narrow = "" if accounts is None else "and e.customer_account_id = any(%(accounts)s)"
        cursor.execute(_LATEST.format(narrow=narrow), {"company": call.company.id, "on": on, "accounts": accounts})
        latest = {row[0]: row[1:] for row in cursor.fetchall()}
    kept = _kept(call, {row[4]: row[5] for row in latest.values() if row[3] is not None and row[3] < on})
    made = []
    for sums in item_facts.overdue_sums(call, on, account_ids):
        contact, outcome, next_date, promise_date, promise, _amount = latest.get(
            sums.account_id, (None, "", None, None, None, None)
        )
        made.append(
            rules.Facts(
                sums.account_id, sums.items, sums.overdue, sums.weighted, sums.oldest_due, sums.on_account, sums.disputed, sums.promised,
                sums.blocked, sums.weighted_aside, contact, outcome, next_date, promise_date, promise in kept,
            )
        )  # fmt: skip
    return made


def _kept(call: Call, promises: dict[int, Decimal]) -> set[int]:
    """Those promises (entry id → amount) since which at least as much came in on their items."""
    if not promises:
        return set()
    rows = list(
        ContactItem.objects.filter(company_id=call.company.id, entry_id__in=list(promises)).values_list(
            "entry_id", "item_id", "open_amount"
        )
    )
    now = item_facts.open_amounts(call, {item for _, item, _ in rows})
    paid: defaultdict[int, Decimal] = defaultdict(Decimal)
    for entry, item, then in rows:
        paid[entry] += then - now[item].amount
    return {entry for entry, amount in promises.items() if paid[entry] >= amount}


# -- the contact log


def entries(call: Call, account_ids: Iterable[int], limit: int = 50) -> list[rules.EntryView]:
    """The latest lines of the log of accounts, the newest first; three queries."""
    require(call, "collection.read")
    found = ContactEntry.objects.filter(company_id=call.company.id, customer_account_id__in=list(account_ids))
    return _entries(call, found.order_by("-id")[:limit])


def entries_page(call: Call, account_id: int, page: int = 1, size: int = 50) -> paging.Page[rules.EntryView]:
    """One page of an account's log, the newest first; four queries."""
    require(call, "collection.read")
    found = ContactEntry.objects.filter(company_id=call.company.id, customer_account_id=account_id)
    start, stop = paging.bounds(page, size)
    return paging.Page(_entries(call, found.order_by("-id")[start:stop]), found.count(), max(page, 1), stop - start)


def entry_for_caller(call: Call, text: str) -> rules.EntryView:
    """A line of the log by outside id. Errors: Refused('not-found')."""
    require(call, "collection.read")
    found = _entries(call, ContactEntry.objects.filter(company_id=call.company.id, pk=ids.inner("cte", text)))
    if not found:
        raise ids.not_found("cte")
    return found[0]


def _entries(call: Call, found: QuerySet[ContactEntry]) -> list[rules.EntryView]:
    rows = list(found)
    keys = [row.id for row in rows]
    withdrawn = dict(
        ContactEntry.objects.filter(company_id=call.company.id, corrects_id__in=keys).values_list("corrects_id", "by_name")
    )
    items: defaultdict[int, list[tuple[int, Money]]] = defaultdict(list)
    about = ContactItem.objects.filter(company_id=call.company.id, entry_id__in=keys).order_by("id")
    for entry, item, amount, currency in about.values_list("entry_id", "item_id", "open_amount", "currency"):
        items[entry].append((item, Money(amount, currency)))
    views = [_entry(row) for row in rows]
    return [replace(view, withdrawn_by=withdrawn.get(view.id, ""), items=tuple(items[view.id])) for view in views]


def _entry(row: ContactEntry) -> rules.EntryView:
    promised = None if row.promised_amount is None else Money(row.promised_amount, row.promised_currency)
    return rules.EntryView(
        row.id, ids.outer("cte", row.id), row.customer_account_id, row.at, row.contact_date, row.channel, row.direction, row.outcome,
        row.text, row.person, row.next_date, promised, row.promise_date, row.by_id, row.by_name, row.corrects_id, "",
    )  # fmt: skip


def latest_entry(call: Call, account_id: int) -> ContactEntry | None:
    """The last line of an account's log."""
    return ContactEntry.objects.filter(company_id=call.company.id, customer_account_id=account_id).order_by("-id").first()


def done_on(call: Call, on: dt.date, by_id: int | None = None) -> DayFigures:
    """Contacts and promises of a day that were not taken back, of one person or of all; two queries."""
    withdrawn = ContactEntry.objects.filter(company_id=call.company.id, corrects__isnull=False).values("corrects_id")
    found = ContactEntry.objects.filter(company_id=call.company.id, contact_date=on, outcome__in=rules.REACHED)
    if by_id is not None:
        found = found.filter(by_id=by_id)
    found = found.exclude(id__in=withdrawn)
    sums = (
        found.filter(outcome="promise").values_list("promised_currency").annotate(many=Count("id"), amount=Sum("promised_amount"))
    )
    promises = list(sums.order_by("promised_currency"))
    return DayFigures(found.count(), sum(row[1] for row in promises), [Money(row[2], row[0]) for row in promises])


def due_again(call: Call, on: dt.date) -> list[tuple[int, int, str, dt.date]]:
    """(account, who said so, outcome, day) of accounts whose latest entry that stands says to come back on `on`; one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select e.customer_account_id, e.by_id, e.outcome, e.contact_date from collection_contactentry e "
            "where e.company_id = %s and e.next_date = %s and not exists (select 1 from collection_contactentry l "
            "where l.company_id = e.company_id and l.customer_account_id = e.customer_account_id and l.id > e.id "
            "and l.outcome <> 'note') order by e.customer_account_id",
            [call.company.id, on],
        )
        return list(cursor.fetchall())


# -- what is written to customers


def statement_mail(call: Call, items: Sequence[ItemView], language: str) -> tuple[str, str]:
    """Title and text of a friendly statement of open items, in the customer's language; sums per currency."""
    with translation.override(language):
        lines = [
            _("{number}, due on {due}: {amount} ({days} days late)").format(
                number=item.number, due=item.due_date.isoformat(), amount=item.open, days=item.late_days
            )
            if item.late_days > 0
            else _("{number}, due on {due}: {amount}").format(number=item.number, due=item.due_date.isoformat(), amount=item.open)
            for item in items
        ]
        sums = [
            str(Money.total((item.open for item in items if item.open.currency == currency), currency))
            for currency in sorted({item.open.currency for item in items})
        ]
        title = _("Open items at {company}").format(company=call.company.name)
        body = _(
            "Good day,\n\nour books show these items as open:\n\n{lines}\n\nTogether: {sum}\n\n"
            "When will you pay them? If something is wrong with one of them, tell us which and why.\n\n{who}\n{company}\n"
        ).format(lines="\n".join(lines), sum=", ".join(sums), who=call.by.name, company=call.company.name)
    return title, body


# -- who collects


def collectors(call: Call, account_ids: Iterable[int]) -> dict[int, int]:
    """Account → who collects from it, where somebody does."""
    found = Collector.objects.filter(company_id=call.company.id, customer_account_id__in=list(account_ids))
    return dict(found.values_list("customer_account_id", "user_id"))


def absences(call: Call) -> list[AbsenceView]:
    """Absences that have not ended, the next first."""
    require(call, "collection.read")
    found = Absence.objects.filter(company_id=call.company.id, until_date__gt=call.today).select_related("user", "substitute")
    return [
        AbsenceView(row.id, row.user_id, row.user.name, row.substitute_id, row.substitute.name, row.from_date, row.until_date)
        for row in found.order_by("from_date", "id")
    ]
