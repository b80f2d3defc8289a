"""What goes in and comes out. Written by `make docs` from the API's description. Do not edit."""

# ruff: noqa
# fmt: off

from __future__ import annotations


from typing import Any, Literal, NotRequired, TypedDict



class AcceptIn(TypedDict):
    """Which proposal to accept, and perhaps what you saw unapplied of the payment."""

    rank: NotRequired[int]
    rest: NotRequired[MoneyIn | None]


class AccountIn(TypedDict):
    """AccountIn"""

    account: str


class AccountOut(TypedDict):
    """A customer's account in this company: all money hangs on it."""

    id: str
    customer: str
    number: str
    name: str
    country: str
    currency: str
    terms: TermsOut
    payer: str | None
    tax_treatment: str
    tax_id: str
    address_lines: list[str]
    invoice_email: str
    delivery: str
    is_stopped: bool


class AddressIn(TypedDict):
    """AddressIn"""

    lines: list[str]
    postal_code: NotRequired[str]
    city: NotRequired[str]
    country: NotRequired[str | Literal['']]
    kind: NotRequired[Literal['billing', 'delivery']]


class AddressOut(TypedDict):
    """AddressOut"""

    lines: list[str]
    postal_code: str
    city: str
    country: str
    kind: str


class AgeingFilter(TypedDict):
    """As of a day, as known at an instant; of one currency, of one age, or of customers whose name or number holds `text`."""

    page: NotRequired[int]
    size: NotRequired[int]
    as_of: NotRequired[str | None]
    known_at: NotRequired[str | None]
    currency: NotRequired[str | None]
    bucket: NotRequired[Literal['not_due', '1_30', '31_60', '61_90', 'over_90'] | None]
    text: NotRequired[str]
    sort: NotRequired[Literal['total', '-total', 'name', '-name', 'number', '-number', 'items', '-items', 'over_90', '-over_90', '61_90', '-61_90', '31_60', '-31_60', '1_30', '-1_30', 'not_due', '-not_due']]


class AgeingOut(TypedDict):
    """A page of the ageing report; `summary` is over all customers found, in the company's currency."""

    as_of: str
    known_at: str | None
    summary: Buckets
    customers: int
    items: list[AgeingRow]
    total: int
    page: int
    size: int


class AgeingRow(TypedDict):
    """One customer in one currency: `open` in it, `ages` in the company's currency as booked."""

    account: str
    customer: str
    number: str
    name: str
    items: int
    open: MoneyOut
    ages: Buckets


class AliasIn(TypedDict):
    """AliasIn"""

    value: str
    kind: NotRequired[Literal['number', 'name', 'payer']]


class AliasOut(TypedDict):
    """Another spelling of a number or a name."""

    value: str
    kind: str
    source: str


class AllocationOut(TypedDict):
    """What a clearing took off an item; negative to it when it was given back."""

    id: str
    clearing: str
    cause: str
    amount: MoneyOut
    value_date: str
    recorded_at: str
    by: str


class ApplicationOut(TypedDict):
    """What a payment was applied to, and whether and why that was undone."""

    clearing: str
    tier: str
    posted_alone: bool
    reasons: list[ReasonOut]
    by: str
    at: str
    is_undone: bool
    undone_reason: str


class AppliedOut(TypedDict):
    """What became of the payment; `rest` is still on account."""

    payment: str
    state: str
    clearing: str | None
    rest: MoneyOut


class ApplyIn(TypedDict):
    """`rest` is what you saw unapplied of the payment: when it has changed since, nothing is done."""

    account: str
    lines: list[ApplyLineIn]
    rest: NotRequired[MoneyIn | None]
    accept_late_discount: NotRequired[bool]


class ApplyLineIn(TypedDict):
    """An item that the payment pays. `applied` is gross of the difference; its sign is the item's."""

    open_item: str
    applied: str
    residual_kind: NotRequired[Literal['', 'discount', 'unearned_discount', 'short_payment', 'bank_charge', 'rounding', 'write_off', 'overpayment', 'on_account']]
    residual: NotRequired[str | None]


class AttemptOut(TypedDict):
    """One time that a message was sent. `response_code` null: nothing came back, and `error` says why."""

    at: str
    response_code: int | None
    duration_ms: int
    error: str
    response_body: str


class BalanceOut(TypedDict):
    """BalanceOut"""

    code: str
    name: str
    kind: str
    balance: MoneyOut


class BankAccountOut(TypedDict):
    """One of the company's own accounts."""

    id: str
    name: str
    number: str
    bic: str
    currency: str


class BecauseIn(TypedDict):
    """Why, in words, or by a reason code with a note behind it."""

    reason: NotRequired[str]
    reason_code: NotRequired[str]


class BillIn(TypedDict):
    """Which deliveries to bill: of some accounts, or all. Without a day: today."""

    accounts: NotRequired[list[str] | None]
    issue_date: NotRequired[str | None]


class BilledOut(TypedDict):
    """What the run posted; when `left` is not zero, run again for the rest."""

    ids: list[str]
    left: int


class Buckets(TypedDict):
    """Open by age; credits are subtracted in their bucket."""

    not_due: MoneyOut
    days_1_30: MoneyOut
    days_31_60: MoneyOut
    days_61_90: MoneyOut
    over_90: MoneyOut
    total: MoneyOut


class ColumnOut(TypedDict):
    """A column of the file: the field it is taken for, how sure that is, and why."""

    place: int
    head: str
    samples: list[str]
    field: str
    sure: Literal['sure', 'look', 'left-out']
    why: list[ReasonOut]
    ask: str


class ColumnsIn(TypedDict):
    """What the columns are, by their place from 0, and what is chosen beside them."""

    mapping: dict[str, str]
    options: NotRequired[dict[str, str | int | dict[str, str]]]


class CompanyChange(TypedDict):
    """What is to change; what is left out stays. Currency, country and time zone are set on screen, before the books begin."""

    name: NotRequired[str | None]
    tagline: NotRequired[str | None]
    language: NotRequired[str | None]
    street: NotRequired[str | None]
    postal_code: NotRequired[str | None]
    city: NotRequired[str | None]
    tax_id: NotRequired[str | None]
    register_entry: NotRequired[str | None]
    managing_director: NotRequired[str | None]
    email: NotRequired[str | None]
    phone: NotRequired[str | None]


