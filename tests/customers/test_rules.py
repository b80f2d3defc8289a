"""Numbers, names and likeness, without a database; cases that a credit manager can check."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecourse.core import reasons
from duecourse.core.errors import Refused
from duecourse.customers import rules

NUMBERS = """
0200769623      200769623
200769623       200769623
0000000000      0
CCCA02          CCCA02
0CCCA02         0CCCA02
  4711          4711
K-0815          K-0815
"""
SORTED = """
Ärzte & Co             arzte co
Özgür Söhne            ozgur sohne
STRASSENBAU Größ       strassenbau gross
Łódź Metal             lodz metal
O'Brien’s Pumps        obriens pumps
Æro—Ørsted             aero orsted
"""
FOLDED = """
Brandt Werke GmbH & Co. KG       brandt werke
BRANDT WERKE GMBH                brandt werke
Brandt-Werke, G.m.b.H.           brandt werke
Estuary Pumps B.V.               estuary pumps
Delmare Cantieri S.p.A.          delmare cantieri
Fairbanks Tooling, Inc.          fairbanks tooling
Walmart Corp                     walmart
SYSCO foundation corporation     sysco foundation
Société Générale SA              societe generale
AG                               ag
GmbH & Co. KG                    gmbh co kg
Handel AG & Söhne                handel ag sohne
"""


def cases(table: str) -> list[tuple[str, str]]:
    lines = table.strip("\n").splitlines()
    return [(line[: line.index("  ", 3)], line[line.index("  ", 3) :].strip()) for line in lines]


class TestNumbers:
    @pytest.mark.parametrize("line", NUMBERS.strip("\n").splitlines())
    def test_lose_the_zeros_that_systems_pad_them_with(self, line: str) -> None:
        written, normal = line[:14], line[14:].strip()
        assert rules.normal_number(written) == normal

    @given(st.text(min_size=1, max_size=40))
    def test_are_the_same_when_read_twice(self, text: str) -> None:
        try:
            once = rules.normal_number(text)
        except Refused:
            return
        assert rules.normal_number(once) == once

    @pytest.mark.parametrize("text", ["", "   ", "1930571429.0", "x" * 41, "47\x0011"])
    def test_that_cannot_be_one_are_refused(self, text: str) -> None:
        with pytest.raises(Refused) as refused:
            rules.normal_number(text)
        assert refused.value.code == "customers.number-not-usable"


class TestNames:
    @pytest.mark.parametrize(("name", "key"), cases(SORTED))
    def test_sort_without_accents_and_marks(self, name: str, key: str) -> None:
        assert rules.sort_key(name) == key

    @pytest.mark.parametrize(("name", "folded"), cases(FOLDED))
    def test_compare_without_legal_forms(self, name: str, folded: str) -> None:
        assert rules.fold_name(name) == folded

    @given(st.text(max_size=200))
    def test_fold_to_the_same_when_folded_twice(self, name: str) -> None:
        assert rules.sort_key(rules.sort_key(name)) == rules.sort_key(name)
        assert len(rules.sort_key(name)) <= 200


class TestLikeness:
    known = [
        rules.Known(1, "10001", "Albrecht Anlagenbau GmbH", "DE811569869", ("DE02100500000024290661",)),
        rules.Known(2, "10002", "Corvin Hydraulik KG", "DE129273398"),
    ]

    def codes(self, new: rules.Known) -> list[tuple[str, list[str]]]:
        return [(found.number, [reason.code for reason in found.reasons]) for found in rules.likenesses([new], self.known)[0]]

    def test_is_seen_in_tax_id_name_and_bank_account(self) -> None:
        new = rules.Known(0, "9", "ALBRECHT ANLAGENBAU", "de 811 569 869", ("DE02 1005 0000 0024 2906 61",))
        assert self.codes(new) == [("10001", ["customers.same-tax-id", "customers.same-name", "customers.same-bank-account"])]

    def test_is_not_made_of_things_that_are_missing(self) -> None:
        assert self.codes(rules.Known(0, "9", "Somebody else")) == []

    def test_comes_with_the_strongest_first_and_in_words(self) -> None:
        (found,) = rules.likenesses([rules.Known(0, "9", "Albrecht Anlagenbau AG", "DE129273398")], self.known)
        assert [likeness.number for likeness in found] == ["10001", "10002"]
        assert reasons.say(found[1].reasons[0]) == "10002 Corvin Hydraulik KG has the same tax id, DE129273398."


class TestHierarchies:
    def test_end_somewhere(self) -> None:
        assert rules.cycle({1: 2, 2: 3, 3: None, 4: 3}) == []

    def test_that_do_not_are_found(self) -> None:
        assert sorted(rules.cycle({1: 2, 2: 3, 3: 1, 4: 1})) == [1, 2, 3]

    @given(st.dictionaries(st.integers(1, 30), st.integers(1, 30)))
    def test_are_judged_like_walking_each_line_to_its_end(self, parents: dict[int, int]) -> None:
        def ends(start: int) -> bool:
            here: int | None = start
            for _ in range(len(parents) + 2):
                if here is None:
                    return True
                here = parents.get(here)
            return False

        assert (rules.cycle(dict(parents)) == []) == all(ends(start) for start in parents)


class TestTerms:
    @pytest.mark.parametrize(
        ("net", "days", "percent"),
        [
            (30, 10, None),
            (30, None, Decimal(2)),
            (30, 31, Decimal(2)),
            (30, 10, Decimal(0)),
            (30, 10, Decimal(100)),
            (-1, None, None),
        ],
    )
    def test_that_make_no_sense_are_refused(self, net: int, days: int | None, percent: Decimal | None) -> None:
        with pytest.raises(Refused) as refused:
            rules.checked_terms(rules.NewTerms("X", "X", net, days, percent))
        assert refused.value.code == "customers.terms-not-usable"


class TestMailAddresses:
    @pytest.mark.parametrize("text", ["a@b.de\nBcc: x@y.de", "a@b", "<a@b.de>", "a b@c.de", "a@b.de,c@d.de", "x" * 250 + "@b.de"])
    def test_that_could_carry_more_than_one_are_refused(self, text: str) -> None:
        assert not rules.usable_email(text)

    def test_that_are_ordinary_pass(self) -> None:
        assert rules.usable_email("o'neil+ap@mail.example.co.uk")
