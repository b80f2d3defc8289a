"""MT940 and MT942: every shared file as its expected file says, or refused by name; and our own examples."""

import contextlib
from decimal import Decimal
from pathlib import Path

import pytest

from duecourse.bank.formats import detect, mt940
from duecourse.bank.formats.mt940_text import narrative_of
from duecourse.bank.formats.statement import Entry, FileRefused
from tests.bank import corpus

TIES_NOT = "bank.balance-does-not-tie"
SNIPPET = "bank.file-truncated"
# Why each of these is refused: their writers shortened or anonymised real statements, or wrote down a single field.
REFUSED = {
    "betterplace/amount_formats.sta": ("bank.field-misplaced", "six opening balances and nothing else"),
    "betterplace/empty_line.sta": (SNIPPET, "one field"),
    "betterplace/sepa_snippet.sta": (TIES_NOT, "300.08 EUR between the balances of its second statement are not in it"),
    "betterplace/sepa_snippet_broken.sta": ("bank.field-misplaced", "a :25: where :86: should stand"),
    "cmxl/account_balance_credit.sta": (SNIPPET, "one field"),
    "cmxl/account_balance_debit.sta": (SNIPPET, "one field"),
    "cmxl/account_identification_legacy.sta": (SNIPPET, "one field"),
    "cmxl/available_balance.sta": (SNIPPET, "one field"),
    "cmxl/reference.sta": (SNIPPET, "one field"),
    "cmxl/statement_number.sta": (SNIPPET, "one field"),
    "jejik/abnamro.sta": (TIES_NOT, "entries of the first statement were taken out"),
    "jejik/ing.sta": (TIES_NOT, "the balances were made up"),
    "jejik/rabobank.sta": (TIES_NOT, "the balances were made up"),
    "jejik/triodos.sta": (TIES_NOT, "entries were taken out"),
    "mBank/with_newline_in_tnr.sta": (TIES_NOT, "entries were taken out"),
    "self-provided/empty_non_swift.sta": (SNIPPET, "one field"),
    "self-provided/invalid_statement.sta": ("bank.file-not-recognised", "ten numbers"),
    "self-provided/multiline.sta": ("bank.field-misplaced", "an entry after the end of the statement"),
    "self-provided/overly_long_details.sta": (TIES_NOT, "the balances were made up"),
    "self-provided/raiffeisen-cmi.sta": (TIES_NOT, "entries were taken out"),
}
FILES = corpus.found("mt940", ".sta")


class TestSharedFiles:
    def test_are_there(self, shared: Path) -> None:
        assert len(FILES) >= 25

    @pytest.mark.parametrize("path", FILES, ids=corpus.name_of)
    def test_are_read_or_refused_by_name(self, path: Path) -> None:
        if corpus.name_of(path) not in REFUSED:
            assert detect.read(path.read_bytes(), path.name).format == "mt940"
            return
        with pytest.raises(FileRefused) as refusal:
            detect.read(path.read_bytes(), path.name)
        assert refusal.value.code == REFUSED[corpus.name_of(path)][0]
        assert str(refusal.value).startswith(f"{path.name}, line ")

    @pytest.mark.parametrize("path", FILES, ids=corpus.name_of)
    def test_entries_are_as_expected_as_far_as_the_file_can_be_read(self, path: Path) -> None:
        entries: list[Entry] = []
        with path.open("rb") as file, contextlib.suppress(FileRefused):
            entries.extend(part for part in mt940.parts(file, path.name) if isinstance(part, Entry))
        expected = corpus.expected_mt940(path)
        assert bool(entries) == bool(expected) or path.name == "sepa_snippet_broken.sta"
        assert corpus.name_of(path) in REFUSED or len(entries) == len(expected)
        for ours, theirs in zip(entries, expected, strict=False):
            # the library that wrote the expected file leaves a reversed credit (RC) positive; the balances say otherwise
            sign = -1 if theirs["status"] == "RC" else 1
            assert (ours.total, ours.currency) == (sign * theirs["amount"], theirs["currency"])
            assert (ours.booking_date, ours.value_date) == (theirs["booking_date"], theirs["value_date"])
            assert (ours.type_code, ours.bank_reference) == (theirs["type_code"], theirs["bank_reference"])
            assert ours.reversal == theirs["status"].startswith("R")
            assert (theirs["account"] is None) or ours.counterparty_account == theirs["account"]
            assert (theirs["name"] is None) or _compact(ours.counterparty_name) == _compact(theirs["name"])
            if theirs["end_to_end_reference"] == "NONREF":
                assert ours.end_to_end_id is None
            elif theirs["end_to_end_reference"]:  # theirs runs on into the message that follows it
                assert ours.end_to_end_id is not None
                assert theirs["end_to_end_reference"].startswith(ours.end_to_end_id)


