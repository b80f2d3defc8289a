"""Structured references and document numbers in free text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.iso11649 import is_valid

from duecourse.cash.rules import is_rf_reference, normalised
from duecourse.cash.rules.references import candidates, digits, one_slip_apart
from duecourse.cash.rules.subsets import pairs, run_from_start, subsets
from duecourse.cash.rules.words import words_in
from duecourse.invoicing.rules import creditor_reference

NUMBERS = st.text("0123456789ABCXYZ-/ ", min_size=1, max_size=21).filter(lambda text: any(sign.isalnum() for sign in text))


class TestStructuredReferences:
    def test_the_example_of_the_standard(self) -> None:
        assert creditor_reference("539007547034") == "RF18539007547034"
        assert is_rf_reference("RF18 5390 0754 7034")

    @given(NUMBERS)
    def test_an_independent_library_finds_them_valid(self, number: str) -> None:
        reference = creditor_reference(number)
        assert is_valid(reference)
        assert is_rf_reference(reference)

    @given(NUMBERS, st.data())
    def test_one_wrong_digit_or_two_swapped_are_found(self, number: str, data: st.DataObject) -> None:
        reference = creditor_reference(number)
        place = data.draw(st.integers(2, len(reference) - 1))
        other = data.draw(st.sampled_from([sign for sign in "0123456789" if sign != reference[place]]))
        if reference[place].isdigit():
            assert not is_rf_reference(reference[:place] + other + reference[place + 1 :])
        following = reference[place + 1 : place + 2]
        if reference[place].isdigit() and following.isdigit() and reference[place] != following:
            assert not is_rf_reference(reference[:place] + following + reference[place] + reference[place + 2 :])

    @pytest.mark.parametrize("text", ["RF19539007547034", "RF18", "XF18539007547034", "RF18539007547034TOOLONGFORTHIS"])
    def test_what_is_none_is_not_taken_for_one(self, text: str) -> None:
        assert not is_rf_reference(text)


class TestNumbersInText:
    @pytest.mark.parametrize(
        ("number", "plain", "bare"),
        [
            ("Inv-26/0031098", "INV260031098", "260031098"),
            ("0090012345", "0090012345", "90012345"),
            (" Ré 7 ", "RE7", "7"),
            ("１２３", "123", "123"),
        ],
    )
    def test_normalised(self, number: str, plain: str, bare: str) -> None:
        assert normalised(number) == plain
        assert digits(plain) == bare

    @pytest.mark.parametrize(
        "text",
        ["INV-26-031098", "inv 26 031098", "Inv26031098", "INV/26/031098", "pay INV-26 -031098, thanks", "RE:INV_26_031098"],
    )
    def test_a_number_is_found_however_it_is_split(self, text: str) -> None:
        found = [(start, end) for body, start, end in candidates(text) if body == "INV26031098"]
        assert len(found) == 1
        start, end = found[0]
        assert normalised(text[start:end]) == "INV26031098"

    @given(st.text(max_size=60))
    def test_spans_are_places_in_the_text_as_it_came(self, text: str) -> None:
        for body, start, end in candidates(text):
            assert 0 <= start < end <= len(text)
            assert body in normalised(text[start:end])

    @pytest.mark.parametrize(
        ("text", "number", "apart"),
        [
            ("INV-26-031089", "INV-26-031098", True),  # swapped
            ("INV-26-031198", "INV-26-031098", True),  # one wrong
            ("INV-26-031098", "INV-26-031098", False),  # right
            ("INV-26-131198", "INV-26-031098", False),  # two wrong
            ("1098", "INV-26-031098", False),  # too short
        ],
    )
    def test_one_slip(self, text: str, number: str, apart: bool) -> None:
        assert one_slip_apart(text, number) is apart


class TestWords:
    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("goods damaged", "deducted"),
            ("abzgl. Mängel", "deducted"),
            ("MIN SCHADE", "deducted"),
            ("less bank charges", "charge"),
            ("SHA", "charge"),
            ("Spesen", "charge"),
            ("2. Rate", "part"),
            ("rest still owed", "part"),
            ("Anzahlung", "advance"),
            ("Habenzinsen 10/2026", "not_customer"),
        ],
    )
    def test_a_word_is_recognised(self, text: str, kind: str) -> None:
        assert getattr(words_in(text), kind)

    @pytest.mark.parametrize("text", ["SHARED SERVICE", "Coffee 12", "reference 88", "Parenthesis", "Loansome Ltd"])
    def test_parts_of_other_words_are_not(self, text: str) -> None:
        words = words_in(text)
        assert [words.charge, words.deducted, words.part, words.advance, words.not_customer] == [""] * 5

    def test_amounts_in_the_text(self) -> None:
        assert words_in("960,00 and 1.234,56 and 1,234.56 but 12.11.2026 and 5").amounts == {96000, 123456}


AMOUNTS = st.lists(st.integers(-50, 200).filter(bool), max_size=9)


class TestSubsets:
    @given(AMOUNTS, st.integers(-100, 600))
    def test_all_sets_are_counted(self, amounts: list[int], target: int) -> None:
        slow = [
            tuple(place for place in range(len(amounts)) if mask >> place & 1)
            for mask in range(1, 2 ** len(amounts))
            if sum(amounts[place] for place in range(len(amounts)) if mask >> place & 1) == target
        ]
        count, found = subsets(amounts, target, keep=3)
        assert count == len(slow)
        assert len(found) == min(3, count)
        assert set(found) <= set(slow)
        two, first = pairs(amounts, target)
        assert two == sum(len(one) == 2 for one in slow)
        assert set(first) <= set(slow)

    def test_a_run_from_the_start(self) -> None:
        assert [run_from_start([10, 20, 30], target) for target in (10, 30, 60, 50, 61)] == [0, 2, 3, 0, 0]