class CompanyOut(TypedDict):
    """What the company says about itself on invoices and in letters. Without `live_at` nothing leaves the house yet."""

    id: str
    code: str
    name: str
    currency: str
    country: str
    time_zone: str
    language: str
    street: str
    postal_code: str
    city: str
    tax_id: str
    register_entry: str
    managing_director: str
    email: str
    phone: str
    mail_sender_name: str
    mail_sender: str
    mail_reply_to: str
    opening_date: str | None
    fiscal_year_month: int
    is_demo: bool
    live_at: str | None


class ContactEntryIn(TypedDict):
    """A contact. `promised` and `promise_date` with the outcome promise only; `seen` is the id of the last entry that you know."""

    account: str
    outcome: Literal['will-pay', 'promise', 'paid', 'dispute', 'no-answer', 'call-back', 'wrong-number', 'sent', 'note', 'snoozed']
    channel: NotRequired[Literal['call', 'email', 'letter', 'visit', 'other']]
    direction: NotRequired[Literal['out', 'in']]
    text: NotRequired[str]
    person: NotRequired[str]
    next_date: NotRequired[str | None]
    promised: NotRequired[MoneyIn | None]
    promise_date: NotRequired[str | None]
    items: NotRequired[list[str]]
    seen: NotRequired[str | None]


class ContactEntryOut(TypedDict):
    """A line of the contact log; `taken_back_by` is set when a following entry took it back."""

    id: str
    account: str
    at: str
    channel: str
    direction: str
    outcome: str
    text: str
    person: str
    next_date: str | None
    promised: MoneyOut | None
    promise_date: str | None
    by: str
    taken_back_by: str


class ContactFilter(TypedDict):
    """ContactFilter"""

    page: NotRequired[int]
    size: NotRequired[int]
    account: str


class ContactIn(TypedDict):
    """ContactIn"""

    name: str
    email: NotRequired[str]
    phone: NotRequired[str]
    duty: NotRequired[Literal['invoices', 'payments', 'orders', 'other']]


class ContactOut(TypedDict):
    """ContactOut"""

    name: str
    email: str
    phone: str
    duty: str


class Counted(TypedDict):
    """How many were new."""

    new: int


class CreditNoteIn(TypedDict):
    """What an invoice gets back; without lines all that is left of it."""

    invoice: str
    reason: NotRequired[str]
    reason_code: NotRequired[str]
    issue_date: NotRequired[str | None]
    lines: NotRequired[list[CreditedLine] | None]


class CreditNotesIn(TypedDict):
    """CreditNotesIn"""

    credit_notes: list[CreditNoteIn]


class CreditedLine(TypedDict):
    """CreditedLine"""

    line_number: int
    quantity: str


class CustomFieldOut(TypedDict):
    """A custom field; `filter` is how a list is narrowed by it."""

    thing: str
    name: str
    filter: str
    kind: str
    labels: dict[str, str]
    required: bool
    options: list[OptionOut]
    least: str
    most: str
    decimals: int
    pattern: str
    copied_from: str


class CustomerFilter(TypedDict):
    """`text` finds numbers, names, other spellings and tax ids."""

    page: NotRequired[int]
    size: NotRequired[int]
    text: NotRequired[str]
    state: NotRequired[Literal['', 'active', 'stopped']]
    sort: NotRequired[Literal['name', '-name', 'number', '-number', 'country', '-country', 'currency', '-currency', 'risk', '-risk']]


class CustomerIn(TypedDict):
    """A customer to be made, with its account in this company."""

    number: str
    name: str
    terms: str
    country: NotRequired[str | Literal['']]
    language: NotRequired[Literal['en', 'de', 'fr', 'it', 'nl', 'es']]
    tax_id: NotRequired[str]
    register_number: NotRequired[str]
    parent_number: NotRequired[str]
    payer_number: NotRequired[str]
    risk_class: NotRequired[str]
    currency: NotRequired[str | Literal['']]
    invoice_email: NotRequired[str]
    tax_treatment: NotRequired[Literal['domestic', 'eu', 'export', 'exempt']]
    addresses: NotRequired[list[AddressIn]]
    contacts: NotRequired[list[ContactIn]]
    bank_accounts: NotRequired[list[PayerAccountIn]]
    aliases: NotRequired[list[AliasIn]]
    custom: NotRequired[dict[str, str]]


class CustomerLine(TypedDict):
    """A customer in a list."""

    id: str
    account: str
    number: str
    name: str
    country: str
    currency: str
    terms: str
    parent_name: str
    risk_class: str
    is_stopped: bool
    custom: dict[str, str]


class CustomerOut(TypedDict):
    """A customer with its master data and its account in this company."""

    id: str
    number: str
    name: str
    country: str
    language: str
    tax_id: str
    register_number: str
    risk_class: str
    parent: str | None
    account: AccountOut
    addresses: list[AddressOut]
    contacts: list[ContactOut]
    bank_accounts: list[PayerAccountOut]
    aliases: list[AliasOut]
    custom: dict[str, str]


class CustomersIn(TypedDict):
    """CustomersIn"""

    customers: list[CustomerIn]


class DecisionOut(TypedDict):
    """The credit decision: accepted or held, with every rule's finding and what would free the order."""

    result: str
    findings: list[FindingOut]
    what_would_free: list[ReasonOut]
    exposure: MoneyOut
    limit: MoneyOut | None


class DeliveredLine(TypedDict):
    """DeliveredLine"""

    line_number: int
    quantity: str


class DeliveryIn(TypedDict):
    """What leaves the house; without lines all that is left. Without a day: today."""

    delivery_date: NotRequired[str | None]
    lines: NotRequired[list[DeliveredLine]]


class DeliveryOut(TypedDict):
    """DeliveryOut"""

    id: str
    number: str
    delivery_date: str
    by: str
    lines: list[list[Any]]


class Done(TypedDict):
    """It was done."""

    done: NotRequired[Literal[True]]


class EntryFilter(TypedDict):
    """`text`: the beginning of a number, or a part of the text."""

    page: NotRequired[int]
    size: NotRequired[int]
    text: NotRequired[str]
    kind: NotRequired[str]
    first: NotRequired[str | None]
    last: NotRequired[str | None]


class EntryLine(TypedDict):
    """Debit positive, credit negative."""

    account_code: str
    account_name: str
    money: MoneyOut
    company_money: MoneyOut
    customer_account: str | None


class EntryOut(TypedDict):
    """A journal entry with its lines. `source` is the prefixed id of what it is about."""

    id: str
    number: str
    kind: str
    posting_date: str
    document_date: str
    text: str
    source: str
    by: str
    recorded_at: str
    reversal_of: str
    reversed_by: str
    lines: list[EntryLine]


