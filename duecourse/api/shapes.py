"""The forms that values take in JSON: amounts as text beside their currency, prefixed ids, ISO days, and no field too many."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Annotated, Any, Generic, Literal, TypeVar

from django.utils.translation import gettext
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, WithJsonSchema

from duecourse.core import paging
from duecourse.core import reasons as core_reasons
from duecourse.core.money import Money, Price
from duecourse.core.reasons import Reason

Row = TypeVar("Row")
FIRST_DAY, LAST_DAY = dt.date(1990, 1, 1), dt.date(2100, 1, 1)


class In(BaseModel):
    """What comes in: a field that is not listed is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Out(BaseModel):
    """What goes out: exactly the fields that are listed."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _printable(text: str) -> str:
    if any(character < " " and character not in "\n\t" for character in text) or "\x7f" in text:
        raise ValueError("control characters are not allowed")
    return text


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("line breaks and control characters are not allowed")
    return text


def _day(day: dt.date) -> dt.date:
    if not FIRST_DAY <= day < LAST_DAY:
        raise ValueError(f"a day from {FIRST_DAY} to before {LAST_DAY}")
    return day


def _instant(instant: dt.datetime) -> dt.datetime:
    _day(instant.date())
    return instant


Line = AfterValidator(_one_line)
Text = AfterValidator(_printable)
# Numbers are text, so that no program's floats touch them; both bounds keep them inside numeric(19,4).
Amount = Annotated[str, Field(pattern=r"^-?(0|[1-9][0-9]{0,12})(\.[0-9]{1,4})?$", examples=["1234.50"])]
PositiveAmount = Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,12})(\.[0-9]{1,4})?$", examples=["1234.50"])]
UnitPrice = Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,6})?$", examples=["12.50"])]
Quantity = Annotated[str, Field(pattern=r"^(0|[1-9][0-9]{0,8})(\.[0-9]{1,4})?$", examples=["10"])]
Percent = Annotated[str, Field(pattern=r"^(0|[1-9][0-9]?|100)(\.[0-9]{1,4})?$", examples=["2"])]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$", examples=["EUR"])]
Country = Annotated[str, Field(pattern=r"^[A-Z]{2}$", examples=["DE"])]
Day = Annotated[dt.date, AfterValidator(_day), WithJsonSchema({"type": "string", "format": "date", "examples": ["2026-11-17"]})]
Instant = Annotated[
    AwareDatetime,
    AfterValidator(_instant),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-11-17T11:00:00Z"]}),
]
Name = Annotated[str, Line, Field(min_length=1, max_length=200)]
Short = Annotated[str, Line, Field(max_length=60)]
Label = Annotated[str, Line, Field(max_length=200)]
Words = Annotated[str, Text, Field(max_length=300)]
ReasonWords = Annotated[str, Text, Field(min_length=1, max_length=300, examples=["Payment promised for Friday"])]
Search = Annotated[str, Line, Field(max_length=100)]
ReasonCode = Annotated[str, Line, Field(max_length=30, examples=["damaged"])]
# Custom fields by name, as text: a number as 12.5, an amount as "12.50 EUR", a day as 2026-11-17, yes or no.
Custom = Annotated[
    dict[Annotated[str, Line, Field(max_length=47)], Annotated[str, Text, Field(max_length=500)]], Field(max_length=40)
]


def like(example: Any) -> ConfigDict:
    """A model that comes in, with an example for the description."""
    return ConfigDict(extra="forbid", frozen=True, json_schema_extra={"examples": [example]})


def outer_id(prefix: str, **more: Any) -> Any:
    """The form of a prefixed id: outer_id("inv") for "inv_" and twelve characters."""
    return Field(max_length=40, examples=[f"{prefix}_0123456789ab"], **more)


class MoneyIn(In):
    """An amount with its currency."""

    amount: Amount
    currency: Currency

    def money(self) -> Money:
        return Money(Decimal(self.amount), self.currency)


class MoneyOut(Out):
    """An amount with its currency, with exactly the decimals that the currency has."""

    amount: str = Field(examples=["1234.50"])
    currency: str = Field(examples=["EUR"])


class ReasonOut(Out):
    """Why something was decided: a stable code, its values, and the sentence they make."""

    code: str
    params: dict[str, Any]
    text: str


class Made(Out):
    """The id of what was made."""

    id: str


class MadeMany(Out):
    """The ids of what was made, in the order asked for."""

    ids: list[str]


class Done(Out):
    """It was done."""

    done: Literal[True] = True


class Counted(Out):
    """How many were new."""

    new: int


class Listed(Out, Generic[Row]):
    """One page of a list. `total` is how many there are in all; the Link header leads to the others."""

    items: list[Row]
    total: int
    page: int
    size: int


class Paging(In):
    """Which page of a list."""

    page: int = Field(1, ge=1, le=1_000_000)
    size: int = Field(50, ge=1, le=paging.SIZE_MAX)


def money(value: Money) -> MoneyOut:
    return MoneyOut(amount=f"{value.amount:f}", currency=value.currency)


def money_or_none(value: Money | None) -> MoneyOut | None:
    return None if value is None else money(value)


def price(value: Price) -> MoneyOut:
    return MoneyOut(amount=decimal(value.amount), currency=value.currency)


def decimal(value: Decimal) -> str:
    """A quantity, price or percentage as text, without zeros that say nothing."""
    plain = f"{value:f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain


def decimal_or_none(value: Decimal | None) -> str | None:
    return None if value is None else decimal(value)


def reason(value: Reason) -> ReasonOut:
    plain = core_reasons.to_json(value)
    params = plain["params"]
    assert isinstance(params, dict)
    return ReasonOut(code=value.code, params=params, text=core_reasons.say(value, gettext, _shown))


def reasons(values: Iterable[Reason]) -> list[ReasonOut]:
    return [reason(value) for value in values]


def _shown(value: object) -> str:
    if isinstance(value, Decimal):
        return decimal(value)
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, list | tuple):
        return ", ".join(_shown(part) for part in value)
    return str(value)


def plain(value: object) -> Any:
    """Details of a refusal as JSON: amounts and dates as text, sets sorted."""
    if isinstance(value, Money):
        return {"amount": f"{value.amount:f}", "currency": value.currency}
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(plain(part) for part in value)
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    if value is None or isinstance(value, str | bool | int):
        return value
    return str(value)
