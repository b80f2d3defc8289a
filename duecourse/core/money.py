"""Money is a decimal amount with its currency; rounding and splitting happen here and nowhere else."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import total_ordering

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


def minor_units(currency: str) -> int:
    """Decimals of a currency by ISO 4217. Errors: Refused('money.unknown-currency')."""
    try:
        return MINOR_UNITS[currency]
    except KeyError:
        raise Refused("money.unknown-currency", f"“{currency}” is not an ISO 4217 currency code.") from None


def quantum(currency: str) -> Decimal:
    """The smallest amount of a currency: 0.01 EUR, 1 JPY, 0.001 KWD."""
    return Decimal(1).scaleb(-minor_units(currency))


def rounded(value: Decimal, currency: str) -> Decimal:
    """`value` rounded half away from zero to the currency's minor unit."""
    return value.quantize(quantum(currency), ROUND_HALF_UP)


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
        if not self.amount.is_finite() or abs(self.amount) > AMOUNT_MAX:
            raise Refused("money.not-an-amount", f"{self.amount} is not an amount of money.")
        exact = self.amount.quantize(quantum(self.currency))
        if exact != self.amount:
            raise Refused(
                "money.too-many-decimals",
                f"{self.amount} has more decimals than {self.currency} has ({minor_units(self.currency)}).",
            )
        object.__setattr__(self, "amount", exact + 0)  # + 0 turns -0.00 into 0.00

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
        return cls(Decimal(units).scaleb(-minor_units(currency)), currency)

    @classmethod
    def parse(cls, text: str, currency: str) -> Money:
        """From plain text with a decimal point and nothing else: “1234.56”. Errors: Refused('money.not-an-amount')."""
        try:
            if (
                not text.strip().lstrip("+-").replace(".", "", 1).isascii()
                or not text.strip().lstrip("+-").replace(".", "", 1).isdigit()
            ):
                raise InvalidOperation
            return cls(Decimal(text.strip()), currency)
        except InvalidOperation:
            raise Refused("money.not-an-amount", f"“{text}” is not an amount; expected digits with a decimal point.") from None

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
        return int(self.amount.scaleb(minor_units(self.currency)))

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
        return Money.rounding(self.amount * factor, self.currency)

    def percent(self, percent: Decimal) -> Money:
        """`percent` per cent of the amount, rounded: 2 % of 100.00 = 2.00."""
        return self.times(percent / 100)

    def converted(self, rate: Decimal, currency: str) -> Money:
        """In another currency, at `rate` units of it for one unit of this one, rounded."""
        return Money.rounding(self.amount * rate, currency)

    def split(self, weights: Sequence[Decimal | int]) -> list[Money]:
        """Parts in proportion to `weights` that add up to the whole.

        Each part is rounded down to the minor unit; the units left over go to the largest remainders, the first first:
        100.00 by 3 = 33.34 + 33.33 + 33.33 (largest-remainder method).
        """
        total = sum((Decimal(weight) for weight in weights), Decimal(0))
        if not weights or total <= 0 or any(weight < 0 for weight in weights):
            raise Refused("money.cannot-split", "An amount can only be split by weights that are not negative and not all zero.")
        sign = -1 if self.amount < 0 else 1
        units = abs(self.minor)
        shares = [Decimal(units) * Decimal(weight) / total for weight in weights]
        parts = [int(share) for share in shares]
        order = sorted(range(len(parts)), key=lambda place: (parts[place] - shares[place], place))
        for place in order[: units - sum(parts)]:
            parts[place] += 1
        return [Money.of_minor(sign * part, self.currency) for part in parts]


@dataclass(frozen=True, slots=True)
class Price:
    """What one unit costs; may have more decimals than money (at most six)."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        minor_units(self.currency)
        if not self.amount.is_finite() or self.amount != self.amount.quantize(Decimal("0.000001")):
            raise Refused("money.not-a-price", f"{self.amount} is not a unit price; at most six decimals.")

    def times(self, quantity: Decimal) -> Money:
        """The line's net amount, rounded once to the currency's minor unit."""
        return Money.rounding(self.amount * quantity, self.currency)