class EstimateFilter(TypedDict):
    """The items of one week (0 = the first of the newest forecast) in one currency, the most expected first."""

    currency: str
    week: NotRequired[int]
    limit: NotRequired[int]


class EstimateOut(TypedDict):
    """When an open item will be paid: with 10, 50 and 90 % chance by these days; chances from 0 to 1."""

    item: str
    p10: str
    p50: str
    p90: str
    late: str
    late_30_days: str
    chance_in_week: str
    open: MoneyOut
    why: ReasonOut


class EstimatesOut(TypedDict):
    """The items."""

    items: list[EstimateOut]


class EuSaleOut(TypedDict):
    """A buyer in another country of the EU; `problem` when it cannot be reported like this."""

    tax_id: str
    country: str
    number: str
    name: str
    base: MoneyOut
    problem: str


class EventOut(TypedDict):
    """Something that happened. `subjects` are the prefixed ids of what it is about."""

    id: str
    name: str
    subjects: list[str]
    facts: dict[str, Any]
    decision: dict[str, Any] | None
    by: str
    at: str
    recorded_at: str | None


class ExportIn(TypedDict):
    """ExportIn"""

    first: str
    last: str
    format: NotRequired[Literal['csv', 'datev']]


class ExportOut(TypedDict):
    """A file that left. `new`: entries posted into its days since; `again`: the very same file had left before."""

    id: str
    format: str
    first: str
    last: str
    name: str
    digest: str
    entries: int
    postings: int
    debit: MoneyOut
    new: int
    by: str
    at: str
    again: NotRequired[bool]


class FeedFilter(TypedDict):
    """`after`: the `cursor` of the last answer; without it from the beginning. `name` narrows, and may be given several times."""

    after: NotRequired[str]
    name: NotRequired[list[str]]
    size: NotRequired[int]


class FeedOut(TypedDict):
    """Keep `cursor` and ask with it again: at once while `has_more`, else in a few seconds."""

    items: list[EventOut]
    cursor: str
    has_more: bool


class FieldError(TypedDict):
    """A field and what is wrong with it; `field` is its path, with dots (`lines.0.quantity`)."""

    field: str
    message: str


class FigureFilter(TypedDict):
    """As of a day (today when not said), with the cash received in so many weeks."""

    as_of: NotRequired[str | None]
    weeks: NotRequired[int]


class FigureOut(TypedDict):
    """A key figure and how it came about; null when it cannot be told."""

    value: str | None
    unit: str
    formula: ReasonOut


class FiguresOut(TypedDict):
    """Receivables by age, DSO, overdue share and cash received, in the company's currency; exposure is known for today only."""

    as_of: str
    receivables: Buckets
    open_items: int
    overdue: MoneyOut
    overdue_share: FigureOut
    dso: FigureOut
    exposure: MoneyOut | None
    received: list[WeekOut]
    received_total: MoneyOut


class FileOut(TypedDict):
    """A file as it was sent."""

    id: str
    name: str
    format: str
    size: int
    digest: str
    lines_read: int
    lines_new: int
    by: str
    at: str


class FindingOut(TypedDict):
    """What one rule says: it passes, warns or stops, and why."""

    rule: str
    outcome: str
    reason: ReasonOut


class ForecastError(TypedDict):
    """Of past forecasts made so many weeks ahead: misses ÷ what came (0.25 = 25 %), the same for the due date, share in band."""

    weeks_ahead: int
    weeks: int
    off_by: str | None
    due_date_off_by: str | None
    band_held: str | None


class ForecastOut(TypedDict):
    """The newest forecast; null and empty before the first."""

    as_of: str | None
    made_at: str | None
    weeks: list[ForecastWeek]
    errors: list[ForecastError]


class ForecastWeek(TypedDict):
    """Seven days from `start`: expected, the 80 % band, and what it would be if everybody paid on the due date."""

    start: str
    expected: MoneyOut
    low: MoneyOut
    high: MoneyOut
    on_due_date: MoneyOut


class GoLive(TypedDict):
    """Whether mails that waited are sent, or end unsent."""

    send_held: NotRequired[bool]


class GoLiveOut(TypedDict):
    """Whether the company is live, what is missing (codes), and how many mails wait for it."""

    live_at: str | None
    missing: list[str]
    mails_held: int


class HoldFilter(TypedDict):
    """HoldFilter"""

    page: NotRequired[int]
    size: NotRequired[int]
    state: NotRequired[Literal['', 'open', 'released', 'rejected', 'ended']]
    account: NotRequired[str | None]
    sort: NotRequired[Literal['newest', 'oldest', 'largest', 'order']]


class HoldOut(TypedDict):
    """An order on hold, or one that was, with the decision that held it."""

    id: str
    order: str
    order_number: str
    account: str
    credit_account: str
    money: MoneyOut
    state: str
    held_by: str
    held_at: str
    decided_by: str
    decided_at: str | None
    decision_reason: str
    released: MoneyOut | None
    released_until: str | None
    decision: DecisionOut


class InvoiceFilter(TypedDict):
    """`text`: the beginning of a number, a customer, or the customer's purchase order."""

    page: NotRequired[int]
    size: NotRequired[int]
    tab: NotRequired[Literal['all', 'open', 'overdue', 'paid', 'credit-notes']]
    text: NotRequired[str]
    currency: NotRequired[str | None]
    account: NotRequired[str | None]
    sort: NotRequired[Literal['issued', '-issued', 'number', '-number', 'gross', '-gross', 'due', '-due']]


class InvoiceIn(TypedDict):
    """An invoice without an order. Tax follows from the customer, the product and the company's country."""

    account: str
    issue_date: NotRequired[str | None]
    delivery_date: NotRequired[str | None]
    purchase_order: NotRequired[str]
    lines: list[NewLineIn]
    custom: NotRequired[dict[str, str]]


class InvoiceLineOut(TypedDict):
    """InvoiceLineOut"""

    line_number: int
    product_number: str
    description: str
    quantity: str
    unit: str
    unit_price: str
    net: MoneyOut
    tax_category: str
    tax_percent: str


