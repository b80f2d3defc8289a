"""camt.052, .053 and .054: every shared file as its expected file says, or refused by name; and our own examples."""

from decimal import Decimal
from pathlib import Path

import pytest

from duecourse.bank.formats import detect
from duecourse.bank.formats.camt import parts
from duecourse.bank.formats.statement import Entry, FileRefused, Statement, file_json
from tests.bank import corpus

# Why each of these is refused; their entries are compared with the expected file all the same.
REFUSED = {
    "camt053.v2.five.decimals.xml": ("bank.balance-does-not-tie", "18.150 + 8.850 is 27.000, the file says 27.050"),
    "camt053.v2.with-party-ids.xml": ("bank.currency-mixed", "the account is in EUR, its closing balance in SEK"),
    "camt053.v3.xml": ("bank.currency-mixed", "the account is in EUR, its closing balance in SEK"),
    "camt053.v4.xml": ("bank.currency-mixed", "the account is in EUR, its closing balance in SEK"),
}
FILES = corpus.found("camt", ".xml")


def read_as_far_as_possible(path: Path) -> tuple[list[Entry], list[Statement], FileRefused | None]:
    entries: list[Entry] = []
    statements: list[Statement] = []
    try:
        with path.open("rb") as file:
            for part in parts(file, path.name):
                (entries if isinstance(part, Entry) else statements).append(part)  # type: ignore[arg-type]
    except FileRefused as refusal:
        return entries, statements, refusal
    return entries, statements, None


class TestSharedFiles:
    def test_are_there(self, shared: Path) -> None:
        assert len(FILES) >= 13

    @pytest.mark.parametrize("path", FILES, ids=corpus.name_of)
    def test_are_read_as_expected_or_refused_by_name(self, path: Path) -> None:
        entries, statements, refusal = read_as_far_as_possible(path)
        expected = corpus.expected_camt(path)
        assert expected["entries"]
        ours = [
            (e.total, e.currency, e.booking_date and e.booking_date.isoformat(), e.value_date and e.value_date.isoformat(),
             e.status, e.bank_reference)
            for e in entries
        ]  # fmt: skip
        unsaid = {o for o in ours if o not in expected["entries"]}
        assert set(expected["entries"]) <= set(ours)
        assert len(unsaid) == (1 if "multi.statement" in path.name else 0)  # its writer keeps the entries of one statement
        payments = [payment for e in entries for payment in (e.details or (e,))]
        assert set(expected["end_to_end"]) <= {p.end_to_end_id for p in payments}
        text = "\n".join(f"{p.structured_reference}\n{p.remittance}" for p in payments)
        assert [said for said in expected["references"] + expected["texts"] if said not in text] == []
        if path.name in REFUSED:
            assert refusal is not None
            assert refusal.code == REFUSED[path.name][0]
            assert str(refusal).startswith(f"{path.name}, line ")
        else:
            assert refusal is None
            assert {s.account for s in statements} >= set(expected["accounts"])


class TestOurExample:
    statements = detect.read((corpus.FILES / "statement.camt053.xml").read_bytes(), "statement.camt053.xml").statements

    def test_statement_is_read_with_its_booked_balances(self) -> None:
        first, second = self.statements
        assert (first.account, first.currency, first.statement_id, first.sequence) == (
            "DE02120300000000202051",
            "EUR",
            "2026-042",
            "42",
        )
        assert (first.opening_balance, first.closing_balance) == (Decimal("1000.00"), Decimal("1555.50"))
        assert (str(first.from_date), str(first.to_date), first.message) == ("2026-03-02", "2026-03-02", "camt.053.001.08")
        assert (second.account, second.currency, second.opening_balance, second.entries) == (
            "4711-0815",
            "JPY",
            Decimal(-500),
            (),
        )

    def test_entry_is_read(self) -> None:
        entry = self.statements[0].entries[0]
        assert entry == Entry(
            line=13, amount=Decimal("490.00"), currency="EUR", entry_id="1", booking_date=entry.booking_date,
            value_date=entry.value_date, status="BOOK", counterparty_name="Müller & Söhne KG",
            counterparty_account="DE75512108001245126199", structured_reference="RF18539007547034", bank_reference="BANK-0001",
            type_code="PMNT-RCDT-ESCT", charges=Decimal("-1.50"), remittance="Invoice 2026-17\nless 2 % discount",
        )  # fmt: skip
        assert (str(entry.booking_date), str(entry.value_date)) == ("2026-03-02", "2026-03-03")

    def test_batched_entry_has_its_payments_as_details(self) -> None:
        batch = self.statements[0].entries[1]
        assert (str(batch.amount), batch.counterparty_name, batch.end_to_end_id) == ("150.5", None, None)
        assert [(str(d.amount), d.counterparty_name, d.end_to_end_id, d.remittance) for d in batch.details] == [
            ("100.00", "Adler GmbH", "E2E-A", None), ("50.5", "Bauer AG", "E2E-B", "2026-18"),
        ]  # fmt: skip

    def test_reversal_names_the_customer(self) -> None:
        reversal = self.statements[0].entries[2]
        assert (reversal.amount, reversal.reversal, reversal.counterparty_name) == (Decimal("-85.00"), True, "Conrad OHG")

    def test_zero_and_pending_entries_are_kept(self) -> None:
        zero, pending = self.statements[0].entries[3:]
        assert (str(zero.amount), zero.remittance) == ("0.00", "Account statement")
        assert (pending.status, pending.is_booked) == ("PDNG", False)

    def test_character_set_is_the_one_the_file_names(self) -> None:
        text = (corpus.FILES / "notice.camt054.xml").read_text(encoding="latin-1").replace("Zoe", "Zoë")
        (statement,) = detect.read(text.encode("latin-1"), "notice").statements
        assert statement.entries[0].counterparty_name == "Zoë Example"
        utf16 = text.replace("ISO-8859-1", "UTF-16").encode("utf-16")
        assert detect.read(utf16, "notice").statements[0].entries == statement.entries

    @pytest.mark.parametrize("version", range(1, 15))
    def test_every_version_is_read(self, version: int) -> None:
        text = (corpus.FILES / "notice.camt054.xml").read_text(encoding="latin-1")
        changed = text.replace("camt.054.001.04", f"camt.054.001.{version:02d}").encode("latin-1")
        assert detect.read(changed, "notice").statements[0].message == f"camt.054.001.{version:02d}"

    def test_json_has_the_shape_of_the_contract(self) -> None:
        data = (corpus.FILES / "notice.camt054.xml").read_bytes()
        assert file_json(detect.read(data, "notice")) == {
            "format": "camt",
            "statements": [
                {
                    "account": "DE02120300000000202051", "currency": "EUR", "statement_id": "N-1", "opening_balance": None,
                    "closing_balance": None, "from_date": None, "to_date": None,
                    "entries": [
                        {
                            "entry_id": None, "booking_date": None, "value_date": None, "amount": "10.00", "currency": "EUR",
                            "status": "BOOK", "reversal": False, "counterparty_name": "Zoe Example", "counterparty_account": None,
                            "end_to_end_id": None, "structured_reference": None, "bank_reference": None, "type_code": None,
                            "charges": None, "remittance": None, "details": [],
                        }
                    ],
                }
            ],
        }  # fmt: skip
