"""Reason codes, custom fields and texts: what the company made its own."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from duecourse.api.door import Door
from duecourse.api.shapes import Day, Done, In, Label, Line, Out, Text
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.customers import actions as customers
from duecourse.orders import actions as orders
from duecourse.tailoring import actions, queries, rules

room = Door("Tailoring")
Kind = Literal[
    "credit-note", "hold-release", "hold-rejection", "order-end", "account-stop", "limit", "payment-undo", "payment-difference",
    "write-off", "dispute",
]  # fmt: skip
Thing = Literal["customer", "order", "invoice"]
Language = Literal["en", "de", "fr"]
Code = Annotated[str, Line, Field(max_length=30, examples=["damaged-goods"])]
FieldName = Annotated[str, Line, Field(max_length=47, examples=["cost_center"])]
Words = dict[Language, Label]
Values = Annotated[dict[FieldName, Annotated[str, Text, Field(max_length=500)]], Field(max_length=40)]


class ReasonFilter(In):
    kind: Kind | None = None


class ReasonCodeOut(Out):
    """A reason code in its newest version; version 0 is the shipped one. `used` is how often it was said."""

    kind: str
    code: str
    version: int
    words: dict[str, str]
    account_code: str
    follow_up: str
    active_from: Day | None
    active_until: Day | None = Field(description="The first day on which it can no longer be chosen")
    used: int


class ReasonCodeIn(In):
    """Its words in at least one language; from `active_from` (today when not said) to before `active_until` it can be chosen."""

    words: Words
    account_code: Annotated[str, Line, Field(max_length=20)] = ""
    follow_up: Annotated[str, Line, Field(max_length=200)] = ""
    active_from: Day | None = None
    active_until: Day | None = None


class NewReasonCodeIn(ReasonCodeIn):
    kind: Kind
    code: Code


class OptionOut(Out):
    value: str
    words: dict[str, str]


class CustomFieldOut(Out):
    """A custom field; `filter` is how a list is narrowed by it."""

    thing: str
    name: str
    filter: str = Field(examples=["custom.cost_center"])
    kind: str
    labels: dict[str, str]
    required: bool
    options: list[OptionOut]
    least: str
    most: str
    decimals: int
    pattern: str
    copied_from: str


class OptionIn(In):
    value: Annotated[str, Line, Field(min_length=1, max_length=60)]
    words: Words = {}


class NewFieldIn(In):
    """A field of customers, orders or invoices."""

    thing: Thing
    name: Annotated[str, Line, Field(max_length=40, examples=["cost_center"])]
    kind: Literal["text", "number", "amount", "date", "yes-no", "choice"]
    labels: Words
    helps: Words = {}
    required: bool = False
    options: Annotated[list[OptionIn], Field(max_length=200)] = []
    least: Annotated[str, Line, Field(max_length=20)] = ""
    most: Annotated[str, Line, Field(max_length=20)] = ""
    decimals: Annotated[int, Field(ge=0, le=6)] = 0
    pattern: Annotated[str, Line, Field(max_length=60)] = ""
    copied_from: Literal["", "customer", "order"] = ""


class ValuesIn(In):
    """What stands in custom fields from now on, by name; an empty text takes it away, what is not named stays."""

    custom: Values


class TextOut(Out):
    """A text of mails or documents that counts now."""

    kind: str
    language: str
    title: str
    body: str
    version: int
    is_shipped: bool
    by: str
    at: dt.datetime | None


class TextIn(In):
    """Words with placeholders in braces: {customer name}."""

    title: Annotated[str, Line, Field(max_length=150)] = ""
    body: Annotated[str, Text, Field(max_length=8000)]


@room.get("/reason-codes", "tailoring.read", list[ReasonCodeOut])
def list_reason_codes(call: Call, query: ReasonFilter) -> list[ReasonCodeOut]:
    """Reason codes with how often each was used."""
    counts = queries.use_counts(call)
    return [
        ReasonCodeOut(
            kind=each.kind,
            code=each.code,
            version=each.version,
            words=dict(each.words),
            account_code=each.account_code,
            follow_up=each.follow_up,
            active_from=None if each.is_shipped else each.active_from,
            active_until=each.active_until,
            used=counts.get((each.kind, each.code), 0),
        )
        for each in queries.reasons(call, query.kind or "")
    ]


@room.post("/reason-codes", "tailoring.define_reason", Done)
def define_reason(call: Call, body: NewReasonCodeIn) -> Done:
    """Add a reason code."""
    actions.define_reason(call, _reason(body, body.kind, body.code))
    return Done()


def _reason(body: ReasonCodeIn, kind: str, code: str) -> rules.ReasonCode:
    words = {str(language): text for language, text in body.words.items()}
    begins = body.active_from or dt.date.min
    return rules.ReasonCode(kind, code, words, 0, body.account_code, body.follow_up, begins, body.active_until)


@room.post("/reason-codes/{kind}/{code}", "tailoring.reword_reason", Done)
def reword_reason(call: Call, kind: str, code: str, body: ReasonCodeIn) -> Done:
    """Give a code other words, as its next version. What was said keeps its words."""
    actions.reword_reason(call, kind, code, _reason(body, kind, code))
    return Done()


@room.post("/reason-codes/{kind}/{code}/retire", "tailoring.retire_reason", Done)
def retire_reason(call: Call, kind: str, code: str) -> Done:
    """A code can no longer be chosen. Where it was used it stays."""
    actions.retire_reason(call, kind, code)
    return Done()


@room.post("/reason-codes/{kind}/{code}/restore", "tailoring.restore_reason", Done)
def restore_reason(call: Call, kind: str, code: str) -> Done:
    """A retired code can be chosen again."""
    actions.restore_reason(call, kind, code)
    return Done()


@room.get("/custom-fields", "tailoring.read", list[CustomFieldOut])
def list_custom_fields(call: Call) -> list[CustomFieldOut]:
    """The custom fields in use."""
    return [
        CustomFieldOut(
            thing=each.thing,
            name=each.name,
            filter=each.outer_name,
            kind=each.kind,
            labels=dict(each.labels),
            required=each.required,
            options=[OptionOut(value=option.value, words=dict(option.words)) for option in each.options],
            least=each.least,
            most=each.most,
            decimals=each.decimals,
            pattern=each.pattern,
            copied_from=each.copied_from,
        )
        for each in queries.every_field(call)
    ]


@room.post("/custom-fields", "tailoring.define_field", Done)
def define_field(call: Call, body: NewFieldIn) -> Done:
    """Add a custom field."""
    options = tuple(rules.Option(each.value, {str(code): text for code, text in each.words.items()}) for each in body.options)
    labels, helps = ({str(code): text for code, text in words.items()} for words in (body.labels, body.helps))
    actions.define_field(
        call,
        rules.FieldView(
            body.thing, body.name, body.kind, labels, helps, body.required, options, body.least, body.most, body.decimals, body.pattern,
            copied_from=body.copied_from,
        ),
    )  # fmt: skip
    return Done()


@room.post("/custom-fields/{thing}/{name}/retire", "tailoring.retire_field", Done)
def retire_field(call: Call, thing: str, name: str) -> Done:
    """Take a field off screens and lists; what stands in it is kept."""
    actions.retire_field(call, thing, name)
    return Done()


@room.post("/custom-fields/{thing}/{name}/restore", "tailoring.restore_field", Done)
def restore_field(call: Call, thing: str, name: str) -> Done:
    """Bring a retired field back, with what stands in it."""
    actions.restore_field(call, thing, name)
    return Done()


@room.post("/accounts/{account}/custom-fields", "customers.change_fields", Done)
def change_account_fields(call: Call, account: str, body: ValuesIn) -> Done:
    """Write what stands in a customer's custom fields in this company."""
    customers.change_fields(call, ids.inner("acc", account), body.custom)
    return Done()