class InvoiceOut(TypedDict):
    """An invoice or credit note as it was posted, and what of it is open."""

    id: str
    kind: str
    number: str
    account: str
    customer_name: str
    issue_date: str
    delivery_date: str
    due_date: str
    discount_percent: str | None
    discount_until: str | None
    net: MoneyOut
    tax: MoneyOut
    gross: MoneyOut
    open: MoneyOut
    state: str
    reference: str
    purchase_order: str
    order_numbers: list[str]
    credited: str | None
    reason: str
    open_item: str
    lines: list[InvoiceLineOut]
    taxes: list[TaxOut]
    custom: dict[str, str]


class InvoiceRow(TypedDict):
    """An invoice or credit note in a list; amounts of a credit note are negative."""

    id: str
    kind: str
    number: str
    account: str
    customer_name: str
    issue_date: str
    due_date: str
    gross: MoneyOut
    open: MoneyOut
    state: str
    late_days: int
    custom: dict[str, str]


class InvoicesIn(TypedDict):
    """InvoicesIn"""

    invoices: list[InvoiceIn]


class ItemFilter(TypedDict):
    """`as_of`: the day (today when not said). `known_at`: leave out what was recorded later. `settled`: also closed items."""

    page: NotRequired[int]
    size: NotRequired[int]
    as_of: NotRequired[str | None]
    known_at: NotRequired[str | None]
    account: NotRequired[str | None]
    currency: NotRequired[str | None]
    bucket: NotRequired[Literal['not_due', '1_30', '31_60', '61_90', 'over_90'] | None]
    settled: NotRequired[bool]


class ItemHistory(TypedDict):
    """An item with everything that was allocated to it."""

    id: str
    account: str
    kind: str
    number: str
    source: str
    reference: str
    purchase_order: str
    order_number: str
    issue_date: str
    due_date: str
    amount: MoneyOut
    open: MoneyOut
    open_company: MoneyOut
    discount_percent: str | None
    discount_until: str | None
    closed_date: str | None
    late_days: int
    allocations: list[AllocationOut]


class ItemOut(TypedDict):
    """An item as of the day asked for; negative where the customer is owed."""

    id: str
    account: str
    kind: str
    number: str
    source: str
    reference: str
    purchase_order: str
    order_number: str
    issue_date: str
    due_date: str
    amount: MoneyOut
    open: MoneyOut
    open_company: MoneyOut
    discount_percent: str | None
    discount_until: str | None
    closed_date: str | None
    late_days: int


class ItemsOut(TypedDict):
    """One page of items, the earliest due first; `has_more` says whether another page follows."""

    items: list[ItemOut]
    page: int
    size: int
    has_more: bool
    as_of: str
    known_at: str | None


class JournalFilter(TypedDict):
    """JournalFilter"""

    page: NotRequired[int]
    size: NotRequired[int]
    state: NotRequired[Literal['', 'draft', 'waiting', 'posted', 'rejected', 'dropped']]


class JournalIds(TypedDict):
    """JournalIds"""

    ids: list[str]


class KindOfFile(TypedDict):
    """KindOfFile"""

    kind: Literal['customers', 'products', 'open-items', 'balances', 'history']


class LedgerAccount(TypedDict):
    """An account of the chart; `purpose` is how postings find it."""

    code: str
    name: str
    kind: str
    purpose: str
    tax_category: str


class LightOut(TypedDict):
    """The verifier's last word; null before its first."""

    holds: bool | None
    checked_at: str | None
    failing_since: str | None


class LimitIn(TypedDict):
    """A limit in the credit account's currency; null takes the limit away, "0" allows nothing on credit."""

    amount: str | None
    valid_from: str
    valid_until: NotRequired[str | None]
    reason: NotRequired[str]
    reason_code: NotRequired[str]


class LimitOut(TypedDict):
    """A limit from a day on; `amount` null: no limit from that day."""

    id: str
    amount: MoneyOut | None
    valid_from: str
    valid_until: str | None
    reason: str
    by: str
    recorded_at: str


class LineOut(TypedDict):
    """One booked movement; negative when it went out."""

    id: str
    booking_date: str
    value_date: str
    money: MoneyOut
    company_money: MoneyOut
    is_reversal: bool
    counterparty_name: str
    counterparty_account: str
    end_to_end_id: str
    structured_reference: str
    bank_reference: str
    type_code: str
    remittance: str
    entry: str | None


class Listed_ContactEntryOut(TypedDict):
    """Listed_ContactEntryOut_"""

    items: list[ContactEntryOut]
    total: int
    page: int
    size: int


class Listed_CustomerLine(TypedDict):
    """Listed_CustomerLine_"""

    items: list[CustomerLine]
    total: int
    page: int
    size: int


class Listed_EntryOut(TypedDict):
    """Listed_EntryOut_"""

    items: list[EntryOut]
    total: int
    page: int
    size: int


class Listed_ExportOut(TypedDict):
    """Listed_ExportOut_"""

    items: list[ExportOut]
    total: int
    page: int
    size: int


class Listed_FileOut(TypedDict):
    """Listed_FileOut_"""

    items: list[FileOut]
    total: int
    page: int
    size: int


class Listed_HoldOut(TypedDict):
    """Listed_HoldOut_"""

    items: list[HoldOut]
    total: int
    page: int
    size: int


class Listed_InvoiceRow(TypedDict):
    """Listed_InvoiceRow_"""

    items: list[InvoiceRow]
    total: int
    page: int
    size: int


class Listed_LineOut(TypedDict):
    """Listed_LineOut_"""

    items: list[LineOut]
    total: int
    page: int
    size: int


class Listed_ManualJournalOut(TypedDict):
    """Listed_ManualJournalOut_"""

    items: list[ManualJournalOut]
    total: int
    page: int
    size: int


class Listed_MessageOut(TypedDict):
    """Listed_MessageOut_"""

    items: list[MessageOut]
    total: int
    page: int
    size: int


class Listed_OrderRow(TypedDict):
    """Listed_OrderRow_"""

    items: list[OrderRow]
    total: int
    page: int
    size: int


class Listed_PaymentRow(TypedDict):
    """Listed_PaymentRow_"""

    items: list[PaymentRow]
    total: int
    page: int
    size: int


class Listed_ProductOut(TypedDict):
    """Listed_ProductOut_"""

    items: list[ProductOut]
    total: int
    page: int
    size: int


class Listed_SheetLine(TypedDict):
    """Listed_SheetLine_"""

    items: list[SheetLine]
    total: int
    page: int
    size: int


class Listed_StatementOut(TypedDict):
    """Listed_StatementOut_"""

    items: list[StatementOut]
    total: int
    page: int
    size: int


