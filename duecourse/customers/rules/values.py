"""What goes into the room and what comes out of it, as values. Pure: no database, no clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from duecourse.core.reasons import Reason

TREATMENTS = ("domestic", "eu", "export", "exempt")
DUTIES = ("invoices", "payments", "orders", "other")
ALIAS_KINDS = ("number", "name", "payer")


@dataclass(frozen=True, slots=True)
class NewAddress:
    """Street and what stands above it, as lines."""

    lines: tuple[str, ...]
    postal_code: str = ""
    city: str = ""
    country: str = ""  # empty: the customer's
    kind: str = "billing"


@dataclass(frozen=True, slots=True)
class NewContact:
    """A person at the customer; `duty` is one of DUTIES."""

    name: str
    email: str = ""
    phone: str = ""
    duty: str = "payments"


@dataclass(frozen=True, slots=True)
class NewBankAccount:
    """An account the customer pays from; `source` is told, paid or import."""

    account: str
    holder: str = ""
    source: str = "told"


@dataclass(frozen=True, slots=True)
class NewAlias:
    """Another spelling; `kind` is one of ALIAS_KINDS, `source` says where it was read."""

    value: str
    kind: str = "name"
    source: str = ""


@dataclass(frozen=True, slots=True)
class NewCustomer:
    """A customer to be made, with its account in the caller's company.

    `number` as a person writes it (leading zeros are dropped); `currency` empty means the company's; `parent_number` and
    `payer_number` may name customers of the same batch.
    """

    number: str
    name: str
    terms_code: str
    country: str = ""
    language: str = "en"
    tax_id: str = ""
    register_number: str = ""
    parent_number: str = ""
    risk_class: str = ""
    currency: str = ""
    addresses: tuple[NewAddress, ...] = ()
    contacts: tuple[NewContact, ...] = ()
    bank_accounts: tuple[NewBankAccount, ...] = ()
    aliases: tuple[NewAlias, ...] = ()
    invoice_email: str = ""
    delivery: str = "email"
    tax_treatment: str = "domestic"
    payer_number: str = ""
    custom: Mapping[str, str] | None = None  # custom fields by name; None: nobody was asked


@dataclass(frozen=True, slots=True)
class NewTerms:
    """Net days and perhaps one cash discount: NewTerms("2-10-30", "2 % within 10 days, 30 net", 30, 10, Decimal(2))."""

    code: str
    name: str
    net_days: int
    discount_days: int | None = None
    discount_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class TermsView:
    """Payment terms as values."""

    id: int
    code: str
    name: str
    net_days: int
    discount_days: int | None = None
    discount_percent: Decimal | None = None

    def due_date(self, issue_date: dt.date) -> dt.date:
        """The day on which it is due: calendar days after the issue date."""
        return issue_date + dt.timedelta(days=self.net_days)

    def discount_until(self, issue_date: dt.date) -> dt.date | None:
        """The last day on which the discount may be taken; None without a discount."""
        return None if self.discount_days is None else issue_date + dt.timedelta(days=self.discount_days)


@dataclass(frozen=True, slots=True)
class AccountView:
    """A customer's account in the company, with what rooms above need of the customer."""

    id: int
    customer_id: int
    number: str
    name: str
    country: str
    language: str
    terms: TermsView
    currency: str
    payer_id: int | None
    tax_treatment: str
    tax_id: str
    address_lines: tuple[str, ...]
    invoice_email: str
    is_stopped: bool
    parent_id: int | None = None  # the parent customer's id
    risk_class: str = ""
    delivery: str = "email"


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A line of the customer list."""

    account_id: int
    customer_id: int
    number: str
    name: str
    country: str
    currency: str
    terms_name: str
    parent_name: str
    risk_class: str
    is_stopped: bool


@dataclass(frozen=True, slots=True)
class KnownPayer:
    """A customer with one of the bank accounts it pays from; `bank_account` is empty when none is known."""

    customer_id: int
    account_id: int
    name: str
    bank_account: str
    parent_id: int | None


@dataclass(frozen=True, slots=True)
class Known:
    """What the duplicate check looks at."""

    customer_id: int
    number: str
    name: str
    tax_id: str = ""
    bank_accounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Likeness:
    """An existing customer that a new one may be, and why."""

    customer_id: int
    number: str
    name: str
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class CustomerView:
    """A customer with everything its page shows of master data."""

    id: int
    number: str
    name: str
    country: str
    language: str
    tax_id: str
    register_number: str
    risk_class: str
    parent_id: int | None
    parent_name: str
    account: AccountView
    addresses: tuple[NewAddress, ...] = ()
    contacts: tuple[NewContact, ...] = ()
    bank_accounts: tuple[NewBankAccount, ...] = ()
    aliases: tuple[NewAlias, ...] = ()
    children: tuple[tuple[int, str, str], ...] = field(default=())  # id, number, name
