"""The exact word, colour and icon of every state on screen: one table, read by `<c-badge>` and by nothing else.

A thing's state is named by its code in the tables (`partly-paid`); underscores and capitals are forgiven. A word may hold
values: badge("item", "promised", until="20 Nov") says “Promised 20 Nov”.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext

from duecourse.core.reasons import N_


@dataclass(frozen=True, slots=True)
class Badge:
    """`kind` is good, watch, bad, accent, disputed or neutral; `icon` a name in the sprite; `text` already translated."""

    kind: str
    icon: str
    text: str


BADGES: dict[str, dict[str, tuple[str, str, str]]] = {
    "customer": {
        "in-order": ("good", "check", N_("In order")),
        "on-watch": ("watch", "alert", N_("On watch")),
        "stopped": ("bad", "stop", N_("Stopped")),
        "no-limit": ("watch", "alert", N_("No limit set")),
        "insolvent": ("bad", "ban", N_("Insolvent")),
    },
    "order": {
        "draft": ("neutral", "circle", N_("Draft")),
        "accepted": ("good", "check", N_("Accepted")),
        "on-hold": ("bad", "hold", N_("On hold")),
        "released": ("good", "unlock", N_("Released")),
        "rejected": ("bad", "x", N_("Rejected")),
        "cancelled": ("neutral", "minus", N_("Cancelled")),
        "partly-delivered": ("neutral", "half", N_("Partly delivered")),
        "delivered": ("neutral", "truck", N_("Delivered")),
        "billed": ("neutral", "invoices", N_("Billed")),
    },
    "hold": {
        "over-limit": ("bad", "stop", N_("Over limit")),
        "oldest-item": ("bad", "stop", N_("Oldest item")),
        "overdue-share": ("bad", "stop", N_("Overdue share")),
        "dunning-level": ("bad", "stop", N_("Dunning level")),
        "promise-broken": ("bad", "stop", N_("Promise broken")),
        "blocked": ("bad", "ban", N_("Blocked")),
        "insurance-ends": ("watch", "alert", N_("Insurance ends")),
        "review-overdue": ("watch", "alert", N_("Review overdue")),
        "no-limit": ("watch", "alert", N_("No limit set")),
    },
    "invoice": {
        "draft": ("neutral", "circle", N_("Draft")),
        "posted": ("neutral", "lock", N_("Posted")),
        "sent": ("neutral", "send", N_("Sent")),
        "opened": ("good", "mail-opened", N_("Opened")),
        "accepted": ("good", "check", N_("Accepted")),
        "bounced": ("bad", "mail-off", N_("Bounced")),
        "refused": ("bad", "x", N_("Refused")),
        "partly-paid": ("watch", "half", N_("Partly paid")),
        "paid": ("good", "check", N_("Paid")),
        "credited": ("neutral", "receipt-refund", N_("Credited")),
        "written-off": ("neutral", "minus", N_("Written off")),
    },
    "item": {
        "open": ("neutral", "circle", N_("Open")),
        "overdue": ("bad", "clock", N_("Overdue")),
        "promised": ("accent", "calendar-check", N_("Promised {until}")),
        "partly-disputed": ("disputed", "disputes", N_("Partly disputed")),
        "disputed": ("disputed", "disputes", N_("Disputed")),
        "planned": ("accent", "calendar-time", N_("Planned")),
        "dunning": ("watch", "mail", N_("Dunning level {level}")),
        "blocked": ("neutral", "lock", N_("Blocked to {until}")),
        "on-account": ("neutral", "wallet", N_("On account")),
        "paid": ("good", "check", N_("Paid")),
    },
    "promise": {
        "open": ("accent", "calendar-check", N_("Open")),
        "kept": ("good", "check", N_("Kept")),
        "partly-kept": ("watch", "half", N_("Partly kept")),
        "broken": ("bad", "calendar-x", N_("Broken")),
        "withdrawn": ("neutral", "minus", N_("Withdrawn")),
    },
    "payment": {
        "posted": ("good", "check", N_("Posted")),
        "posted-alone": ("good", "check", N_("Posted alone")),
        "confirm": ("accent", "eye-check", N_("Confirm")),
        "work": ("watch", "wrench", N_("Work")),
        "on-account": ("neutral", "wallet", N_("On account")),
        "returned": ("bad", "return", N_("Returned")),
        "later": ("neutral", "clock", N_("Later")),
        "not-receivable": ("neutral", "ban", N_("No customer’s")),
    },
    "webhook": {
        "active": ("good", "check", N_("Active")),
        "failing": ("bad", "alert", N_("Failing")),
        "paused": ("watch", "pause", N_("Paused")),
        "disabled": ("neutral", "ban", N_("Switched off")),
    },
    "webhook-message": {
        "waiting": ("watch", "clock", N_("Waiting")),
        "delivered": ("good", "check", N_("Delivered")),
        "failed": ("bad", "x", N_("Given up")),
    },
    "dispute": {
        "new": ("watch", "clock", N_("New")),
        "with-team": ("watch", "clock", N_("With {team}")),
        "accepted": ("neutral", "check", N_("Accepted")),
        "refused": ("neutral", "x", N_("Refused")),
        "closed": ("neutral", "lock", N_("Closed")),
    },
    "request": {
        "draft": ("neutral", "circle", N_("Draft")),
        "waits-for-you": ("accent", "clock", N_("Waits for you")),
        "waits": ("neutral", "clock", N_("Waits for {who}")),
        "approved": ("good", "check", N_("Approved")),
        "refused": ("bad", "x", N_("Refused")),
        "ended": ("neutral", "minus", N_("Ended")),
    },
    "rule": {
        "passes": ("good", "check", N_("Passes")),
        "warns": ("watch", "alert", N_("Warns")),
        "stops": ("bad", "stop", N_("Stops")),
    },
    "group": {
        "ready": ("neutral", "circle", N_("Ready")),
        "posting": ("accent", "spinner", N_("Posting")),
        "posted": ("good", "check", N_("Posted")),
        "stopped": ("bad", "stop", N_("Stopped")),
    },
    "guess": {
        "sure": ("good", "check", N_("Sure")),
        "look": ("watch", "eye", N_("Look")),
        "left-out": ("neutral", "minus", N_("Left out")),
    },
    "take-over": {
        "reading": ("accent", "spinner", N_("Reading")),
        "open": ("watch", "eye", N_("To look at")),
        "sent": ("accent", "clock", N_("Waits to be confirmed")),
        "taking": ("accent", "spinner", N_("Taking over")),
        "taken": ("good", "check", N_("Taken over")),
        "discarded": ("neutral", "minus", N_("Discarded")),
        "refused": ("bad", "x", N_("Refused")),
    },
    "light": {
        "ties-out": ("good", "ok", N_("Ties out")),
        "does-not": ("bad", "stop", N_("Does not tie out")),
        "checking": ("neutral", "clock", N_("Checking")),
    },
    "mail": {
        "waiting": ("neutral", "clock", N_("Waiting")),
        "waits-for-go-live": ("watch", "lock", N_("Waits for go-live")),
        "dropped": ("neutral", "minus", N_("Ended unsent")),
        "sent": ("neutral", "send", N_("Sent")),
        "failed": ("bad", "mail-off", N_("Failed")),
        "shown": ("neutral", "eye", N_("Shown here only")),
    },
    "file": {
        "reading": ("accent", "spinner", N_("Reading")),
        "read": ("good", "check", N_("Read")),
        "refused": ("bad", "x", N_("Refused")),
        "known": ("neutral", "minus", N_("Known already")),
        "review": ("watch", "eye", N_("Look")),
    },
    "task": {
        "open": ("neutral", "circle", N_("Open")),
        "handed-over": ("accent", "user-check", N_("Handed over")),
        "overdue": ("bad", "clock", N_("Overdue")),
        "done": ("good", "check", N_("Done")),
    },
    "contact": {
        "will-pay": ("good", "thumb-up", N_("Will pay")),
        "promise": ("accent", "calendar-check", N_("Promised")),
        "paid": ("neutral", "coins", N_("Says it is paid")),
        "dispute": ("disputed", "disputes", N_("Disputes")),
        "no-answer": ("neutral", "phone-off", N_("No answer")),
        "call-back": ("neutral", "clock", N_("Call back")),
        "wrong-number": ("watch", "user-x", N_("Wrong number")),
        "sent": ("neutral", "send", N_("Sent")),
        "note": ("neutral", "note", N_("Note")),
        "snoozed": ("neutral", "pause", N_("Put aside")),
        "withdrawn": ("neutral", "undo", N_("Taken back")),
    },
    "stream": {
        "flows": ("good", "check", N_("Flows")),
        "stuck": ("bad", "alert", N_("Stuck")),
        "empty": ("neutral", "minus", N_("Nothing waits")),
    },
    "user": {
        "active": ("good", "check", N_("Active")),
        "invited": ("accent", "mail", N_("Invited")),
        "stopped": ("neutral", "lock", N_("Stopped")),
    },
    "company": {
        "not-live": ("watch", "lock", N_("Not live yet")),
        "live": ("good", "check", N_("Live")),
    },
    "period": {
        "open": ("good", "unlock", N_("Open")),
        "soft": ("watch", "lock", N_("Soft-locked")),
        "hard": ("neutral", "lock", N_("Closed")),
    },
    "manual-journal": {
        "draft": ("neutral", "circle", N_("Draft")),
        "waiting": ("accent", "clock", N_("Waits for approval")),
        "posted": ("good", "check", N_("Posted")),
        "rejected": ("bad", "x", N_("Rejected")),
        "dropped": ("neutral", "minus", N_("Dropped")),
    },
    "month-check": {
        "done": ("good", "check", N_("Done")),
        "open": ("watch", "alert", N_("To do")),
        "told": ("neutral", "info", N_("For your eyes")),
    },
}


def badge(thing: str, state: str, **values: object) -> Badge:
    """The badge of a thing in a state. Errors: KeyError for a thing or state that no badge is defined for."""
    kind, icon, word = BADGES[thing][str(state).lower().replace("_", "-").replace(" ", "-")]
    return Badge(kind, icon, gettext(word).format(**values))