class Listed_TakeOverOut(TypedDict):
    """Listed_TakeOverOut_"""

    items: list[TakeOverOut]
    total: int
    page: int
    size: int


class Listed_TaskOut(TypedDict):
    """Listed_TaskOut_"""

    items: list[TaskOut]
    total: int
    page: int
    size: int


class Listed_WorklistLine(TypedDict):
    """Listed_WorklistLine_"""

    items: list[WorklistLine]
    total: int
    page: int
    size: int


class Made(TypedDict):
    """The id of what was made."""

    id: str


class MadeMany(TypedDict):
    """The ids of what was made, in the order asked for."""

    ids: list[str]


class ManualJournalIn(TypedDict):
    """An entry by hand. `rate`: company currency for one unit; the published one when not said."""

    text: str
    posting_date: str
    document_date: str
    currency: str
    rate: NotRequired[str | None]
    reverses_next_month: NotRequired[bool]
    lines: list[ManualLineIn]


class ManualJournalOut(TypedDict):
    """A manual journal and what became of it."""

    id: str
    state: str
    text: str
    posting_date: str
    document_date: str
    currency: str
    rate: str
    reverses_on: str | None
    prepared_by: str
    prepared_at: str
    decided_by: str
    decided_at: str | None
    reason: str
    entry: str | None
    lines: list[ManualLineOut]


class ManualJournalsIn(TypedDict):
    """ManualJournalsIn"""

    journals: list[ManualJournalIn]


class ManualLineIn(TypedDict):
    """Debit positive, credit negative, in the journal's currency."""

    account: str
    amount: str
    tax_category: NotRequired[str]
    tax_percent: NotRequired[str | None]


class ManualLineOut(TypedDict):
    """ManualLineOut"""

    account: str
    money: MoneyOut
    tax_category: str
    tax_percent: str | None


class MessageFilter(TypedDict):
    """MessageFilter"""

    page: NotRequired[int]
    size: NotRequired[int]
    state: NotRequired[Literal['', 'waiting', 'delivered', 'failed']]


class MessageOut(TypedDict):
    """One event for one endpoint. `id` is its webhook-id, the same at every attempt; `body` is what is sent."""

    id: str
    webhook: str
    event: str | None
    name: str
    body: str
    state: Literal['waiting', 'delivered', 'failed']
    attempts: int
    next_attempt_at: str | None
    response_code: int | None
    error: str
    created_at: str
    delivered_at: str | None


class MoneyIn(TypedDict):
    """An amount with its currency."""

    amount: str
    currency: str


class MoneyOut(TypedDict):
    """An amount with its currency, with exactly the decimals that the currency has."""

    amount: str
    currency: str


class MonthCheckOut(TypedDict):
    """MonthCheckOut"""

    name: str
    state: str
    many: int
    money: MoneyOut | None
    names: list[str]


class MonthCloseOut(TypedDict):
    """What is to be done before a month is closed."""

    period: str
    state: str
    checks: list[MonthCheckOut]
    posted_late: list[str]


class MonthIn(TypedDict):
    """Any day of the month."""

    day: str


class MovementRow(TypedDict):
    """An account over some days: closing = opening + debit − credit, debit positive."""

    code: str
    name: str
    kind: str
    opening: MoneyOut
    debit: MoneyOut
    credit: MoneyOut
    closing: MoneyOut


class Movements(TypedDict):
    """The trial balance over some days. `retained` is what earlier fiscal years earned; with it openings and closings are zero."""

    first: str
    last: str
    fiscal_year_start: str
    retained: MoneyOut
    holds: bool
    accounts: list[MovementRow]


class NewFieldIn(TypedDict):
    """A field of customers, orders or invoices."""

    thing: Literal['customer', 'order', 'invoice']
    name: str
    kind: Literal['text', 'number', 'amount', 'date', 'yes-no', 'choice']
    labels: dict[str, str]
    helps: NotRequired[dict[str, str]]
    required: NotRequired[bool]
    options: NotRequired[list[OptionIn]]
    least: NotRequired[str]
    most: NotRequired[str]
    decimals: NotRequired[int]
    pattern: NotRequired[str]
    copied_from: NotRequired[Literal['', 'customer', 'order']]


class NewLine(TypedDict):
    """What is wanted; without a `unit_price` the list price of the day counts."""

    product_number: str
    quantity: str
    unit_price: NotRequired[str | None]


class NewLineIn(TypedDict):
    """A line: of a product (its name, unit, tax category and price are taken from the catalog), or in words of its own."""

    product_number: NotRequired[str]
    description: NotRequired[str]
    quantity: str
    unit: NotRequired[str]
    unit_price: NotRequired[str | None]
    tax_category: NotRequired[Literal['S', 'AA', 'Z'] | None]


class NewReasonCodeIn(TypedDict):
    """NewReasonCodeIn"""

    words: dict[str, str]
    account_code: NotRequired[str]
    follow_up: NotRequired[str]
    active_from: NotRequired[str | None]
    active_until: NotRequired[str | None]
    kind: Literal['credit-note', 'hold-release', 'hold-rejection', 'order-end', 'account-stop', 'limit', 'payment-undo', 'payment-difference', 'write-off', 'dispute']
    code: str


class NoteIn(TypedDict):
    """NoteIn"""

    note: NotRequired[str]


class OnDay(TypedDict):
    """As of a day; today when not said."""

    as_of: NotRequired[str | None]


class OptionIn(TypedDict):
    """OptionIn"""

    value: str
    words: NotRequired[dict[str, str]]


class OptionOut(TypedDict):
    """OptionOut"""

    value: str
    words: dict[str, str]


class OrderFilter(TypedDict):
    """`text` looks in numbers, the customer's purchase order and name. `open`: draft, on hold or accepted."""

    page: NotRequired[int]
    size: NotRequired[int]
    state: NotRequired[Literal['', 'open', 'draft', 'held', 'accepted', 'rejected', 'delivered', 'cancelled']]
    text: NotRequired[str]
    account: NotRequired[str | None]
    sort: NotRequired[Literal['number', '-number', 'customer', '-customer', 'state', '-state', 'requested', '-requested', 'ordered', '-ordered', 'gross', '-gross']]


class OrderIn(TypedDict):
    """An order to enter, for a customer by number or by account (one of the two)."""

    customer_number: NotRequired[str]
    account: NotRequired[str | None]
    requested_date: str
    purchase_order: NotRequired[str]
    lines: list[NewLine]
    custom: NotRequired[dict[str, str]]


