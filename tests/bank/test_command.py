"""`duecourse bank read`: JSON on standard output, or one line per problem and nothing written."""

import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from duecourse.bank.formats import detect
from duecourse.bank.formats.statement import file_json
from duecourse.jobs.files import bank
from tests.bank import corpus

CAMT = corpus.FILES / "statement.camt053.xml"
MT940 = corpus.FILES / "statement.mt940"


class TestBankRead:
    @pytest.mark.parametrize("path", [CAMT, MT940, corpus.FILES / "notice.camt054.xml"], ids=lambda path: path.name)
    def test_prints_what_the_reader_reads(self, path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        assert bank.read([str(path)]) == 0
        printed = capsys.readouterr()
        assert printed.err == ""
        assert json.loads(printed.out) == file_json(detect.read(path.read_bytes(), path.name))

    def test_writes_to_a_file(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        out = tmp_path / "out.json"
        assert bank.read([str(CAMT), "--out", str(out), "--format", "camt"]) == 0
        assert capsys.readouterr().out == ""
        entry = json.loads(out.read_text(encoding="utf-8"))["statements"][0]["entries"][1]
        assert (entry["amount"], entry["counterparty_name"], len(entry["details"])) == ("150.5", None, 2)

    def test_says_null_for_what_the_file_does_not_say(self, capsys: pytest.CaptureFixture[str]) -> None:
        bank.read([str(MT940)])
        fee = json.loads(capsys.readouterr().out)["statements"][0]["entries"][2]
        assert {name for name, value in fee.items() if value is None} == {
            "entry_id", "booking_date", "counterparty_name", "counterparty_account", "end_to_end_id", "structured_reference",
            "bank_reference", "charges",
        }  # fmt: skip

    def test_refuses_with_one_line_and_writes_nothing(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        wrong, out = tmp_path / "wrong.xml", tmp_path / "out.json"
        wrong.write_bytes(CAMT.read_bytes().replace(b"1555.50", b"1555.60"))
        assert bank.read([str(wrong), "--out", str(out)]) == 2
        printed = capsys.readouterr()
        assert printed.out == ""
        assert printed.err.count("\n") == 1
        assert printed.err.startswith(f"{wrong}, line 12, statement 2026-042")
        assert "the difference is 0.10 EUR" in printed.err
        assert not out.exists()

    @pytest.mark.parametrize(
        "arguments", [["no-such-file"], ["."], [str(CAMT), "--out", "/no/such/folder/x"], [str(CAMT), "--format", "mt940"]]
    )
    def test_refuses_what_it_cannot_use(self, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
        assert bank.read(arguments) == 2
        assert capsys.readouterr().err.count("\n") == 1

    def test_streams_more_than_memory_keeps(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(bank, "SPOOL_BYTES", 1000)
        out = tmp_path / "out.json"
        assert bank.read([str(CAMT), "--out", str(out)]) == 0
        assert json.loads(out.read_text(encoding="utf-8")) == file_json(detect.read(CAMT.read_bytes(), "x"))

    def test_starts_without_django(self) -> None:
        script = (
            "import sys; from duecourse.jobs.files import bank; code = bank.read(sys.argv[1:]);"
            "sys.exit(code or any(name.split('.')[0] in ('django', 'psycopg') for name in sys.modules))"
        )
        done = subprocess.run([sys.executable, "-c", script, str(MT940)], cwd=corpus.PROJECT, capture_output=True, check=False)
        assert (done.returncode, done.stderr) == (0, b"")

    def test_balances_of_what_it_prints_tie(self, capsys: pytest.CaptureFixture[str]) -> None:
        bank.read([str(MT940)])
        (statement,) = json.loads(capsys.readouterr().out)["statements"]
        total = sum(Decimal(entry["amount"]) for entry in statement["entries"])
        assert Decimal(statement["opening_balance"]) + total == Decimal(statement["closing_balance"])
