"""What can be said about the look without a browser: contrast, icons, words, and how values are written."""

from __future__ import annotations

import datetime as dt
import itertools
import re
from decimal import Decimal
from pathlib import Path

import pytest
from django.template import Context, Template
from django.utils import translation

from duecourse.core.money import Money
from duecourse.core.reasons import Reason, define
from duecourse.web.badges import BADGES, badge
from duecourse.web.templatetags import graph, show

WEB = Path(show.__file__).parent.parent
TODAY = dt.date(2026, 11, 17)


def tokens() -> dict[str, tuple[str, str]]:
    """Each colour token as (light, dark)."""
    text = (WEB / "static/css/tokens.css").read_text()
    return {name: (light, dark) for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", text)}


def contrast(one: str, other: str) -> float:
    """WCAG 2 contrast ratio of two colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
        red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


class TestColours:
    READ = [
        *itertools.product(("text", "text-2", "text-3", "accent"), ("page", "card", "sunken", "side")),
        *((state, f"{state}-bg") for state in ("good", "watch", "bad", "disputed", "neutral", "mark")),
        *itertools.product(("good", "watch", "bad", "disputed"), ("card", "page", "accent-tint")),
        ("on-accent", "accent"), ("on-accent", "accent-strong"), ("accent", "accent-tint"), ("text", "accent-tint"),
        ("text-2", "accent-tint"), ("text", "hover"), ("text-2", "hover"), ("on-tip", "tip"), ("on-tip-2", "tip"),
        ("text-2", "neutral-bg"),
    ]  # fmt: skip

    @pytest.mark.parametrize(("ink", "ground"), READ)
    @pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
    def test_text_can_be_read(self, ink: str, ground: str, theme: int) -> None:
        known = tokens()
        assert contrast(known[ink][theme], known[ground][theme]) >= 4.5

    @pytest.mark.parametrize("ground", ["card", "page"])
    @pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
    def test_controls_can_be_seen(self, ground: str, theme: int) -> None:
        assert contrast(tokens()["control"][theme], tokens()[ground][theme]) >= 3.0


class TestTemplates:
    def test_have_no_inline_style_or_handler(self) -> None:
        for path in WEB.rglob("templates/**/*.html"):
            found = re.search(r"\s(style|on(click|change|submit|load|input))=", path.read_text())
            assert not found, f"{path.name}: {found and found[0].strip()} is forbidden by the content security policy"

    def test_name_only_icons_that_exist(self) -> None:
        known = set(re.findall(r'<symbol id="([\w-]+)"', (WEB / "static/icons.svg").read_text()))
        used = {icon for states in BADGES.values() for _, icon, _ in states.values()}
        for path in WEB.rglob("templates/**/*.html"):
            used |= set(re.findall(r'<c-icon name="([\w-]+)"', path.read_text()))
            used |= set(re.findall(r'<c-[\w-]+[^>]*? icon="([\w-]+)"', path.read_text()))
        assert used <= known, f"not in icons.svg: {sorted(used - known)}"


class TestBadges:
    def test_every_state_has_words(self) -> None:
        for thing, states in BADGES.items():
            for state in states:
                assert badge(thing, state, until="20 Nov", level=2, team="returns", who="Miriam Sander").text

    def test_codes_may_be_written_as_tables_do(self) -> None:
        assert badge("invoice", "PARTLY_PAID").text == "Partly paid"
        assert badge("item", "promised", until="20 Nov").text == "Promised 20 Nov"

    def test_an_unknown_state_is_a_bug(self) -> None:
        with pytest.raises(KeyError):
            badge("invoice", "perhaps")


class TestValues:
    def test_money_follows_its_currency(self) -> None:
        assert show.money(Money(Decimal("1234.5"), "EUR")) == "1,234.50"
        assert show.money(Money(Decimal("-1250"), "EUR")) == "−1,250.00"
        assert show.money((Decimal("1234"), "JPY")) == "1,234"
        assert show.money((Decimal("1.5"), "KWD")) == "1.500"
        assert show.money_code(Money(Decimal("31250"), "USD")) == "USD\N{NO-BREAK SPACE}31,250.00"
        assert show.money_change(Money(Decimal(3), "EUR")) == "+3.00"
        assert show.money_or_dash(Money.zero("EUR")) == "–"
        assert show.money(None) == "–"

    def test_money_keeps_every_digit(self) -> None:
        assert show.money((Decimal("12345678901234.5678"), "CLF")) == "12,345,678,901,234.5678"

    def test_numbers(self) -> None:
        assert show.share(Decimal("0.848")) == "84.8\N{NO-BREAK SPACE}%"
        assert show.change(Decimal("-1.9")) == "−1.9"
        assert show.quantity(Decimal("40.000")) == "40"
        assert show.quantity(Decimal("2.50")) == "2.5"
        assert show.rate(Decimal("1.1642")) == "1.1642"
        assert show.thousands(Money(Decimal("3154712.40"), "EUR")) == "3,154.7"

    def test_days(self) -> None:
        assert show.day(dt.date(2026, 9, 30), TODAY) == "30 Sep"
        assert show.day(dt.date(2025, 9, 30), TODAY) == "30 Sep 2025"
        assert show.long_day(TODAY) == "Tue 17 Nov 2026"
        assert show.age(dt.date(2026, 9, 6), TODAY) == "72 days late"
        assert show.age(dt.date(2026, 11, 16), TODAY) == "1 day late"
        assert show.age(dt.date(2026, 11, 27), TODAY) == "in 10"
        assert show.age(0) == "due today"
        assert show.duration(6720) == "1\N{NO-BREAK SPACE}h\N{NO-BREAK SPACE}52"

    def test_an_instant_names_its_zone(self) -> None:
        at = dt.datetime(2026, 11, 16, 14, 12, tzinfo=dt.UTC)
        assert ">16 Nov 14:12</time>" in show.instant(at, TODAY)
        assert ">Today 14:12</time>" in show.instant(at, dt.date(2026, 11, 16))
        assert "UTC" in show.instant(at)

    def test_another_language_writes_its_own_way(self) -> None:
        with translation.override("de"):
            assert show.money(Money(Decimal("1234.5"), "EUR")) == "1.234,50"
            assert show.day(TODAY, TODAY) == "17. Nov."

    def test_a_reason_is_a_sentence(self) -> None:
        define({"look.test": "{number} is {over} over {limit}, due {due}."})
        said = Reason(
            "look.test",
            {"number": "SO-1", "over": Money(Decimal("24828.24"), "EUR"), "limit": Money(Decimal(250000), "USD"), "due": TODAY},
        )
        assert show.reason(said, "EUR").startswith("SO-1 is 24,828.24 over USD\N{NO-BREAK SPACE}250,000.00, due 17 Nov")

    def test_json_cannot_close_its_script(self) -> None:
        assert "</script>" not in show.as_json({"a": "</script>", "b": Decimal("1.50")})


class TestDrawings:
    def test_a_stack_adds_up(self) -> None:
        stack = graph.stack_of([{"label": "a", "value": Decimal(30)}, {"label": "b", "value": Decimal(10)}], Decimal(50))
        assert [(part["x"], part["width"]) for part in stack["parts"]] == [("0.00%", "54.55%"), ("54.55%", "18.18%")]
        assert stack["limit"] == "90.91%"

    def test_marks_escape_what_they_mark(self) -> None:
        assert graph.marked("<b>Marwede", "marw") == "&lt;b&gt;<mark>Marw</mark>ede"
        assert graph.marked_spans("FACT <31098>", [(6, 11)]) == "FACT &lt;<mark>31098</mark>&gt;"


class TestComponents:
    def test_a_badge_says_its_word(self) -> None:
        html = Template('{% load show %}{% badge_of "order" "on_hold" as b %}{{ b.kind }} {{ b.text }}').render(Context())
        assert html == "bad On hold"
