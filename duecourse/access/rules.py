"""Who may do what, and what keys and invitations look like. Pure: no database, no clock."""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from duecourse.core.errors import Refused
from duecourse.core.reasons import N_, Reason, define

INVITATION_DAYS = 7
KEY_DAYS_MAX = 365
KEY_REQUESTS_MAX = 100  # in a minute, where nothing else is said
KEY_USE_NOTED_EVERY = dt.timedelta(minutes=1)
KEY_MARK = "dck_"
KEY_PREFIX_LENGTH = 10

# What everybody may do with their own log-in.
OWN = frozenset({"access.change_language", "access.change_keys", "access.revoke_own_api_key"})

READS = frozenset(
    f"{room}.read"
    for room in (
        "customers catalog ledger receivables credit orders invoicing bank cash documents kpis journal".split()  # noqa: SIM905 - a list of words
    )
)

ROLES: dict[str, frozenset[str]] = {
    "order-desk": OWN
    | {
        "customers.read",
        "customers.add_contact",
        "catalog.read",
        "credit.read",
        "orders.read",
        "orders.create_orders",
        "orders.change_order",
        "orders.confirm_orders",
        "orders.cancel_order",
        "orders.close_order",
        "orders.deliver",
        "invoicing.read",
        "access.create_api_key",
    },
    "credit-manager": OWN
    | {
        "customers.read",
        "customers.create_customers",
        "customers.open_accounts",
        "customers.change_customer",
        "customers.change_account",
        "customers.stop_account",
        "customers.set_terms",
        "customers.create_terms",
        "customers.add_contact",
        "customers.add_aliases",
        "credit.read",
        "credit.create_credit_accounts",
        "credit.set_limits",
        "credit.set_policy",
        "credit.release_hold",
        "credit.reject_hold",
        "orders.read",
        "orders.release_order",
        "orders.reject_order",
        "receivables.read",
        "receivables.set_marks",
        "receivables.end_marks",
        "invoicing.read",
        "kpis.read",
        "catalog.read",
        "journal.read",
        "access.create_api_key",
    },
    "billing": OWN
    | {
        "customers.read",
        "customers.add_contact",
        "customers.change_account",
        "catalog.read",
        "catalog.create_products",
        "catalog.set_prices",
        "orders.read",
        "invoicing.read",
        "invoicing.bill_ready",
        "invoicing.post_invoices",
        "invoicing.post_credit_notes",
        "invoicing.send_invoices",
        "receivables.read",
        "documents.read",
        "documents.keep_document",
        "journal.read",
        "access.create_api_key",
    },
    "cash-application": OWN
    | {
        "customers.read",
        "customers.add_contact",
        "customers.add_aliases",
        "customers.add_bank_accounts",
        "receivables.read",
        "invoicing.read",
        "bank.read",
        "bank.import_file",
        "cash.read",
        "cash.take_file",
        "cash.record_payment",
        "cash.propose_payments",
        "cash.apply_payment",
        "cash.apply_payments",
        "cash.put_on_account",
        "cash.set_later",
        "cash.set_not_receivable",
        "cash.unapply",
        "journal.read",
        "access.create_api_key",
    },
    "collector": OWN
    | {
        "customers.read",
        "customers.add_contact",
        "receivables.read",
        "receivables.set_marks",
        "receivables.end_marks",
        "invoicing.read",
        "documents.read",
        "kpis.read",
    },
    "controller": OWN
    | READS
    | {
        "access.read",
        "catalog.set_tax_rates",
        "catalog.create_products",
        "catalog.set_prices",
        "ledger.create_accounts",
        "ledger.create_chart",
        "ledger.create_bank_account",
        "ledger.open_periods",
        "ledger.close_period",
        "ledger.reopen_period",
        "ledger.load_rates",
        "ledger.post_entries",
        "ledger.reverse_entries",
        "receivables.take_over_items",
        "customers.create_customers",
        "customers.open_accounts",
        "customers.create_terms",
        "kpis.verify",
        "access.create_api_key",
    },
    "cfo": OWN | READS,
    # Runs the installation and sees no amounts: neither the books nor what customers owe.
    "administrator": OWN
    | {
        "access.read",
        "access.invite_user",
        "access.withdraw_invitation",
        "access.create_user",
        "access.create_company",
        "access.grant_role",
        "access.revoke_role",
        "access.deactivate_user",
        "access.activate_user",
        "access.change_company",
        "access.create_api_key",
        "access.revoke_api_key",
        "documents.read_invitations",
        "documents.send_invitation",
        "documents.retry_dispatch",
    },
}

ROLE_NAMES = {
    "order-desk": N_("Order desk"),
    "credit-manager": N_("Credit manager"),
    "billing": N_("Billing clerk"),
    "cash-application": N_("Cash-application clerk"),
    "collector": N_("Collector"),
    "controller": N_("Controller"),
    "cfo": N_("CFO"),
    "administrator": N_("Administrator"),
}

# Duties that one person should not hold together: what one of them does, the other one is there to check.
SEPARATED: tuple[tuple[str, str, str], ...] = (
    ("order-desk", "credit-manager", "access.confirms-and-releases"),
    ("billing", "cash-application", "access.bills-and-takes-cash"),
    ("cash-application", "credit-manager", "access.takes-cash-and-sets-limits"),
    ("administrator", "cash-application", "access.grants-roles-and-takes-cash"),
    ("administrator", "billing", "access.grants-roles-and-bills"),
)

define(
    {
        "access.confirms-and-releases": N_("One person would confirm orders and release the holds on orders."),
        "access.bills-and-takes-cash": N_("One person would write invoices and credit notes and apply the payments for them."),
        "access.takes-cash-and-sets-limits": N_("One person would apply payments and set the limits that depend on them."),
        "access.grants-roles-and-takes-cash": N_("One person would give out roles and apply payments."),
        "access.grants-roles-and-bills": N_("One person would give out roles and write invoices and credit notes."),
    }
)


@dataclass(frozen=True, slots=True)
class NewCompany:
    """A legal entity to be set up. `code` is its short name, unique in the organisation."""

    code: str
    name: str
    currency: str
    country: str
    time_zone: str
    language: str = "en"
    tagline: str = ""
    street: str = ""
    postal_code: str = ""
    city: str = ""
    tax_id: str = ""
    register: str = ""
    managing_director: str = ""
    email: str = ""
    phone: str = ""
    is_demo: bool = False


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
