"""Whom to call first and why, what may be logged, and when one comes back to it. Pure: no database, no clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from duecourse.core.calendar import add_business_days, add_days
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.core.reasons import N_, Reason, define

CHANNELS = ("call", "email", "letter", "visit", "other")
DIRECTIONS = ("out", "in")
REACHED = (
    "will-pay",
    "promise",
    "paid",
    "dispute",
    "no-answer",
    "call-back",
    "wrong-number",
    "sent",
)  # contacts, or tries of one
SAID = (*REACHED, "note", "snoozed")  # what a person may log
OUTCOME_NAMES = {
    "will-pay": N_("Reached, will pay"),
    "promise": N_("Promised to pay"),
    "paid": N_("Says it is paid"),
    "dispute": N_("Disputes"),
    "no-answer": N_("No answer"),
    "call-back": N_("Call back"),
    "wrong-number": N_("Wrong number"),
    "sent": N_("Sent"),
    "note": N_("Note"),
    "snoozed": N_("Put aside"),
    "withdrawn": N_("Taken back"),
}
CHANNEL_NAMES = {"call": N_("Call"), "email": N_("E-mail"), "letter": N_("Letter"), "visit": N_("Visit"), "other": N_("Other")}
TEXT_MAX = 2000


@dataclass(frozen=True, slots=True)
class Policy:
    """What is worth a contact, in the company's currency and days late, and after how many working days one comes back."""

    amount_min: Decimal = Decimal(100)  # less than this to be collected is left alone
    days_min: int = 3  # the oldest item has to be this late
    promise_tolerance_days: int = 2  # a promise counts as broken so many days after its day
    broken_promise_factor: Decimal = Decimal("1.5")  # a broken promise counts for more
    will_pay_days: int = 5
    paid_days: int = 3
    dispute_days: int = 10
    no_answer_days: int = 1
    call_back_days: int = 1
    wrong_number_days: int = 1
    sent_days: int = 7

    def __post_init__(self) -> None:
        if not self.amount_min.is_finite() or not 0 <= self.amount_min < 10**12:
            raise _unusable("amount_min", self.amount_min, "an amount, not negative")
        if not self.broken_promise_factor.is_finite() or not 1 <= self.broken_promise_factor <= 10:
            raise _unusable("broken_promise_factor", self.broken_promise_factor, "a number from 1 to 10")
        for name in DAY_FIELDS:
            if not 0 <= getattr(self, name) <= 365:
                raise _unusable(name, getattr(self, name), "days from 0 to 365")


DAY_FIELDS = tuple(part.name for part in fields(Policy) if part.name.endswith(("_days", "days_min")))


def _unusable(name: str, value: object, expected: str) -> Refused:
    return Refused("collection.policy-not-usable", f"The policy cannot have {name} = {value}; expected {expected}.", field=name)


def policy_to_json(policy: Policy) -> dict[str, object]:
    """A policy as plain JSON; decimals as text."""
    values = {part.name: getattr(policy, part.name) for part in fields(policy)}
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in values.items()}


def policy_from_json(data: Mapping[str, object]) -> Policy:
    """The policy behind JSON. Errors: Refused('collection.policy-not-usable') names what is wrong and what was expected."""
    known = {part.name for part in fields(Policy)}
    values: dict[str, object] = {}
    for name, value in data.items():
        if name not in known:
            raise _unusable(name, value, "one of " + ", ".join(sorted(known)))
        if name in DAY_FIELDS:
            if isinstance(value, bool) or not isinstance(value, int):
                raise _unusable(name, value, "a whole number of days")
            values[name] = value
            continue
        try:
            values[name] = Decimal(str(value))
        except InvalidOperation:
            raise _unusable(name, value, "a number") from None
    return Policy(**values)  # type: ignore[arg-type]


# -- the order of the list


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of one account on a day; amounts in the company's currency, `weighted` is amount × days late over its items.

    `disputed`, `promised` and `blocked` are parts of `overdue`, and `weighted_aside` of `weighted`. `broken_date` is the day of
    the last promise where less came in since than was promised.
    """

    account_id: int
    items: int
    overdue: Decimal
    weighted: Decimal
    oldest_due: dt.date
    on_account: Decimal = Decimal(0)
    disputed: Decimal = Decimal(0)
    promised: Decimal = Decimal(0)
    blocked: Decimal = Decimal(0)
    weighted_aside: Decimal = Decimal(0)
    contact_date: dt.date | None = None
    outcome: str = ""
    next_date: dt.date | None = None
    promise_date: dt.date | None = None
    promise_kept: bool = False


@dataclass(frozen=True, slots=True)
class Rank:
    """Where an account stands: `priority` is collectible amount × days late; 0 when there is nothing to ask for now."""

    priority: Decimal
    collectible: Decimal
    days_late: int  # on average over what is collectible, by amount
    broken_date: dt.date | None
    is_listed: bool  # worth a place in the list at all


def rank(facts: Facts, policy: Policy, on: dt.date) -> Rank:
    """An account's place: overdue × days late, less what is disputed, promised, blocked or already here and not applied."""
    before = facts.overdue - facts.disputed - facts.promised - facts.blocked
    collectible = max(Decimal(0), before - facts.on_account)
    weighted = max(Decimal(0), facts.weighted - facts.weighted_aside)
    rest = weighted * collectible / before if before > 0 else Decimal(0)
    days = int((rest / collectible).quantize(Decimal(1), ROUND_HALF_UP)) if collectible > 0 else 0
    broken = _broken(facts, policy, on)
    listed = facts.overdue >= policy.amount_min and (on - facts.oldest_due).days >= policy.days_min
    worth = listed and collectible > 0 and collectible >= policy.amount_min
    factor = policy.broken_promise_factor if broken else Decimal(1)
    priority = (rest * factor).quantize(Decimal("0.0001"), ROUND_HALF_UP) if worth else Decimal(0)
    return Rank(priority, collectible.quantize(Decimal("0.0001"), ROUND_HALF_UP), days, broken, listed)


