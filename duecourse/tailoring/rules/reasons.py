"""Reason codes: what they are, in whose words, and from when until when they can be chosen. Pure: no database, no clock."""

from __future__ import annotations

import datetime as dt
import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from duecourse.core.errors import Refused
from duecourse.core.reasons import N_

LANGUAGES = ("en", "de", "fr")
WORDS_MAX = 100
SAID_MAX = 300
REASON_KINDS: dict[str, str] = {
    "credit-note": N_("Credit note"),
    "hold-release": N_("Release of a held order"),
    "hold-rejection": N_("Rejection of a held order"),
    "order-end": N_("End of an order"),
    "account-stop": N_("Stop of an account"),
    "limit": N_("Change of a limit"),
    "payment-undo": N_("Payment taken back"),
    "payment-difference": N_("Difference of a payment"),
    "write-off": N_("Write-off"),
    "dispute": N_("Dispute"),
}
POSTING_KINDS = frozenset({"payment-difference", "write-off"})  # these may name an account of the chart
_CODE = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class ReasonCode:
    """A reason code in one version; version 0 is the shipped one. `active_until` is the first day it can no longer be chosen."""

    kind: str
    code: str
    words: Mapping[str, str]
    version: int = 0
    account_code: str = ""
    follow_up: str = ""
    active_from: dt.date = dt.date.min
    active_until: dt.date | None = None
    by_name: str = ""
    recorded_at: dt.datetime | None = None

    @property
    def is_shipped(self) -> bool:
        return self.version == 0

    def active(self, on: dt.date) -> bool:
        """Whether it can be chosen on a day."""
        return self.active_from <= on and (self.active_until is None or on < self.active_until)

    def said(self, language: str, company_language: str = "en") -> str:
        """Its words in a language, else in the company's, else in any."""
        for wanted in (language, company_language, *LANGUAGES):
            if self.words.get(wanted):
                return self.words[wanted]
        return next(iter(self.words.values()))


def checked_reason(new: ReasonCode) -> ReasonCode:
    """`new` when it can be kept, with its texts trimmed. Errors: Refused('tailoring.reason-not-usable')."""
    if new.kind not in REASON_KINDS:
        raise _not_usable(f"There are no reasons for “{new.kind}”. Kinds are: {', '.join(REASON_KINDS)}.")
    if not _CODE.fullmatch(new.code) or len(new.code) > 30:
        raise _not_usable(
            f"“{new.code[:40]}” is not a code: expected up to 30 small letters, digits and hyphens, as damaged-goods."
        )
    words = {language: " ".join(text.split()) for language, text in new.words.items() if text.strip()}
    unknown = sorted(set(words) - set(LANGUAGES))
    if unknown:
        raise _not_usable(f"Words can be in {', '.join(LANGUAGES)}, not in {', '.join(unknown)}.")
    if not words or any(len(text) > WORDS_MAX or not text.isprintable() for text in words.values()):
        raise _not_usable(f"Say it in at least one language, in a line of at most {WORDS_MAX} characters.")
    if new.account_code and new.kind not in POSTING_KINDS:
        raise _not_usable("Only reasons for payment differences and write-offs name a ledger account.")
    follow_up = " ".join(new.follow_up.split())
    if len(new.account_code) > 20 or len(follow_up) > 200:
        raise _not_usable("A ledger account has at most 20 characters, a follow-up at most 200.")
    if new.active_until is not None and new.active_until < new.active_from:
        raise _not_usable("A reason cannot end before it begins.")
    return ReasonCode(
        new.kind, new.code, words, new.version, new.account_code.strip(), follow_up, new.active_from, new.active_until
    )


def _not_usable(message: str) -> Refused:
    return Refused("tailoring.reason-not-usable", message)


def chosen(codes: Iterable[ReasonCode], kind: str, code: str, on: dt.date) -> ReasonCode:
    """The code that is meant. Errors: Refused('tailoring.reason-unknown') naming the nearest, Refused('tailoring.reason-retired')."""
    known = {each.code: each for each in codes if each.kind == kind}
    if code not in known:
        raise Refused("tailoring.reason-unknown", f"There is no reason “{code[:40]}” here.{nearest(code, known)}", reason=code)
    if not known[code].active(on):
        raise Refused(
            "tailoring.reason-retired", f"The reason “{code}” can no longer be chosen. Choose another one.", reason=code
        )
    return known[code]


def nearest(text: str, known: Iterable[str]) -> str:
    """“ Do you mean X?”, or what there is when nothing is near; empty when there is nothing at all."""
    names = sorted(known)
    found = difflib.get_close_matches(text[:60].casefold(), names, 1, 0.5)
    if found:
        return f" Do you mean “{found[0]}”?"
    return f" Known: {', '.join(names[:20])}." if names else ""


def sentence(words: str, note: str) -> str:
    """What is kept of a reason: the code's words, and a note behind them."""
    note = note.strip()
    return (f"{words}: {note}" if note else words)[:SAID_MAX]


def merged(shipped: Sequence[ReasonCode], own: Iterable[ReasonCode]) -> list[ReasonCode]:
    """The newest version of every code: own ones in place of shipped ones, shipped ones first."""
    newest = {(each.kind, each.code): each for each in shipped}
    for each in own:
        before = newest.get((each.kind, each.code))
        if before is None or each.version > before.version:
            newest[each.kind, each.code] = each
    places = {kind: place for place, kind in enumerate(REASON_KINDS)}
    return sorted(newest.values(), key=lambda each: places.get(each.kind, 99))  # sorted keeps the order inside a kind
