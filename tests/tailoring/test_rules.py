"""Reason codes, custom fields and the language of texts, as tables that a person of the trade can check."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecourse.access.rules import ROLES
from duecourse.core.errors import Refused
from duecourse.tailoring import rules
from duecourse.tailoring.rules import FieldView, Hole, Option, Text

DAY = dt.date(2026, 11, 17)
KIND = rules.TEXT_KINDS["invoice-mail"]


def field(kind: str, **more: object) -> FieldView:
    return replace(FieldView("order", "cost_center", kind, {"en": "Cost centre"}), **more)  # type: ignore[arg-type]


def read(body: str) -> list[str | Hole] | None:
    """The parts of a text; None when its braces are refused."""
    try:
        return list(rules.parts(body))
    except Refused as no:
        if not no.code.startswith("tailoring.brace-"):
            raise
        return None


class TestTexts:
    """Placeholders and nothing else: what looks like a program is refused by name, or is what it says."""

    @pytest.mark.parametrize(
        ("body", "said"),
        [
            ("Dear {customer name},", "Dear Muir & Sons,"),
            ("{ customer   name }", "Muir & Sons"),
            ("{{literal}} {number}", "{literal} INV-26-00001"),
            ("{{{number}}}", "{INV-26-00001}"),
            ("a\nYour order {their order}\nb", "a\nb"),  # a line whose placeholders are all empty is left out
            ("{their order} {number}", " INV-26-00001"),
            ("no braces at all", "no braces at all"),
            ("{{ 7*7 }}", "{ 7*7 }"),  # other languages' expressions are words here
            ("{{ request.user }}{{ settings.SECRET_KEY }}", "{ request.user }{ settings.SECRET_KEY }"),
            ("${7*7} %(number)s <script>alert(1)</script>".replace("${7*7} ", ""), "%(number)s <script>alert(1)</script>"),
        ],
    )
    def test_are_filled_in(self, body: str, said: str) -> None:
        values = {"customer name": "Muir & Sons", "number": "INV-26-00001", "their order": ""}
        checked = rules.checked_text(KIND, Text("T", body))
        assert rules.filled(checked, values).body == said

    @pytest.mark.parametrize(
        ("body", "code", "word"),
        [
            ("Dear {customer nmae}", "tailoring.placeholder-unknown", "customer name"),
            ("line\n{amout}", "tailoring.placeholder-unknown", "Line 2"),
            ("{customer.__class__.__mro__}", "tailoring.placeholder-unknown", "__class__"),
            ("{customer name!r:>1000000}", "tailoring.placeholder-unknown", "customer name"),
            ("{0}", "tailoring.placeholder-unknown", "0"),
            ("{}", "tailoring.placeholder-unknown", ""),
            ("{% include 'x' %}", "tailoring.placeholder-unknown", "include"),
            ("{% debug %}", "tailoring.placeholder-unknown", "debug"),
            ("{% for a in b %}{% endfor %}", "tailoring.placeholder-unknown", "for a in b"),
            ("${7*7}", "tailoring.placeholder-unknown", "7*7"),
            ("{number", "tailoring.brace-open", "Line 1"),
            ("{nu\nmber}", "tailoring.brace-open", "Line 1"),
            ("{number{date}}", "tailoring.brace-open", "Line 1"),
            ("{" + "x" * 10_000_0 + "}", "tailoring.text-not-usable", "8000"),
            ("number}", "tailoring.brace-alone", "Line 1"),
            ("\x1b[31m", "tailoring.text-not-usable", "control"),
            ("", "tailoring.text-not-usable", "1 to"),
        ],
    )
    def test_refuse_what_they_do_not_know(self, body: str, code: str, word: str) -> None:
        with pytest.raises(Refused) as refused:
            rules.checked_text(KIND, Text("T", body))
        assert refused.value.code == code
        assert word in refused.value.message

    @pytest.mark.parametrize("title", ["", "a\nBcc: all@example.com", "a\r\nX: y", "a\u2028b", "x" * 151])
    def test_have_a_title_of_one_line(self, title: str) -> None:
        with pytest.raises(Refused) as refused:
            rules.checked_text(KIND, Text(title, "body"))
        assert refused.value.code == "tailoring.text-not-usable"

    def test_keep_what_is_filled_in_from_adding_heads_or_placeholders(self) -> None:
        text = Text("Invoice {number} {customer name}", "{customer name}")
        values = {"customer name": "Muir\r\nBcc: all@example.com {number}\x00", "number": "7"}
        assert rules.filled(text, values) == Text(
            "Invoice 7 Muir Bcc: all@example.com {number}", "Muir\nBcc: all@example.com {number}"
        )

    def test_that_invite_somebody_name_the_link(self) -> None:
        with pytest.raises(Refused) as refused:
            rules.checked_text(rules.TEXT_KINDS["invitation-mail"], Text("Come", "to {company name}"))
        assert "{link}" in refused.value.message

    def test_that_are_shipped_can_be_kept_and_say_the_same_in_every_language(self) -> None:
        for kind in rules.TEXT_KINDS.values():
            named = []
            for language in rules.LANGUAGES:
                shipped = rules.shipped_text(kind.name, language)
                assert shipped is not None
                if kind.place == "mail":
                    assert rules.checked_text(kind, shipped) == shipped
                named.append(set(rules.names(shipped)))
            assert named[0] == named[1] == named[2]

    @given(st.text(alphabet=st.sampled_from("{}ab \n%$._("), max_size=60))
    def test_of_any_kind_are_read_or_refused_by_name(self, body: str) -> None:
        found = read(body)
        if found is None:
            return
        # what was read says the text again
        again = "".join(
            "{" + part.name + "}" if isinstance(part, Hole) else part.replace("{", "{{").replace("}", "}}") for part in found
        )
        assert list(rules.parts(again))
        assert "".join(again.split()) == "".join(body.split())

    @given(st.text(max_size=80), st.text(max_size=80))
    def test_never_read_what_is_filled_in_again(self, name: str, number: str) -> None:
        text = Text("{customer name}", "{customer name}|{number}")
        said = rules.filled(text, {"customer name": name, "number": number})
        assert not any(ord(character) < 32 for character in said.title)
        if "\n" not in name + number and name.isprintable() and number.isprintable() and (name + number).strip():
            assert said.body == f"{name}|{number}"

    @given(st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=80))
    def test_of_plain_words_are_themselves_once_braces_are_doubled(self, words: str) -> None:
        doubled = words.replace("{", "{{").replace("}", "}}")
        assert "".join(str(part) for part in rules.parts(doubled)) == words


class TestFields:
    @pytest.mark.parametrize(
        ("kind", "more", "text", "kept"),
        [
            ("text", {}, "  Hall 7 ", "Hall 7"),
            ("text", {"pattern": "AA-9999"}, "KS-0471", "KS-0471"),
            ("number", {"decimals": 2}, "1234.50", "1234.5"),
            ("number", {}, "-0", "0"),
            ("number", {"least": "1", "most": "10"}, "10", "10"),
            ("amount", {}, "1234.5", "1234.50 EUR"),
            ("amount", {}, "USD 12.30", "12.30 USD"),
            ("amount", {}, "500 JPY", "500 JPY"),
            ("date", {"least": "2026-01-01"}, "2026-01-01", "2026-01-01"),
            ("yes-no", {}, "True", "yes"),
            ("choice", {"options": (Option("North", {}), Option("South", {}))}, "north", "North"),
        ],
    )
    def test_keep_what_fits(self, kind: str, more: dict[str, object], text: str, kept: str) -> None:
        found = rules.read_value(field(kind, **more), text)
        assert found is not None
        assert found.text == kept
        assert rules.read_value(field(kind, **more), found.text) == found  # what goes out comes in again

    @pytest.mark.parametrize(
        ("kind", "more", "text"),
        [
            ("text", {"pattern": "AA-9999"}, "KS-04711"),
            ("text", {"pattern": "AA-9999"}, "K1-0471"),
            ("text", {"most": "3"}, "four"),
            ("text", {}, "x" * 501),
            ("text", {}, "a\x00b"),
            ("number", {}, "1.5"),
            ("number", {"decimals": 2}, "1,5"),
            ("number", {"decimals": 2}, "NaN"),
            ("number", {}, "1" * 14),
            ("number", {"most": "10"}, "11"),
            ("amount", {}, "1.005"),
            ("amount", {}, "12 XXQ"),
            ("amount", {}, "EUR 12 USD"),
            ("date", {}, "17.11.2026"),
            ("date", {"most": "2026-12-31"}, "2027-01-01"),
            ("yes-no", {}, "perhaps"),
            ("choice", {"options": (Option("North", {}),)}, "West"),
        ],
    )
    def test_refuse_what_does_not_fit_and_say_what_would(self, kind: str, more: dict[str, object], text: str) -> None:
        with pytest.raises(Refused) as refused:
            rules.read_value(field(kind, **more), text)
        assert refused.value.code == "tailoring.value-not-usable"
        assert "custom.cost_center" in refused.value.message
        assert "expected" in refused.value.message

    @pytest.mark.parametrize("name", ["number", "id", "select", "company_id", "class", "order", "from", "true"])
    def test_may_be_called_like_a_column_and_are_prefixed_outside(self, name: str) -> None:
        checked = rules.checked_field(replace(field("text"), name=name), ROLES)
        assert checked.outer_name == f"custom.{name}"

    @pytest.mark.parametrize("name", ["", "Number", "a b", "a;drop table", "a__b", "_a", "a.b", "ü", "a" * 41, "custom.x", "1a"])
    def test_are_named_in_small_letters(self, name: str) -> None:
        with pytest.raises(Refused) as refused:
            rules.checked_field(replace(field("text"), name=name), ROLES)
        assert refused.value.code == "tailoring.field-not-usable"

    @pytest.mark.parametrize(
        "more",
        [
            {"labels": {}},
            {"labels": {"es": "Centro"}},
            {"kind": "list"},
            {"thing": "payment"},
            {"see_roles": ("king",)},
            {"see_roles": ("cfo",), "edit_roles": ("billing",)},
            {"copied_from": "order"},
            {"kind": "choice"},
            {"kind": "choice", "options": (Option("A", {}), Option("a", {}))},
            {"options": (Option("A", {}),)},
            {"kind": "number", "least": "9", "most": "1"},
            {"kind": "number", "least": "nine"},
            {"kind": "date", "least": "1"},
            {"kind": "text", "most": "501"},
            {"kind": "number", "pattern": "99"},
            {"decimals": 2},
        ],
    )
    def test_that_contradict_themselves_are_refused(self, more: dict[str, object]) -> None:
        with pytest.raises(Refused) as refused:
            rules.checked_field(replace(field("text"), **more), ROLES)  # type: ignore[arg-type]
        assert refused.value.code == "tailoring.field-not-usable"

    def test_patterns_take_one_look_per_character(self) -> None:
        assert not rules.fits("A" * 60, "a" * 1_000_000)
        assert rules.fits("**-99", "x7-01")

    def test_with_values_keep_their_kind_and_say_the_way_out(self) -> None:
        with pytest.raises(Refused) as refused:
            rules.checked_change(field("text"), field("number"), 12)
        assert refused.value.code == "tailoring.field-in-use"
        assert "12" in refused.value.message
        assert "Retire it" in refused.value.message
        rules.checked_change(field("text"), field("number"), 0)

    def test_take_over_what_was_not_given(self) -> None:
        fields = [replace(field("text"), copied_from="customer"), replace(field("text"), name="project")]
        sources = {"customer": {"cost_center": "4711", "project": "P1"}}
        assert rules.copied(fields, {}, sources) == {"cost_center": "4711"}
        assert rules.copied(fields, {"cost_center": "1"}, sources) == {"cost_center": "1"}

    def test_that_nobody_defined_are_named_with_the_nearest(self) -> None:
        with pytest.raises(Refused) as refused:
            rules.named([field("text")], ["cost_centre"], "order")
        assert "cost_center" in refused.value.message

    @given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**9), max_value=10**9))
    def test_numbers_come_back_as_they_were(self, number: Decimal) -> None:
        found = rules.read_value(field("number", decimals=2), f"{number:f}")
        assert found is not None
        assert found.number == number


class TestReasons:
    def test_shipped_ones_speak_all_three_languages_once(self) -> None:
        seen = set()
        for each in rules.SHIPPED_REASONS:
            assert set(each.words) == set(rules.LANGUAGES)
            assert rules.checked_reason(replace(each, active_from=DAY)).words == each.words
            assert (each.kind, each.code) not in seen
            seen.add((each.kind, each.code))
        assert {kind for kind, _ in seen} == set(rules.REASON_KINDS)

    def test_can_be_chosen_from_their_first_day_to_before_their_last(self) -> None:
        own = rules.ReasonCode("dispute", "late", {"en": "Too late"}, 1, active_from=DAY, active_until=DAY + dt.timedelta(2))
        days = [DAY + dt.timedelta(distance) for distance in (-1, 0, 1, 2)]
        assert [own.active(day) for day in days] == [False, True, True, False]
        with pytest.raises(Refused) as refused:
            rules.chosen([own], "dispute", "late", days[3])
        assert refused.value.code == "tailoring.reason-retired"

    def test_unknown_ones_are_named_with_the_nearest(self) -> None:
        with pytest.raises(Refused) as refused:
            rules.chosen(rules.SHIPPED_REASONS, "credit-note", "damagd", DAY)
        assert "damaged" in refused.value.message

    def test_say_their_words_then_the_note(self) -> None:
        assert rules.sentence("Goods damaged", " two broken ") == "Goods damaged: two broken"
        assert rules.sentence("Goods damaged", "") == "Goods damaged"

    def test_fall_back_to_the_companys_language(self) -> None:
        own = rules.ReasonCode("dispute", "late", {"de": "Zu spät"}, 1)
        assert own.said("fr", "de") == "Zu spät"
        assert own.said("fr", "en") == "Zu spät"