class OrderLineOut(TypedDict):
    """A line of an order, with what has left of it."""

    line_number: int
    product: str
    description: str
    unit: str
    quantity: str
    delivered_quantity: str
    unit_price: str
    net: MoneyOut
    tax_category: str
    tax_percent: str


class OrderOut(TypedDict):
    """An order with its lines, deliveries, newest credit decision and open hold."""

    id: str
    number: str
    account: str
    customer_number: str
    customer_name: str
    state: str
    gross: MoneyOut
    order_date: str
    requested_date: str
    purchase_order: str
    created_by: str
    created_at: str
    custom: dict[str, str]
    payer: str
    net: MoneyOut
    tax: MoneyOut
    lines: list[OrderLineOut]
    deliveries: list[DeliveryOut]
    decision: DecisionOut | None
    hold: str | None
    steps: list[str]


class OrderRow(TypedDict):
    """An order in a list."""

    id: str
    number: str
    account: str
    customer_number: str
    customer_name: str
    state: str
    gross: MoneyOut
    order_date: str
    requested_date: str
    purchase_order: str
    created_by: str
    created_at: str
    custom: dict[str, str]


class OrdersIn(TypedDict):
    """OrdersIn"""

    orders: list[OrderIn]


class Paging(TypedDict):
    """Which page of a list."""

    page: NotRequired[int]
    size: NotRequired[int]


class PayerAccountIn(TypedDict):
    """An account that the customer pays from; used to recognise payments, never to pay anybody."""

    account: str
    holder: NotRequired[str]


class PayerAccountOut(TypedDict):
    """An account that the customer pays from."""

    account: str
    holder: str
    source: str


class PaymentDetail(TypedDict):
    """A payment with its proposals, the best first, and what was done with it."""

    id: str
    number: str
    state: str
    booking_date: str
    value_date: str
    money: MoneyOut
    payer_name: str
    payer_account: str
    structured_reference: str
    remittance: str
    bank_account: str
    bank_line: str | None
    account: str | None
    customer_number: str
    customer_name: str
    open_item: str | None
    rest: MoneyOut | None
    proposals: list[ProposalOut]
    applications: list[ApplicationOut]


class PaymentFilter(TypedDict):
    """`todo` waits for a person: to be confirmed, or to be worked on. `text` looks in payer, remittance, reference and number."""

    page: NotRequired[int]
    size: NotRequired[int]
    tab: NotRequired[Literal['todo', 'confirm', 'work', 'later', 'done', 'all']]
    text: NotRequired[str]
    sort: NotRequired[Literal['value_date', '-value_date', 'amount', '-amount', 'payer', '-payer', 'number', '-number']]


class PaymentIn(TypedDict):
    """A payment that stands on no statement yet."""

    bank_account: str
    amount: str
    value_date: str
    booking_date: NotRequired[str | None]
    payer_name: NotRequired[str]
    payer_account: NotRequired[str]
    remittance: NotRequired[str]
    structured_reference: NotRequired[str]


class PaymentRow(TypedDict):
    """A payment in a list with its best proposal: whose it would be, what it would pay, how sure that is (0 to 1)."""

    id: str
    number: str
    state: str
    booking_date: str
    value_date: str
    money: MoneyOut
    payer_name: str
    payer_account: str
    structured_reference: str
    remittance: str
    bank_account: str
    bank_line: str | None
    account: str | None
    customer_number: str
    customer_name: str
    open_item: str | None
    rest: MoneyOut | None
    proposed_decision: str
    proposed_tier: str
    confidence: str | None
    proposed_account: str | None
    proposed_documents: list[str]
    reasons: list[ReasonOut]


class PeriodOut(TypedDict):
    """A posting period, from its first day to before `end_date`; open, soft (takes entries with a reason) or hard (takes none)."""

    id: str
    start_date: str
    end_date: str
    state: str
    closed_by: str


class PeriodReopening(TypedDict):
    """Why a month that was closed is opened again."""

    reason: str


class PolicyOut(TypedDict):
    """The order policy in force: what is checked, and whether it stops, warns or does not look."""

    version: int
    valid_from: str | None
    by: str
    policy: dict[str, Any]


class PriceIn(TypedDict):
    """PriceIn"""

    product_number: str
    price: str
    currency: str
    valid_from: str
    valid_until: NotRequired[str | None]


class PricesIn(TypedDict):
    """PricesIn"""

    prices: list[PriceIn]


class Problem(TypedDict):
    """RFC 9457. `code` is stable and says what was refused; further members carry the values named in its sentence."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    instance: str
    errors: NotRequired[list[FieldError] | None]


class ProductFilter(TypedDict):
    """ProductFilter"""

    page: NotRequired[int]
    size: NotRequired[int]
    text: NotRequired[str]
    sort: NotRequired[Literal['number', '-number', 'name', '-name']]


class ProductIn(TypedDict):
    """ProductIn"""

    number: str
    name: str
    unit: NotRequired[str]
    tax_category: NotRequired[Literal['S', 'AA', 'Z']]


class ProductOut(TypedDict):
    """Something that is sold; `price` is today's list price in the company's currency."""

    id: str
    number: str
    name: str
    unit: str
    tax_category: str
    is_active: bool
    price: MoneyOut | None


class ProductsIn(TypedDict):
    """ProductsIn"""

    products: list[ProductIn]


class ProposalLine(TypedDict):
    """What falls off one item (`applied`), and the difference to what was paid for it (`residual`, negative: paid less)."""

    open_item: str | None
    document: str
    applied: MoneyOut
    residual_kind: str
    residual: MoneyOut


class ProposalOut(TypedDict):
    """One way to use a payment. `obstacle` says why it cannot be applied, where it cannot."""

    rank: int
    decision: str
    tier: str
    confidence: str
    account: str | None
    lines: list[ProposalLine]
    reasons: list[ReasonOut]
    obstacle: str


class ProposeIn(TypedDict):
    """Which payments; without them all that wait."""

    payments: NotRequired[list[str] | None]


class RateFilter(TypedDict):
    """Exchange rates as they count on a day; today when not said."""

    as_of: NotRequired[str | None]
    currency: list[str]


class RateIn(TypedDict):
    """Units of `currency` for one euro on a day, as the European Central Bank publishes them."""

    currency: str
    rate_date: str
    per_euro: str


class RateOut(TypedDict):
    """Units of the company's currency for one unit of `currency`."""

    currency: str
    rate: str


class RatesIn(TypedDict):
    """RatesIn"""

    rates: list[RateIn]
    source: NotRequired[Literal['ECB', 'manual']]