def _broken(facts: Facts, policy: Policy, on: dt.date) -> dt.date | None:
    if facts.promise_date is None or facts.promise_kept:
        return None
    return facts.promise_date if on > add_days(facts.promise_date, policy.promise_tolerance_days) else None


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the worklist as it is shown; amounts in the company's currency."""

    account_id: int
    collector_id: int | None
    ranked_date: dt.date
    priority: Decimal
    items: int
    overdue: Money
    collectible: Money
    disputed: Money
    promised: Money
    blocked: Money
    on_account: Money
    days_late: int
    oldest_due: dt.date
    broken_date: dt.date | None
    contact_date: dt.date | None
    outcome: str
    next_date: dt.date | None

    def state(self, today: dt.date) -> str:
        """todo, waiting or done: done is who was contacted today, waiting whom there is nothing to ask or not yet."""
        if self.contact_date == today:
            return "done"
        later = self.next_date is not None and self.next_date > today
        return "waiting" if later or self.priority == 0 else "todo"


def why_now(line: Line, today: dt.date) -> Reason:
    """The one thing that says why this account stands where it stands."""
    if line.priority == 0 and line.disputed.amount >= max(line.promised.amount, line.blocked.amount, line.on_account.amount):
        return Reason("collection.all-disputed", {"amount": line.disputed})
    if line.priority == 0 and line.promised.amount:
        return Reason("collection.all-promised", {"amount": line.promised})
    if line.priority == 0:
        return Reason("collection.nothing-to-ask", {"amount": line.collectible})
    if line.broken_date:
        return Reason("collection.promise-broken", {"day": line.broken_date})
    if line.next_date is not None and line.next_date > today:
        return Reason("collection.waits-until", {"day": line.next_date})
    if line.next_date is not None:
        return Reason("collection.was-put-on", {"day": line.next_date})
    if line.contact_date is None:
        return Reason("collection.never-contacted", {"days": line.days_late})
    return Reason("collection.silent-for", {"days": (today - line.contact_date).days})


def reasons(line: Line, today: dt.date) -> list[Reason]:
    """Why the account stands where it stands, in full: how much is how late, what was said, and what is left out."""
    oldest = (today - line.oldest_due).days
    said = [Reason("collection.late", {"amount": line.collectible, "days": line.days_late, "oldest": oldest})]
    if line.broken_date:
        said.append(Reason("collection.promise-broken", {"day": line.broken_date}))
    if line.contact_date is None:
        said.append(Reason("collection.no-contact-yet"))
    elif line.contact_date == today:
        said.append(Reason("collection.contacted-today"))
    else:
        said.append(Reason("collection.last-contact", {"days": (today - line.contact_date).days}))
    parts = (
        ("collection.promised", line.promised), ("collection.disputed", line.disputed), ("collection.blocked", line.blocked),
        ("collection.on-account", line.on_account),
    )  # fmt: skip
    said += [Reason(code, {"amount": amount}) for code, amount in parts if amount.amount]
    if not line.promised.amount:
        said.append(Reason("collection.nothing-promised"))
    if line.next_date is not None and line.next_date > today:
        said.append(Reason("collection.waits-until", {"day": line.next_date}))
    return said


def next_action(line: Line, has_phone: bool, has_email: bool) -> str:
    """What to do with it: call, email, find-contact, or wait; a wrong number is not called again."""
    if line.priority == 0:
        return "wait"
    if has_phone and line.outcome != "wrong-number":
        return "call"
    return "email" if has_email else "find-contact"