def _compact(name: str | None) -> str:
    return "".join((name or "").split())


class TestOurExample:
    (statement,) = detect.read((corpus.FILES / "statement.mt940").read_bytes(), "statement.mt940").statements

    def test_statement_is_read(self) -> None:
        assert (self.statement.account, self.statement.statement_id) == ("12030000/0000202051", "00042/001")
        assert (self.statement.opening_balance, self.statement.closing_balance) == (Decimal("1000.00"), Decimal("1494.50"))

    def test_numbered_words_are_put_together(self) -> None:
        entry = self.statement.entries[0]
        assert (entry.remittance, entry.end_to_end_id) == ("Rechnung 2026-17 abzueglich Skonto", "2026-00017")
        assert entry.counterparty_name == "Mueller und Soehne Kommanditgesellschaft"
        assert entry.counterparty_account == "DE75512108001245126199"

    def test_booking_and_value_day_cross_the_year_both_ways(self) -> None:
        days = [(str(entry.booking_date), str(entry.value_date)) for entry in self.statement.entries[:3]]
        assert days == [("2025-12-31", "2026-01-02"), ("2026-01-01", "2025-12-31"), ("None", "2025-12-31")]

    def test_reversed_credit_takes_money_out(self) -> None:
        entry = self.statement.entries[1]
        assert (entry.amount, entry.reversal, entry.remittance) == (Decimal("-85.00"), True, "Konto erloschen")

    def test_missing_words_and_own_decimals(self) -> None:
        entry = self.statement.entries[2]
        assert (str(entry.amount), entry.remittance, entry.bank_reference) == ("-15.5", "ENTGELT", None)

    def test_slash_codes_are_read(self) -> None:
        entry = self.statement.entries[3]
        assert (entry.counterparty_name, entry.counterparty_account) == ("Voorbeeld BV", "NL91ABNA0417164300")
        assert (entry.remittance, entry.end_to_end_id, str(entry.amount)) == ("Factuur 2026-18", "E2E-NL", "100")

    @pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
    @pytest.mark.parametrize("charset", ["utf-8", "utf-8-sig", "cp1252"])
    def test_line_ends_and_character_sets_change_nothing(self, ending: str, charset: str) -> None:
        text = (corpus.FILES / "statement.mt940").read_text(encoding="ascii").replace("Conrad", "Cönrad")
        (read,) = detect.read(text.replace("\n", ending).encode(charset), "x").statements
        assert read.entries[1].counterparty_name == "Cönrad OHG"
        assert [e.amount for e in read.entries] == [e.amount for e in self.statement.entries]


class TestWords:
    def test_iban_and_name_are_kept_apart(self) -> None:
        said = narrative_of([["166?00X?20SVWZ+RE 1?31DE75512108001245126199?32Karl Muster"]])
        assert (said.account, said.name) == ("DE75512108001245126199", "Karl Muster")

    def test_short_pieces_are_words_and_full_ones_run_on(self) -> None:
        assert narrative_of([["166?00X?20RE 12345?21RE 6789"]]).remittance == "RE 12345 RE 6789"
        full = "SVWZ+" + "abcdefghijklmnopqrstuv"
        assert narrative_of([[f"166?00X?20{full}?21wxyz"]]).remittance == "abcdefghijklmnopqrstuvwxyz"

    def test_structured_reference_of_slash_codes(self) -> None:
        said = narrative_of([["/CNTP/NL91ABNA0417164300/ABNANL2A/Voorbeeld BV///REMI/STRD/CUR/9876123456789012/"]])
        assert (said.structured_reference, said.name, said.account) == ("9876123456789012", "Voorbeeld BV", "NL91ABNA0417164300")
