"""The rules that decide orders, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation

from duecourse.core.errors import Refused

REACTIONS = ("stops", "warns", "off")


@dataclass(frozen=True, slots=True)
class OrderPolicy:
    """What is checked and how it answers: `stops` holds the order, `warns` lets it pass and says so, `off` does not look.

    A `None` switches a threshold off. Tolerances are amounts in the credit account's currency.
    """

    name: str = "Standard"
    over_limit: str = "stops"
    warning_share: Decimal | None = Decimal("0.90")  # of the limit that is used with this order: from here on it warns
    no_limit: str = "stops"  # neither the account nor its group has a limit, which is not a limit of zero
    oldest_item: str = "stops"
    oldest_item_days_max: int | None = 60
    oldest_item_tolerance: Decimal = Decimal(50)  # items up to this open amount do not count as old
    overdue_share: str = "warns"
    overdue_share_max: Decimal | None = Decimal("0.50")  # overdue part of the open items
    account_stopped: str = "stops"

    def __post_init__(self) -> None:
        for name in ("over_limit", "no_limit", "oldest_item", "overdue_share", "account_stopped"):
            if getattr(self, name) not in REACTIONS:
                raise _unusable(name, getattr(self, name), "one of " + ", ".join(REACTIONS))
        for name in ("warning_share", "overdue_share_max"):
            share = getattr(self, name)
            if share is not None and not (share.is_finite() and 0 < share <= 1):
                raise _unusable(name, share, "a share above 0 and up to 1")
        if self.oldest_item_days_max is not None and self.oldest_item_days_max < 0:
            raise _unusable("oldest_item_days_max", self.oldest_item_days_max, "days, not negative")
        if not self.oldest_item_tolerance.is_finite() or self.oldest_item_tolerance < 0:
            raise _unusable("oldest_item_tolerance", self.oldest_item_tolerance, "an amount, not negative")


def policy_to_json(policy: OrderPolicy) -> dict[str, object]:
    """A policy as plain JSON; decimals as text, so that nothing is lost."""
    values = {part.name: getattr(policy, part.name) for part in fields(policy)}
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in values.items()}


def policy_from_json(data: Mapping[str, object]) -> OrderPolicy:
    """The policy behind JSON. Errors: Refused('credit.policy-not-usable') names what is wrong and what was expected."""
    known = {part.name for part in fields(OrderPolicy)}
    values: dict[str, object] = {}
    for name, value in data.items():
        if name not in known:
            raise _unusable(name, value, "one of " + ", ".join(sorted(known)))
        if name in ("warning_share", "overdue_share_max", "oldest_item_tolerance") and value is not None:
            try:
                values[name] = Decimal(str(value))
            except InvalidOperation:
                raise _unusable(name, value, "a number") from None
        elif name == "oldest_item_days_max" and value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise _unusable(name, value, "a whole number of days")
        else:
            values[name] = value
    return OrderPolicy(**values)  # type: ignore[arg-type]


def _unusable(name: str, value: object, expected: str) -> Refused:
    return Refused("credit.policy-not-usable", f"The order policy cannot have {name} = {value}; expected {expected}.", field=name)
