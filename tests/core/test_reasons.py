"""Reasons: kept as JSON without loss, said in the reader's words."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecourse.core import reasons
from duecourse.core.money import Money
from duecourse.core.reasons import N_, Reason, from_json, say, to_json

PLAIN = st.one_of(st.text(), st.integers(), st.booleans(), st.none())
RICH = st.one_of(
    PLAIN,
    st.decimals(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.datetimes(timezones=st.just(dt.UTC)),
    st.builds(Money.of_minor, st.integers(-(10**12), 10**12), st.sampled_from(["EUR", "JPY", "KWD", "CLF"])),
)
PARAMS = st.dictionaries(st.text(min_size=1), st.one_of(RICH, st.lists(RICH, max_size=4)), max_size=6)

reasons.define(
    {
        "test.over-limit": N_("Exposure would be {exposure}, {over} over the limit of {limit}."),
        "test.plain": N_("Nothing to add."),
    }
)


class TestKeeping:
    @given(PARAMS)
    def test_round_trip_through_json_is_exact(self, params: dict[str, object]) -> None:
        reason = Reason("test.over-limit", params)
        back = from_json(json.loads(json.dumps(to_json(reason))))
        assert back == reason
        assert {name: type(value) for name, value in back.params.items()} == {name: type(value) for name, value in params.items()}

    @pytest.mark.parametrize(
        ("value", "kept"),
        [
            (Money(Decimal("48720.00"), "EUR"), {"money": ["48720.00", "EUR"]}),
            (Decimal("2.50"), {"decimal": "2.50"}),
            (dt.date(2026, 11, 17), {"date": "2026-11-17"}),
            (dt.datetime(2026, 11, 17, 9, 30, tzinfo=dt.UTC), {"instant": "2026-11-17T09:30:00+00:00"}),
            ("{exposure}", "{exposure}"),
            ((Decimal(1), "a"), [{"decimal": "1"}, "a"]),
            (72, 72),
        ],
    )
    def test_is_readable_in_the_database(self, value: object, kept: object) -> None:
        assert to_json(Reason("test.plain", {"value": value})) == {"code": "test.plain", "params": {"value": kept}}

    @pytest.mark.parametrize("value", [{"money": ["1", "EUR"]}, {1, 2}, b"x", object()])
    def test_keeps_nothing_that_it_could_not_give_back(self, value: object) -> None:
        with pytest.raises(TypeError):
            to_json(Reason("test.plain", {"value": value}))


class TestSaying:
    REASON = Reason(
        "test.over-limit",
        {
            "exposure": Money(Decimal("270000.00"), "EUR"),
            "over": Money(Decimal("20000.00"), "EUR"),
            "limit": Money(Decimal("250000.00"), "EUR"),
        },
    )

    def test_puts_values_into_the_sentence(self) -> None:
        assert say(self.REASON) == "Exposure would be EUR 270,000.00, EUR 20,000.00 over the limit of EUR 250,000.00."

    def test_speaks_another_language_with_its_own_numbers(self) -> None:
        german = {N_("Exposure would be {exposure}, {over} over the limit of {limit}."): "{over} über dem Limit von {limit}."}
        shown = say(
            self.REASON, german.__getitem__, lambda value: f"{value.minor // 100} €" if isinstance(value, Money) else str(value)
        )
        assert shown == "20000 € über dem Limit von 250000 €."

    def test_a_value_is_never_a_template(self) -> None:
        reason = Reason("test.over-limit", {"exposure": "{limit}", "over": "{0}", "limit": "{limit.__class__}"})
        assert say(reason) == "Exposure would be {limit}, {0} over the limit of {limit.__class__}."

    def test_an_unknown_code_or_a_missing_value_is_a_bug_and_seen(self) -> None:
        with pytest.raises(KeyError):
            say(Reason("test.never-defined"))
        with pytest.raises(KeyError):
            say(Reason("test.over-limit"))


class TestDefining:
    def test_again_with_the_same_sentence_is_fine(self) -> None:
        reasons.define({"test.plain": N_("Nothing to add.")})
        assert reasons.defined()["test.plain"] == "Nothing to add."

    def test_one_code_has_one_sentence(self) -> None:
        with pytest.raises(ValueError, match="two sentences"):
            reasons.define({"test.plain": "Something else."})
