"""Who may do what, and what keys and invitations look like. Pure: no database, no clock."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from duecourse.access.rules.founding import BEFORE_BOOKS as BEFORE_BOOKS
from duecourse.access.rules.founding import COUNTRIES as COUNTRIES
from duecourse.access.rules.founding import FOUNDERS_ROLES as FOUNDERS_ROLES
from duecourse.access.rules.founding import FOUNDING_LINK_HOURS as FOUNDING_LINK_HOURS
from duecourse.access.rules.founding import Country as Country
from duecourse.access.rules.founding import NewCompany as NewCompany
from duecourse.access.rules.founding import check_tax_id as check_tax_id
from duecourse.access.rules.founding import code_of as code_of
from duecourse.access.rules.founding import new_company as new_company
from duecourse.access.rules.roles import OWN as OWN
from duecourse.access.rules.roles import READS as READS
from duecourse.access.rules.roles import ROLE_NAMES as ROLE_NAMES
from duecourse.access.rules.roles import ROLES as ROLES
from duecourse.access.rules.roles import SEPARATED as SEPARATED
from duecourse.core.errors import Refused
from duecourse.core.reasons import Reason

INVITATION_DAYS = 7
KEY_DAYS_MAX = 365
KEY_REQUESTS_MAX = 100  # in a minute, where nothing else is said
KEY_USE_NOTED_EVERY = dt.timedelta(minutes=1)
KEY_MARK = "dck_"
KEY_PREFIX_LENGTH = 10


@dataclass(frozen=True, slots=True)
class NewUser:
    """A person to be given a log-in, with a password and roles in the company."""

    email: str
    name: str
    password: str
    roles: tuple[str, ...] = ("administrator",)
    language: str = "en"


@dataclass(frozen=True, slots=True)
class UserView:
    """A person as pages show them."""

    id: int
    email: str
    name: str
    language: str
    is_active: bool
    keys_enabled: bool
    roles: tuple[str, ...] = ()
    last_login: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class InvitationView:
    """An invitation as pages show it; never its token."""

    id: int
    company_name: str
    email: str
    name: str
    role: str
    invited_by: str
    expires_at: dt.datetime


@dataclass(frozen=True, slots=True)
class KeyView:
    """An API key as pages show it; never its secret."""

    id: int
    name: str
    prefix: str
    scopes: tuple[str, ...]
    created_by: str
    expires_at: dt.datetime
    revoked_at: dt.datetime | None
    last_used_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class CompanyProfile:
    """What an invoice, a letter and the settings page say about the company itself."""

    id: int
    code: str
    name: str
    tagline: str
    currency: str
    country: str
    time_zone: str
    language: str
    street: str
    postal_code: str
    city: str
    tax_id: str
    register: str
    managing_director: str
    email: str
    phone: str
    is_demo: bool
    live_at: dt.datetime | None
    opening_date: dt.date | None
    fiscal_year_month: int
    mail_sender_name: str
    mail_sender: str
    mail_reply_to: str
    logo_digest: str
    logo_media_type: str

    @property
    def address_lines(self) -> list[str]:
        """Street and town as lines, those that are known."""
        town = f"{self.postal_code} {self.city}".strip()
        return [line for line in (self.street, town) if line]


@dataclass(frozen=True, slots=True)
class KeyText:
    """An API key's text, split: what is looked up, and what is compared."""

    prefix: str
    digest: str = field(repr=False)


def permissions_of(roles: Iterable[str]) -> frozenset[str]:
    """Everything that these roles together may do. Errors: Refused('access.unknown-role')."""
    found: frozenset[str] = frozenset()
    for role in roles:
        found |= ROLES[known_role(role)]
    return found


def known_role(role: str) -> str:
    """`role` itself when it exists. Errors: Refused('access.unknown-role')."""
    if role not in ROLES:
        raise Refused("access.unknown-role", f"There is no role “{role}”. Roles are: {', '.join(ROLES)}.", role=role)
    return role


def conflicts(roles: Iterable[str]) -> list[Reason]:
    """Which duties that should be apart these roles bring together; a warning for whoever gives them, not a refusal."""
    held = set(roles)
    return [Reason(code) for one, other, code in SEPARATED if {one, other} <= held]


def normal_email(text: str) -> str:
    """An address as it is kept and compared: trimmed, lower case. Errors: Refused('access.not-an-email')."""
    email = text.strip().lower()
    name, _, host = email.rpartition("@")
    if not name or "." not in host or any(character.isspace() or character in "<>,;" for character in email):
        raise Refused("access.not-an-email", f"“{text}” is not an e-mail address; expected name@example.com.")
    return email


def token_hash(token: str) -> str:
    """How a token is kept. It has 256 random bits, so a plain SHA-256 suffices."""
    return hashlib.sha256(token.encode()).hexdigest()


def key_text(prefix: str, secret: str) -> str:
    """An API key as it is shown once: dck_ + prefix + _ + secret."""
    return f"{KEY_MARK}{prefix}_{secret}"


def read_key(text: str) -> KeyText | None:
    """The parts of a key's text; None when it is none of ours."""
    prefix, _, secret = text.removeprefix(KEY_MARK).partition("_")
    if not text.startswith(KEY_MARK) or len(prefix) != KEY_PREFIX_LENGTH or len(secret) < 40 or not text.isascii():
        return None
    return KeyText(prefix, token_hash(text))


def same(one: str, other: str) -> bool:
    """Equality that takes as long for a near miss as for a far one."""
    return hmac.compare_digest(one.encode(), other.encode())


def checked_scopes(scopes: Sequence[str], permissions: frozenset[str]) -> list[str]:
    """The scopes, sorted and once each, when the creator holds all of them.

    `permissions` may hold whole rooms (`credit.*`) or everything (`*`). A key never gets a wildcard, so that it does not grow by
    itself. Errors: Refused('access.scopes-missing'), Refused('access.scope-not-held').
    """
    wanted = sorted(set(scopes))
    if not wanted:
        raise Refused("access.scopes-missing", "Choose at least one thing that this key may do.")
    beyond = [scope for scope in wanted if "*" in scope or not permissions & {scope, scope.split(".")[0] + ".*", "*"}]
    if beyond:
        raise Refused(
            "access.scope-not-held",
            f"A key may not do more than its creator. Your roles do not include: {', '.join(beyond)}.",
            scopes=beyond,
        )
    return wanted