class ReadyFilter(TypedDict):
    """ReadyFilter"""

    account: NotRequired[str | None]
    until: NotRequired[str | None]
    limit: NotRequired[int]


class ReadyOut(TypedDict):
    """Something delivered that can be billed."""

    account: str
    order: str | None
    order_number: str
    delivery_number: str
    purchase_order: str
    kind: str
    ready_date: str
    currency: str
    product_number: str
    description: str
    unit: str
    quantity: str
    unit_price: str
    tax_category: str
    tax_percent: str


class ReasonCodeIn(TypedDict):
    """Its words in at least one language; from `active_from` (today when not said) to before `active_until` it can be chosen."""

    words: dict[str, str]
    account_code: NotRequired[str]
    follow_up: NotRequired[str]
    active_from: NotRequired[str | None]
    active_until: NotRequired[str | None]


class ReasonCodeOut(TypedDict):
    """A reason code in its newest version; version 0 is the shipped one. `used` is how often it was said."""

    kind: str
    code: str
    version: int
    words: dict[str, str]
    account_code: str
    follow_up: str
    active_from: str | None
    active_until: str | None
    used: int


class ReasonFilter(TypedDict):
    """ReasonFilter"""

    kind: NotRequired[Literal['credit-note', 'hold-release', 'hold-rejection', 'order-end', 'account-stop', 'limit', 'payment-undo', 'payment-difference', 'write-off', 'dispute'] | None]


class ReasonOut(TypedDict):
    """Why something was decided: a stable code, its values, and the sentence they make."""

    code: str
    params: dict[str, Any]
    text: str


class RejectOut(TypedDict):
    """A row that stays out, and the way out."""

    row: int
    number: str
    field: str
    reason: ReasonOut


class ReleaseIn(TypedDict):
    """Let an order pass, up to an amount and until a day; without them all of it and without end."""

    reason: NotRequired[str]
    reason_code: NotRequired[str]
    until: NotRequired[str | None]
    amount: NotRequired[MoneyIn | None]


class ReplayIn(TypedDict):
    """Messages that were given up and had been queued at `since` or later."""

    since: str


class Replayed(TypedDict):
    """How many are sent again."""

    messages: int


class RequestedOut(TypedDict):
    """The job that makes the forecast."""

    job: str


class ReservedOut(TypedDict):
    """What the released order reserves of the credit."""

    reserved: MoneyOut


class SecretOut(TypedDict):
    """The secret is in this answer and nowhere else; keep it where the receiver verifies."""

    id: str
    secret: str


class SendIn(TypedDict):
    """SendIn"""

    invoices: list[str]


class SentOut(TypedDict):
    """SentOut"""

    queued: int


class SeriesChange(TypedDict):
    """The series to set; the others stay."""

    series: list[SeriesIn]


class SeriesIn(TypedDict):
    """SeriesIn"""

    series: Literal['invoice', 'credit-note', 'order', 'delivery']
    prefix: str
    next_number: int


class SeriesOut(TypedDict):
    """How one kind of document is numbered this year. Once `used`, the counter stays."""

    series: str
    prefix: str
    year: int
    next_number: int
    used: bool
    example: str


class SheetLine(TypedDict):
    """A posting with the account's balance after it."""

    entry: str
    number: str
    kind: str
    posting_date: str
    document_date: str
    text: str
    source: str
    money: MoneyOut
    company_money: MoneyOut
    balance: MoneyOut
    tax_category: str


class SheetSpan(TypedDict):
    """An account from a day to a day, both included, page by page."""

    page: NotRequired[int]
    size: NotRequired[int]
    account: str
    first: str
    last: str
    known_at: NotRequired[str | None]


class Span(TypedDict):
    """From a day to a day, both included; `known_at` leaves out what was recorded later."""

    first: str
    last: str
    known_at: NotRequired[str | None]


class StandingOut(TypedDict):
    """Where a credit account stands, in its own currency; the last of a list is the top of its group."""

    credit_account: str
    name: str
    limit: MoneyOut | None
    exposure: MoneyOut
    free: MoneyOut | None
    open_items: MoneyOut
    delivered_not_billed: MoneyOut
    open_orders: MoneyOut
    overdue: MoneyOut
    oldest_overdue_days: int
    is_stopped: bool


class StatementFilter(TypedDict):
    """StatementFilter"""

    page: NotRequired[int]
    size: NotRequired[int]
    file: NotRequired[str | None]
    bank_account: NotRequired[str | None]


class StatementOut(TypedDict):
    """One statement of one account. `follows`: it continues the one before it; null when that cannot be told."""

    id: str
    file: str
    bank_account: str
    statement_id: str
    from_date: str | None
    to_date: str | None
    opening: MoneyOut | None
    closing: MoneyOut | None
    follows: bool | None
    lines_new: int


class StopIn(TypedDict):
    """Stop an account, or let it go on."""

    stopped: bool
    reason: NotRequired[str]
    reason_code: NotRequired[str]


class SumOut(TypedDict):
    """What the amounts of a currency add up to. `file` is added up by itself; `ties`: the ready rows as read add up to the same."""

    currency: str
    rows: int
    ready_rows: int
    file: str
    ready: str
    known: str
    left: str
    rejected: str
    ties: bool
    rate: str | None
    company: str | None


class TakeOverFilter(TypedDict):
    """TakeOverFilter"""

    page: NotRequired[int]
    size: NotRequired[int]
    state: NotRequired[Literal['', 'under-way', 'reading', 'open', 'sent', 'taking', 'taken', 'discarded', 'refused']]


class TakeOverOut(TypedDict):
    """A file on its way in. Read it again until its state is no longer reading or taking."""

    id: str
    kind: Literal['customers', 'products', 'open-items', 'balances', 'history']
    name: str
    digest: str
    system: str
    state: Literal['reading', 'open', 'sent', 'taking', 'taken', 'discarded', 'refused']
    ready: int
    known: int
    left: int
    rejected: int
    columns: list[ColumnOut]
    sums: list[SumOut]
    problems: list[ReasonOut]
    rejects: list[RejectOut]
    error: str
    by: str
    at: str
    confirmed_by: str


class TakenOut(TypedDict):
    """What importing a file did: its lines, and how many of its payments stand in each state."""

    file: str
    format: str
    already_imported: bool
    lines_read: int
    lines_new: int
    lines_known: int
    statements: list[TakenStatement]
    warnings: list[ReasonOut]
    payments: int
    payment_states: dict[str, int]


