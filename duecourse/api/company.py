"""The company itself: what it says about itself, how it numbers its documents, and whether it is live."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field

from duecourse.access import actions as access
from duecourse.access import queries as access_facts
from duecourse.access import rules as access_rules
from duecourse.api.door import Door
from duecourse.api.shapes import Day, Done, In, Label, Line, Out, like, outer_id
from duecourse.core import ids, sequences
from duecourse.core.call import Call
from duecourse.documents import queries as document_facts
from duecourse.ledger import actions as ledger
from duecourse.ledger import queries as ledger_facts
from duecourse.ledger import rules as ledger_rules

room = Door("Company")
Mail = Annotated[str, Line, Field(max_length=254, examples=["office@example.com"])]


class CompanyOut(Out):
    """What the company says about itself on invoices and in letters. Without `live_at` nothing leaves the house yet."""

    id: str = outer_id("cmp")
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
    opening_date: Day | None
    fiscal_year_month: int
    is_demo: bool
    live_at: dt.datetime | None


class CompanyChange(In):
    """What is to change; what is left out stays. Currency, country and time zone are set on screen, before the books begin."""

    name: Annotated[str, Line, Field(min_length=1, max_length=200)] | None = None
    tagline: Label | None = None
    language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] | None = None
    street: Label | None = None
    postal_code: Annotated[str, Line, Field(max_length=20)] | None = None
    city: Annotated[str, Line, Field(max_length=100)] | None = None
    tax_id: Annotated[str, Line, Field(max_length=40)] | None = None
    register_entry: Annotated[str, Line, Field(max_length=100)] | None = None
    managing_director: Label | None = None
    email: Mail | None = None
    phone: Annotated[str, Line, Field(max_length=40)] | None = None

    model_config = like({"street": "Kaistraße 4", "postal_code": "24103", "city": "Kiel"})


class SeriesOut(Out):
    """How one kind of document is numbered this year. Once `used`, the counter stays."""

    series: str
    prefix: str
    year: int
    next_number: int
    used: bool
    example: str


class SeriesIn(In):
    series: Literal["invoice", "credit-note", "order", "delivery"]
    prefix: Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{0,7}$", examples=["RE"])]
    next_number: Annotated[int, Field(ge=1, le=sequences.FIRST_MAX)]


class SeriesChange(In):
    """The series to set; the others stay."""

    series: Annotated[list[SeriesIn], Field(min_length=1, max_length=4)]


class GoLiveOut(Out):
    """Whether the company is live, what is missing (codes), and how many mails wait for it."""

    live_at: dt.datetime | None
    missing: list[str]
    mails_held: int


class GoLive(In):
    """Whether mails that waited are sent, or end unsent."""

    send_held: bool = False


def _company(view: access_rules.CompanyProfile) -> CompanyOut:
    own = {name: getattr(view, name) for name in CompanyOut.model_fields if name not in ("id", "register_entry")}
    return CompanyOut(id=ids.outer("cmp", view.id), register_entry=view.register, **own)


def _series(rows: list[sequences.Series]) -> list[SeriesOut]:
    return [
        SeriesOut(
            series=one.series,
            prefix=one.prefix,
            year=one.year,
            next_number=one.next_number,
            used=one.used,
            example=one.example,
        )
        for one in rows
    ]


@room.get("/company", "access.read", CompanyOut)
def get_company(call: Call) -> CompanyOut:
    """The company of the key."""
    return _company(access_facts.company_profile(call))


@room.post("/company/change", "access.change_company", CompanyOut)
def change_company(call: Call, body: CompanyChange) -> CompanyOut:
    """Change what the company says about itself. Invoices that are posted keep what they say."""
    said = body.model_dump(exclude_none=True)
    access.change_company(call, {"register" if name == "register_entry" else name: value for name, value in said.items()})
    return _company(access_facts.company_profile(call))


@room.get("/company/number-series", "access.read", list[SeriesOut])
def list_number_series(call: Call) -> list[SeriesOut]:
    """How invoices, credit notes, orders and deliveries are numbered this year."""
    return _series(sequences.own_series(call))


@room.post("/company/number-series/set", "access.set_number_series", list[SeriesOut])
def set_number_series(call: Call, body: SeriesChange) -> list[SeriesOut]:
    """Set prefix and next number. A counter that was used stays: a number would come twice, or be missing."""
    return _series(access.set_number_series(call, {one.series: (one.prefix, one.next_number) for one in body.series}))


@room.get("/company/go-live", "access.read", GoLiveOut)
def get_go_live(call: Call) -> GoLiveOut:
    """Whether the company is live, and what is missing for it."""
    missing = ledger_rules.missing_for_live(ledger_facts.readiness(call))
    return GoLiveOut(
        live_at=access_facts.company_profile(call).live_at,
        missing=[reason.code for reason in missing],
        mails_held=document_facts.held(call),
    )


@room.post("/company/go-live", "ledger.go_live", Done)
def go_live(call: Call, body: GoLive) -> Done:
    """From now on mail leaves the house. Not undone."""
    ledger.go_live(call, body.send_held)
    return Done()