# -- what is logged


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A contact to be logged. `seen` is the id of the latest entry that whoever logs has seen (0: none), None not to ask.

    A promise says how much (`promised`) and by when; without items it is for the oldest that are overdue in its currency.
    """

    account_id: int
    outcome: str
    channel: str = "call"
    direction: str = "out"
    text: str = ""
    person: str = ""
    next_date: dt.date | None = None
    promised: Money | None = None
    promise_date: dt.date | None = None
    item_ids: tuple[int, ...] = ()
    seen: int | None = None


@dataclass(frozen=True, slots=True)
class EntryView:
    """A line of the contact log; `withdrawn_by` is set when a following entry took it back."""

    id: int
    ref: str
    account_id: int
    at: dt.datetime
    contact_date: dt.date
    channel: str
    direction: str
    outcome: str
    text: str
    person: str
    next_date: dt.date | None
    promised: Money | None
    promise_date: dt.date | None
    by_id: int
    by_name: str
    corrects_id: int | None
    withdrawn_by: str
    items: tuple[tuple[int, Money], ...] = ()  # item id, what was open of it then


def checked(new: NewEntry, today: dt.date) -> NewEntry:
    """`new` when it can be logged. Errors: Refused('collection.entry-not-usable') says what is missing."""
    if new.outcome not in SAID:
        raise _entry("outcome", f"“{new.outcome}” is no outcome; expected one of {', '.join(SAID)}.")
    if new.channel not in CHANNELS or new.direction not in DIRECTIONS:
        raise _entry("channel", f"A contact is by {', '.join(CHANNELS)}, and out or in.")
    if len(new.text) > TEXT_MAX:
        raise _entry("text", f"The text has {len(new.text)} characters; at most {TEXT_MAX} are kept.")
    if new.outcome == "note" and not new.text.strip():
        raise _entry("text", "A note needs its text.")
    if new.next_date is not None and new.next_date < today:
        raise _entry("next_date", f"The next date {new.next_date.isoformat()} is past.")
    if new.outcome == "snoozed" and (new.next_date is None or new.next_date <= today):
        raise _entry("next_date", "Say until when it is put aside: a day after today.")
    if new.outcome != "promise":
        if new.promised is not None or new.promise_date is not None:
            raise _entry("outcome", "An amount and a day are promised with the outcome promise only.")
        return new
    if new.promised is None or new.promised.amount <= 0:
        raise _entry("amount", "Say how much was promised: an amount above nothing.")
    if new.promise_date is None or new.promise_date < today:
        raise _entry("promise_date", "Say by when it was promised: today or later.")
    if (new.promise_date - today).days > 365:
        raise _entry("promise_date", "A promise is for a day within a year; what takes longer is a payment plan.")
    return new


def _entry(field: str, message: str) -> Refused:
    return Refused("collection.entry-not-usable", message + " Nothing was logged.", field=field)


def next_date(new: NewEntry, policy: Policy, today: dt.date, country: str) -> dt.date | None:
    """When to come back: what was said, or what the policy says for the outcome; after a promise, when it can be broken."""
    if new.next_date is not None or new.outcome == "note":
        return new.next_date
    if new.outcome == "promise":
        assert new.promise_date is not None
        return add_days(new.promise_date, policy.promise_tolerance_days + 1)
    days = getattr(policy, new.outcome.replace("-", "_") + "_days")
    return add_business_days(today, days, country) if days else today


def split_promise(promised: Money, items: Sequence[tuple[int, Money]]) -> list[tuple[int, Money]]:
    """The promised amount over items (id, open) in their order. Errors: Refused('collection.promise-too-large')."""
    rest, parts = promised, []
    for key, open_ in items:
        part = min(rest, open_, key=lambda money: money.amount)
        if part.amount > 0:
            parts.append((key, part))
            rest -= part
    if rest.amount > 0:
        raise Refused(
            "collection.promise-too-large",
            f"{promised} was promised, which is {rest} more than these items have open. Nothing was logged.",
        )
    return parts


define(
    {
        "collection.late": N_("{amount} is {days} days late on average, the oldest item {oldest} days."),
        "collection.promise-broken": N_("Promise for {day} broken."),
        "collection.no-contact-yet": N_("Nobody has talked to them about it yet."),
        "collection.contacted-today": N_("Contacted today."),
        "collection.last-contact": N_("Last contact {days} days ago."),
        "collection.promised": N_("{amount} is promised and left out."),
        "collection.disputed": N_("{amount} is disputed and left out."),
        "collection.blocked": N_("{amount} is blocked or on a plan and left out."),
        "collection.on-account": N_("{amount} of theirs is here and not applied yet; it is taken off."),
        "collection.nothing-promised": N_("Nothing is promised."),
        "collection.waits-until": N_("Waits until {day}."),
        "collection.was-put-on": N_("Was put on {day}."),
        "collection.never-contacted": N_("Never contacted, {days} days late."),
        "collection.silent-for": N_("No contact for {days} days."),
        "collection.all-disputed": N_("{amount} is disputed."),
        "collection.all-promised": N_("{amount} is promised."),
        "collection.nothing-to-ask": N_("Only {amount} to ask for."),
    }
)