class TakenStatement(TypedDict):
    """A statement of the file that was just taken."""

    id: str
    statement_id: str
    bank_account: str
    opening: MoneyOut | None
    closing: MoneyOut | None
    follows: bool | None
    lines_new: int


class TaskFilter(TypedDict):
    """TaskFilter"""

    page: NotRequired[int]
    size: NotRequired[int]
    show: NotRequired[Literal['todo', 'overdue', 'done']]


class TaskOut(TypedDict):
    """Something that you or your role are to do."""

    id: str
    about: str
    title: ReasonOut
    role: str
    person: str
    due: str | None
    state: str
    created_by: str
    created_at: str


class TaxOut(TypedDict):
    """TaxOut"""

    category: str
    percent: str
    base: MoneyOut
    tax: MoneyOut


class TaxPartOut(TypedDict):
    """TaxPartOut"""

    what: str
    base: MoneyOut
    tax: MoneyOut


class TaxRateIn(TypedDict):
    """TaxRateIn"""

    country: str
    category: str
    percent: str
    valid_from: str
    note: NotRequired[str]


class TaxRateOut(TypedDict):
    """TaxRateOut"""

    country: str
    category: str
    percent: str
    valid_from: str
    note: str


class TaxRowOut(TypedDict):
    """One category and rate; what is owed to the state is positive."""

    category: str
    percent: str
    treatment: str
    base: MoneyOut
    tax: MoneyOut
    rounding: MoneyOut
    parts: list[TaxPartOut]


class TermsIn(TypedDict):
    """TermsIn"""

    code: str
    name: str
    net_days: int
    discount_days: NotRequired[int | None]
    discount_percent: NotRequired[str | None]


class TermsOut(TypedDict):
    """Payment terms: net days and perhaps one cash discount."""

    code: str
    name: str
    net_days: int
    discount_days: int | None
    discount_percent: str | None


class TextIn(TypedDict):
    """Words with placeholders in braces: {customer name}."""

    title: NotRequired[str]
    body: str


class TextOut(TypedDict):
    """A text of mails or documents that counts now."""

    kind: str
    language: str
    title: str
    body: str
    version: int
    is_shipped: bool
    by: str
    at: str | None


class TrialBalance(TypedDict):
    """Every account with the sum of its postings up to a day, debit positive; they add up to zero."""

    as_of: str
    accounts: list[BalanceOut]


class UnapplyIn(TypedDict):
    """Why, and whether the money stays with the customer."""

    reason: NotRequired[str]
    reason_code: NotRequired[str]
    keep_on_account: NotRequired[bool]


class ValuesIn(TypedDict):
    """What stands in custom fields from now on, by name; an empty text takes it away, what is not named stays."""

    custom: dict[str, str]


class VatReportOut(TypedDict):
    """`moved` on the tax accounts = `tax` + `unnamed` (lines without a category) + `difference` (zero)."""

    base: MoneyOut
    tax: MoneyOut
    moved: MoneyOut
    unnamed: MoneyOut
    difference: MoneyOut
    rows: list[TaxRowOut]
    eu_sales: list[EuSaleOut]


class VerdictOut(TypedDict):
    """One invariant: how many rows were looked at, and the first that break it."""

    name: str
    words: str
    holds: bool
    checked: int
    broken: list[str]


class VerifiedOut(TypedDict):
    """Whether everything ties out. Posting stops while an invariant that guards it is broken."""

    holds: bool
    invariants: list[VerdictOut]


class ViewChangeIn(TypedDict):
    """Another name; other filters where `query` is given."""

    name: str
    query: NotRequired[str | None]


class ViewFilter(TypedDict):
    """ViewFilter"""

    list: NotRequired[Literal['customers', 'holds', 'orders', 'invoices', 'matching', 'worklist', 'tasks', 'ageing', 'journal', 'journal-entries', 'manual-journals', 'outbox'] | None]


class ViewIn(TypedDict):
    """A new view; what is no filter, sort or tab of the list is left out of `query`."""

    list: Literal['customers', 'holds', 'orders', 'invoices', 'matching', 'worklist', 'tasks', 'ageing', 'journal', 'journal-entries', 'manual-journals', 'outbox']
    name: str
    query: NotRequired[str]


class ViewOut(TypedDict):
    """A view. `query`: its filters, sort and tab as in the address of the list. `first`: the list opens with it for this person."""

    id: str
    list: Literal['customers', 'holds', 'orders', 'invoices', 'matching', 'worklist', 'tasks', 'ageing', 'journal', 'journal-entries', 'manual-journals', 'outbox']
    name: str
    query: str
    shared: bool
    mine: bool
    first: bool
    owner: str


class ViewShareIn(TypedDict):
    """ViewShareIn"""

    shared: bool


class WebhookIn(TypedDict):
    """`events`: names, or a room's whole (`credit.*`); none means all. `url`: https, port 443 or 8443, not into our own network."""

    url: str
    description: NotRequired[str]
    events: NotRequired[list[str]]


class WebhookOut(TypedDict):
    """An endpoint. `failing`: a message was given up and none went through since. `behind_since`: of the oldest event not yet sent."""

    id: str
    url: str
    description: str
    events: list[str]
    state: Literal['active', 'failing', 'paused', 'disabled']
    state_reason: str
    failing_since: str | None
    delivered_at: str | None
    both_secrets_until: str | None
    waiting: int
    given_up: int
    behind_since: str | None
    created_by: str
    created_at: str


class WeekOut(TypedDict):
    """Monday, and what came in until Sunday."""

    week: str
    received: MoneyOut


class WhyIn(TypedDict):
    """Why; it is kept."""

    reason: str


class WorklistFilter(TypedDict):
    """WorklistFilter"""

    page: NotRequired[int]
    size: NotRequired[int]
    show: NotRequired[Literal['todo', 'done', 'waiting']]
    whose: NotRequired[Literal['mine', 'all', 'nobody']]


class WorklistLine(TypedDict):
    """A customer's place in the worklist; amounts in the company's currency. `priority` is collectible amount × days late."""

    account: str
    priority: str
    overdue: MoneyOut
    collectible: MoneyOut
    promised: MoneyOut
    disputed: MoneyOut
    blocked: MoneyOut
    on_account: MoneyOut
    days_late: int
    oldest_due: str
    broken_promise: str | None
    last_contact: str | None
    last_outcome: str
    next_date: str | None
    why: list[ReasonOut]
