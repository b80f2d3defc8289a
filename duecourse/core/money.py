"""Money is a decimal amount with its currency; rounding and splitting happen here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import total_ordering
from math import lcm

from duecourse.core.errors import Refused

# ISO 4217 minor units that differ from two; every other active code below has two.
_ZERO = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"
_FOUR = "CLF UYW"
_TWO = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP CRC CUP CVE "
    "CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW "
    "KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK "
    "PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS "
    "UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG HRK"
)
MINOR_UNITS: dict[str, int] = (
    dict.fromkeys(_TWO.split(), 2)
    | dict.fromkeys(_ZERO.split(), 0)
    | dict.fromkeys(_THREE.split(), 3)
    | dict.fromkeys(_FOUR.split(), 4)
)
AMOUNT_MAX = Decimal("99999999999999.9999")  # what numeric(19,4) holds with one digit to spare
PRICE_MAX = Decimal("9999999999999.999999")  # what numeric(19,6) holds

# Amount × quantity × rate has more digits than the 28 of Python's own context, which would round a first time by itself.
_EXACT = Context(prec=80, rounding=ROUND_HALF_UP)
_QUANTA = {code: Decimal(1).scaleb(-units) for code, units in MINOR_UNITS.items()}
_PLAIN = re.compile(r"[+-]?[0-9]{1,40}(\.[0-9]{1,40})?")


def minor_units(currency: str) -> int:
    """Decimals of a currency by ISO 4217. Errors: Refused('money.unknown-currency')."""
    try:
        return MINOR_UNITS[currency]
    except KeyError:
        raise _unknown(currency) from None


def _unknown(currency: str) -> Refused:
    return Refused("money.unknown-currency", f"“{currency}” is not an ISO 4217 currency code.")


def quantum(currency: str) -> Decimal:
    """The smallest amount of a currency: 0.01 EUR, 1 JPY, 0.001 KWD. Errors: Refused('money.unknown-currency')."""
    try:
        return _QUANTA[currency]
    except KeyError:
        raise _unknown(currency) from None


def rounded(value: Decimal, currency: str) -> Decimal:
    """`value` rounded half away from zero to the currency's minor unit. Errors: Refused('money.not-an-amount')."""
    _check_size(value)
    return value.quantize(quantum(currency), ROUND_HALF_UP, _EXACT)


def _check_size(value: Decimal) -> None:
    """Refuse NaN, infinity and what no column holds, before anything is reckoned with it."""
    if not value.is_finite() or value.copy_abs() > AMOUNT_MAX:
        raise Refused("money.not-an-amount", f"{value} is not an amount of money.")


