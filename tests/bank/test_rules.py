"""Which lines are new, and which statements follow on each other: cases a cash clerk can check, and properties."""

import datetime as dt
from collections import Counter
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from duecourse.bank import rules
from duecourse.bank.formats import detect
from duecourse.bank.formats.statement import Entry
from duecourse.core import reasons

DAY = dt.date(2026, 3, 2)


def line(text: str) -> Entry:
    """`2 100.00 REF-1 coffee`: day of March, amount, bank reference (- = none), words."""
    day, amount, reference, *words = text.split()
    return Entry(
        line=1, amount=Decimal(amount), currency="EUR", booking_date=dt.date(2026, 3, int(day)),
        bank_reference=None if reference == "-" else reference, remittance=" ".join(words) or None,
    )  # fmt: skip


def imported(*statements: str) -> list[int]:
    """How many lines each statement adds when they come one after the other."""
    known: dict[str, int] = {}
    added = []
    for statement in statements:
        entries = [line(text) for text in statement.splitlines() if text.strip()]
        identities = rules.line_identities("account", entries)
        added.append(len(rules.new_lines(known, identities)))
        known = rules.counted(known, identities)
    return added


COFFEE = "2 -3.20 - coffee\n"
CASES = [
    ("one line", [COFFEE], [1]),
    ("the same statement twice", [COFFEE, COFFEE], [1, 0]),
    ("two equal coffees on a day are two", [COFFEE * 2], [2]),
    ("and stay two when the file comes again", [COFFEE * 2, COFFEE * 2], [2, 0]),
    ("the fuller extract adds the third", [COFFEE * 2, COFFEE * 3, COFFEE], [2, 1, 0]),
    ("the same words on another day", [COFFEE, "3 -3.20 - coffee"], [1, 1]),
    ("another amount", [COFFEE, "2 -3.30 - coffee"], [1, 1]),
    ("the other sign", [COFFEE, "2 3.20 - coffee"], [1, 1]),
    ("trailing zeros are the same amount", [COFFEE, "2 -3.200 - coffee"], [1, 0]),
    ("blanks and capitals are the same words", [COFFEE, "2 -3.20 - COF FEE"], [1, 0]),
    ("other words without a reference", [COFFEE, "2 -3.20 - tea"], [1, 1]),
    ("a real reference outweighs the words", ["2 9 R1 coffee", "2 9 R1 Coffee house"], [1, 0]),
    ("two real references are two lines", ["2 9 R1 coffee\n2 9 R2 coffee"], [2]),
    ("NONREF is no reference", ["2 9 NONREF coffee", "2 9 - coffee"], [1, 0]),
    ("zeros are no reference", ["2 9 00000 coffee", "2 9 - coffee"], [1, 0]),
    ("a batch with one reference for all", ["2 9 B1 a\n2 8 B1 b\n2 9 B1 c", "2 9 B1 a\n2 8 B1 b\n2 9 B1 c"], [3, 0]),
    ("a reference used again next day", ["2 9 R1 a", "3 9 R1 a"], [1, 1]),
    ("overlapping extracts", ["1 5 - a\n2 6 - b", "2 6 - b\n3 7 - c"], [2, 1]),
]


class TestNewLines:
    @pytest.mark.parametrize(("statements", "added"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
    def test_count_each_payment_once(self, statements: list[str], added: list[int]) -> None:
        assert imported(*statements) == added

    def test_differ_by_account(self) -> None:
        entry = line(COFFEE)
        assert rules.line_key("one", entry) != rules.line_key("two", entry)

    def test_take_the_value_day_where_no_booking_day_is_said(self) -> None:
        by_value = Entry(line=1, amount=Decimal("-3.20"), currency="EUR", value_date=DAY, remittance="coffee")
        assert rules.line_key("account", by_value) == rules.line_key("account", line(COFFEE))

    lines = st.lists(
        st.builds(lambda d, a, w: f"{d} {a} - {w}", st.integers(1, 3), st.integers(1, 3), st.sampled_from("ab")), max_size=12
    )

    @given(lines)
    def test_twice_is_once(self, texts: list[str]) -> None:
        assert imported("\n".join(texts), "\n".join(texts)) == [len(texts), 0]

    @given(lines, st.randoms(use_true_random=False))
    def test_order_in_the_file_does_not_matter(self, texts: list[str], random: object) -> None:
        shuffled = list(texts)
        random.shuffle(shuffled)  # type: ignore[attr-defined]
        assert imported("\n".join(texts), "\n".join(shuffled))[1] == 0

    @given(st.lists(lines, max_size=4))
    def test_the_highest_count_in_any_statement_is_the_truth(self, statements: list[list[str]]) -> None:
        highest: Counter[str] = Counter()
        for texts in statements:
            highest |= Counter(texts)
        assert sum(imported(*("\n".join(texts) for texts in statements))) == sum(highest.values())


class TestContinuity:
    @pytest.mark.parametrize(
        ("previous", "opening", "code"),
        [
            ("100.00", "100.00", None),
            ("100.00", "100.0", None),
            ("0.00", "0.00", None),
            ("100.00", None, None),
            (None, None, None),
            (None, "100.00", "bank.first-statement"),
            ("100.00", "90.00", "bank.statement-missing"),
            ("-5.00", "5.00", "bank.statement-missing"),
        ],
    )
    def test_is_told(self, previous: str | None, opening: str | None, code: str | None) -> None:
        reason = rules.continuity(previous and Decimal(previous), opening and Decimal(opening))  # type: ignore[arg-type]
        assert (reason and reason.code) == code

    def test_gap_is_said_with_its_difference(self) -> None:
        reason = rules.continuity(Decimal("100.00"), Decimal("90.00"))
        assert reason is not None
        assert reasons.say(reason) == (
            "The statement before closed at 100.00, this one opens at 90.00: -10.00 are missing between them."
        )


class TestPages:
    page = ":20:A\n:25:X\n:28C:7/{n}\n:60{o}:C260301EUR{a},00\n:61:2603020302C1,00NTRFNONREF\n:62{c}:C260302EUR{b},00\n-\n"

    def read(self, *pages: dict[str, object]) -> list[int]:
        data = "".join(self.page.format(**page) for page in pages).encode()
        return [len(group) for group in rules.pages(detect.read(data, "x").statements)]

    def test_of_one_statement_belong_together(self) -> None:
        first = {"n": 1, "o": "F", "c": "M", "a": 10, "b": 11}
        second = {"n": 2, "o": "M", "c": "F", "a": 11, "b": 12}
        assert self.read(first, second) == [2]
        assert self.read(first, {**second, "n": 3}) == [1, 1]
        assert self.read(first, {**second, "a": 12, "b": 13}) == [1, 1]