@room.post("/orders/{order}/custom-fields", "orders.change_fields", Done)
def change_order_fields(call: Call, order: str, body: ValuesIn) -> Done:
    """Write what stands in an order's custom fields."""
    orders.change_fields(call, ids.inner("ord", order), body.custom)
    return Done()


@room.get("/texts", "tailoring.read", list[TextOut])
def list_texts(call: Call) -> list[TextOut]:
    """The texts of mails and documents that count now."""
    found = sorted(queries.texts(call).items())
    return [
        TextOut(
            kind=kind,
            language=language,
            title=each.title,
            body=each.body,
            version=each.version,
            is_shipped=each.is_shipped,
            by=each.by_name,
            at=each.at,
        )
        for (kind, language), each in found
    ]


@room.post("/texts/{kind}/{language}", "tailoring.write_text", Done)
def write_text(call: Call, kind: str, language: str, body: TextIn) -> Done:
    """The company's own words from now on. What was sent keeps its words."""
    actions.write_text(call, kind, language, rules.Text(body.title, body.body))
    return Done()


@room.post("/texts/{kind}/{language}/reset", "tailoring.reset_text", Done)
def reset_text(call: Call, kind: str, language: str) -> Done:
    """The shipped text counts again."""
    actions.reset_text(call, kind, language)
    return Done()