@total_ordering
@dataclass(frozen=True, slots=True)
class Money:
    """An exact amount of one currency, never with more decimals than the currency has.

    `Money(Decimal("12.345"), "EUR")` is refused; `Money.rounding(Decimal("12.345"), "EUR")` is 12.35 EUR (half away
    from zero). Adding, subtracting and comparing need one currency. Errors: Refused('money.…').
    """

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"Money needs a Decimal, not {type(self.amount).__name__}")
        _check_size(self.amount)
        exact = self.amount.quantize(quantum(self.currency), ROUND_HALF_UP, _EXACT)
        if exact != self.amount:
            raise Refused(
                "money.too-many-decimals",
                f"{self.amount} has more decimals than {self.currency} has ({minor_units(self.currency)}).",
            )
        object.__setattr__(self, "amount", exact if exact else exact.copy_abs())  # no −0.00

    @classmethod
    def zero(cls, currency: str) -> Money:
        return cls(Decimal(0), currency)

    @classmethod
    def rounding(cls, value: Decimal, currency: str) -> Money:
        """The nearest amount of money, half away from zero."""
        return cls(rounded(value, currency), currency)

    @classmethod
    def of_minor(cls, units: int, currency: str) -> Money:
        """From integer minor units: 1234 → 12.34 EUR."""
        return cls(Decimal(units).scaleb(-minor_units(currency), _EXACT), currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """From plain digits with a decimal point and perhaps a sign: “1234.56”, “-0.5”; no groups, no exponent.

        Errors: Refused('money.not-an-amount'), Refused('money.too-many-decimals').
        """
        plain = text.strip()
        if not _PLAIN.fullmatch(plain):
            raise Refused("money.not-an-amount", f"“{text}” is not an amount; expected digits with a decimal point.")
        return cls(Decimal(plain), currency)

    @classmethod
    def total(cls, parts: Iterable[Money], currency: str) -> Money:
        """The sum of `parts`, all in `currency`; zero when there are none."""
        result = cls.zero(currency)
        for part in parts:
            result = result + part
        return result

    @property
    def minor(self) -> int:
        """The amount in integer minor units."""
        return int(self.amount.scaleb(minor_units(self.currency), _EXACT))

    def _same(self, other: Money) -> None:
        if self.currency != other.currency:
            raise Refused("money.currencies-differ", f"{self.currency} and {other.currency} cannot be added or compared.")

    def __add__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount + other.amount, self.currency)

    def __sub__(self, other: Money) -> Money:
        self._same(other)
        return Money(self.amount - other.amount, self.currency)

    def __neg__(self) -> Money:
        return Money(-self.amount, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.amount), self.currency)

    def __bool__(self) -> bool:
        return self.amount != 0

    def __lt__(self, other: Money) -> bool:
        self._same(other)
        return self.amount < other.amount

    def __str__(self) -> str:
        return f"{self.currency} {self.amount:,}"

    def times(self, factor: Decimal) -> Money:
        """The amount times `factor` (a quantity, a percentage, a rate), rounded to the minor unit."""
        return Money.rounding(_EXACT.multiply(self.amount, factor), self.currency)

    def percent(self, percent: Decimal) -> Money:
        """`percent` per cent of the amount, rounded: 2 % of 100.00 = 2.00."""
        return self.times(_EXACT.scaleb(percent, -2))

    def converted(self, rate: Decimal, currency: str) -> Money:
        """In another currency, at `rate` units of it for one unit of this one, rounded."""
        return Money.rounding(_EXACT.multiply(self.amount, rate), currency)

    def split(self, weights: Sequence[Decimal | int]) -> list[Money]:
        """Parts in proportion to `weights` that add up to the whole.

        Each part is rounded down to the minor unit; the units left over go to the largest remainders, the first first:
        100.00 by 3 = 33.34 + 33.33 + 33.33 (largest-remainder method).
        """
        ratios = [Decimal(weight).as_integer_ratio() for weight in weights if Decimal(weight).is_finite()]
        common = lcm(*(denominator for _, denominator in ratios))
        whole = [numerator * (common // denominator) for numerator, denominator in ratios]  # no digit is lost
        total = sum(whole)
        if len(whole) != len(weights) or total <= 0 or min(whole) < 0:
            raise Refused("money.cannot-split", "An amount can only be split by weights that are not negative and not all zero.")
        sign, units = (-1 if self.amount < 0 else 1), abs(self.minor)
        parts = [units * weight // total for weight in whole]
        order = sorted(range(len(parts)), key=lambda place: (-(units * whole[place] % total), place))
        for place in order[: units - sum(parts)]:
            parts[place] += 1
        return [Money.of_minor(sign * part, self.currency) for part in parts]


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit costs; may have more decimals than money (at most six)."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"Price needs a Decimal, not {type(self.amount).__name__}")
        minor_units(self.currency)
        fine = self.amount.is_finite() and self.amount.copy_abs() <= PRICE_MAX
        if not fine or self.amount != self.amount.quantize(Decimal("0.000001"), ROUND_HALF_UP, _EXACT):
            raise Refused("money.not-a-price", f"{self.amount} is not a unit price; at most six decimals.")

    def times(self, quantity: Decimal) -> Money:
        """The line's net amount, rounded once to the currency's minor unit."""
        return Money.rounding(_EXACT.multiply(self.amount, quantity), self.currency)
