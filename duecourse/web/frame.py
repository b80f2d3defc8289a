"""What the frame around every staff page needs, as plain values. A context processor makes one `Frame` per request."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class NavItem:
    """One entry of the side bar. `count` is “to do by me”; `key` the letter after G; `phone` puts it into the phone's bar."""

    label: str
    url: str
    icon: str
    count: int | str | None = None
    active: bool = False
    key: str = ""
    phone: bool = False


@dataclass(frozen=True, slots=True)
class NavGroup:
    """Entries under one head; no head for the first group. `at_end` moves the group to the bottom of the side bar."""

    items: Sequence[NavItem]
    label: str = ""
    at_end: bool = False


@dataclass(frozen=True, slots=True)
class Light:
    """The ties-out light: `kind` good, bad or neutral; `text` “Ties out · 09:40”; `url` of the page that proves it."""

    kind: str
    text: str
    url: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A company one may change to; `value` is posted as `company` to `Frame.company_url`."""

    label: str
    value: str
    active: bool = False


@dataclass(frozen=True, slots=True)
class Frame:
    """Everything in side bar and top bar.

    `today` is the business day of the company; `as_of` a past business day when one looks back, `as_known` the day up to which
    what was recorded counts (None: up to now). Addresses: `search_url` answers `?q=` with search_hits.html; `as_of_url` takes
    POST `as_of` (ISO date, empty = today), `company_url` takes POST `company`; `sign_out_url` takes POST.
    """

    nav: Sequence[NavGroup]
    today: dt.date
    company: str
    user_name: str
    role: str
    light: Light
    search_url: str
    as_of_url: str
    sign_out_url: str
    companies: Sequence[Choice] = field(default_factory=tuple)
    company_url: str = ""
    home_url: str = "/"
    as_of: dt.date | None = None
    as_known: dt.date | None = None
    email: str = ""
    account_links: Sequence[NavItem] = field(default_factory=tuple)
    keys_url: str = ""  # takes POST `enabled`; the person's own choice, `keys_enabled`, then counts
    keys_enabled: bool = True
    notices_url: str = ""
    unread: int = 0  # notices
    not_live_url: str = ""  # the set-up, as long as the company is not live
    logo_url: str = ""
    new_company_url: str = ""

    @property
    def initials(self) -> str:
        """Two letters for the round mark: first and last word of the name."""
        words = [word for word in self.user_name.split() if word[:1].isalpha()]
        return (words[0][0] + words[-1][0]).upper() if len(words) > 1 else self.user_name[:2].upper()

    @property
    def often_asked(self) -> list[dt.date]:
        """Days one often looks back to: the ends of last month, of last quarter and of last year, the latest first."""
        first = self.today.replace(day=1)
        quarter = first.replace(month=(first.month - 1) // 3 * 3 + 1)
        ends = {start - dt.timedelta(days=1) for start in (first, quarter, first.replace(month=1))}
        return sorted(ends, reverse=True)

    @property
    def phone_items(self) -> list[NavItem]:
        """At most three entries for the phone's bar, beside Find and More."""
        every = [item for group in self.nav for item in group.items]
        return ([item for item in every if item.phone] or every)[:3]
