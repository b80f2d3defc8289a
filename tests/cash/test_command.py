"""`duecourse cash match` on files: what comes out, and what is refused."""

from __future__ import annotations

import csv
import io
import re
from decimal import Decimal
from pathlib import Path

import pytest

from duecourse.jobs.files.cash import match, parser

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "match-a-file.md"

ITEMS = """item_id,customer_id,document_number,reference,order_number,purchase_order,kind,issue_date,due_date,currency,amount_open,\
discount_percent,discount_until
1,C1,INV-26-31001,,,,invoice,2026-11-01,2026-11-30,EUR,1000.00,2,2026-11-10
2,C2,INV-26-31002,,SO-1,PO-778812,invoice,2026-11-01,2026-11-30,JPY,50000,,
3,C1,CN-26-00007,,,,credit_note,2026-11-02,,EUR,-100.00,,
"""
PAYMENTS = """payment_id,value_date,currency,amount,payer_name,payer_account,remittance
P1,2026-11-09,EUR,980.00,ACME PUMPS,DE12500105170648489890,"INV-26-31001, less 2 %"
P2,2026-11-09,JPY,50000,Bolt,,PO 778812
P3,2026-11-09,EUR,3.21,Sparbank,,Habenzinsen
"""
CUSTOMERS = "customer_id,name,account,parent_id\nC1,Acme Pumps GmbH,DE12 5001 0517 0648 4898 90,\n"


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Runs the command on the given texts; gives (status, rows, errors with the folder left out)."""

    def runs(
        items: str | bytes = ITEMS, payments: str = PAYMENTS, customers: str = "", history: str = ""
    ) -> tuple[int, list[dict[str, str]], list[str]]:
        arguments: list[str] = []
        for option, name, text in (
            ("--open-items", "O.csv", items),
            ("--payments", "P.csv", payments),
            ("--customers", "C.csv", customers),
            ("--history", "H.csv", history),
        ):
            if text:
                (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
                arguments += [option, str(tmp_path / name)]
        out = tmp_path / "M.csv"
        status = match([*arguments, "--out", str(out)])
        rows = list(csv.DictReader(io.StringIO(out.read_text("utf-8")))) if out.exists() else []
        return status, rows, capsys.readouterr().err.replace(f"{tmp_path}/", "").splitlines()

    return runs


class TestMatch:
    def test_rows_add_up_to_the_payments(self, run) -> None:  # type: ignore[no-untyped-def]
        status, rows, errors = run(customers=CUSTOMERS)
        assert (status, errors) == (0, [])
        header = "payment_id,rank,decision,customer_id,item_id,amount_applied,residual_kind,residual_amount,confidence,reasons"
        assert ",".join(rows[0]) == header
        assert [tuple(row[name] for name in list(row)[:8] if name != "decision") for row in rows if row["rank"] == "1"] == [
            ("P1", "1", "C1", "1", "1000.00", "discount", "-20.00"),
            ("P2", "1", "C2", "2", "50000", "", "0"),
            ("P3", "1", "", "", "0.00", "not_receivable", "3.21"),
        ]
        paid = {"P1": Decimal("980.00"), "P2": Decimal(50000), "P3": Decimal("3.21")}
        for payment_id, rank in {(row["payment_id"], row["rank"]) for row in rows}:
            mine = [row for row in rows if (row["payment_id"], row["rank"]) == (payment_id, rank)]
            assert sum(Decimal(row["amount_applied"]) + Decimal(row["residual_amount"]) for row in mine) == paid[payment_id]
        assert "cash.discount-in-time: A cash discount of EUR 20.00 is in time" in rows[0]["reasons"]

    def test_history_teaches_accounts_and_paid_documents(self, run) -> None:  # type: ignore[no-untyped-def]
        history = (
            "payment_id,value_date,currency,amount,payer_name,payer_account,remittance,customer_id,item_id,document_number,"
            "amount_applied,residual_kind\nH1,2026-10-01,EUR,50.00,Acme,DE77,,C1,9,INV-26-20001,50.00,\n"
        )
        payments = (
            "payment_id,value_date,currency,amount,payer_account,remittance\n"
            "P1,2026-11-20,EUR,1000.00,DE77,\nP2,2026-11-20,EUR,50.00,,INV-26-20001\n"
        )
        _, rows, _ = run(payments=payments, history=history)
        first = {row["payment_id"]: row for row in rows if row["rank"] == "1"}
        assert (first["P1"]["item_id"], first["P1"]["customer_id"]) == ("1", "C1")
        assert (first["P2"]["residual_kind"], first["P2"]["customer_id"]) == ("on_account", "C1")

    def test_the_same_input_gives_the_same_bytes(self, run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
        run(customers=CUSTOMERS)
        before = (tmp_path / "M.csv").read_bytes()
        run(customers=CUSTOMERS)
        assert (tmp_path / "M.csv").read_bytes() == before

    def test_a_byte_order_mark_and_dos_lines_are_fine(self, run) -> None:  # type: ignore[no-untyped-def]
        status, rows, _ = run(items="\ufeff" + ITEMS.replace("\n", "\r\n"))
        assert (status, rows[0]["item_id"]) == (0, "1")

    def test_help_names_every_column(self) -> None:
        text = re.sub(r"\s", "", parser().format_help())
        assert all(column in text for column in ("discount2_until", "payer_account", "parent_id", "residual_kind"))


BAD_ITEMS = [
    ("", "O.csv:1:row: expected a header line; the file is empty"),
    ("item_id;customer_id\n1;2\n", "O.csv:1:row: expected values separated by commas"),
    (ITEMS.replace("currency", "curency"), "O.csv:1:currency: expected this column in the header; it is missing"),
    (ITEMS.replace("reference", "kind", 1), "O.csv:1:kind: expected this column once; it stands in the header more than once"),
    (
        ITEMS.replace("1000.00", '"1,000.00"'),
        "O.csv:2:amount_open: expected digits with a decimal point and no thousands separators, as in -1234.56, not '1,000.00'",
    ),
    (ITEMS.replace("1000.00", "NaN"), "O.csv:2:amount_open: expected digits"),
    (ITEMS.replace("1000.00", "1e3"), "O.csv:2:amount_open: expected digits"),
    (ITEMS.replace("1000.00", "１０００"), "O.csv:2:amount_open: expected digits"),
    (ITEMS.replace("1000.00", ""), "O.csv:2:amount_open: expected digits"),
    (
        ITEMS.replace("1000.00", "12.345"),
        "O.csv:2:amount_open: expected an amount of EUR (12.345 has more decimals than EUR has (2)), not '12.345'",
    ),
    (ITEMS.replace("50000", "50000.5"), "O.csv:3:amount_open: expected an amount of JPY"),
    (
        ITEMS.replace("1000.00", "-1000.00"),
        "O.csv:2:amount_open: expected an amount that is not negative, because this is an invoice, not '-1000.00'",
    ),
    (
        ITEMS.replace("-100.00", "100.00"),
        "O.csv:4:amount_open: expected a negative amount, because this is a credit note, not '100.00'",
    ),
    (ITEMS.replace("EUR", "EURO"), "O.csv:2:currency: expected a currency code of three capital letters (ISO 4217), not 'EURO'"),
    (ITEMS.replace("EUR", "XQQ"), "O.csv:2:currency: expected a currency code of ISO 4217, not 'XQQ'"),
    (ITEMS.replace("2026-11-10", "10.11.2026"), "O.csv:2:discount_until: expected a date as YYYY-MM-DD, not '10.11.2026'"),
    (ITEMS.replace("2026-11-10", "2026-02-30"), "O.csv:2:discount_until: expected a date as YYYY-MM-DD, not '2026-02-30'"),
    (
        ITEMS.replace(",2,2026-11-10", ",2,"),
        "O.csv:2:discount_until: expected the last day of the discount, because a percentage is given",
    ),
    (
        ITEMS.replace(",2,2026-11-10", ",200,2026-11-10"),
        "O.csv:2:discount_percent: expected a percentage from 0 to under 100, not '200'",
    ),
    (ITEMS.replace("\n2,C2", "\n1,C2"), "O.csv:3:item_id: expected each id once; it stands in line 2 too, not '1'"),
    (ITEMS.replace("\n2,C2", "\n2,"), "O.csv:3:customer_id: expected a value; it is empty"),
    (ITEMS.replace("invoice,", "bill,", 1), "O.csv:2:kind: expected invoice or credit_note, not 'bill'"),
    (ITEMS.replace(",,\n", ",\n", 1), "O.csv:3:row: expected 13 values as in the header, not 12"),
    (ITEMS.replace("INV-26-31001", '"INV-26-31001'), "O.csv:2:row: expected a well-formed CSV record"),
    (ITEMS.replace("INV-26-31002", "INV\x00"), "O.csv:3:row: expected text without NUL characters"),
    (ITEMS.replace("SO-1", "SÖ-1").encode("latin-1"), "O.csv:3:row: expected UTF-8, not the byte 0xD6; save the file as UTF-8"),
]


class TestBadInput:
    @pytest.mark.parametrize(("items", "expected"), BAD_ITEMS, ids=[text for _, text in BAD_ITEMS])
    def test_is_refused_with_file_line_and_column(self, run, items: str | bytes, expected: str) -> None:  # type: ignore[no-untyped-def]
        status, rows, errors = run(items=items or b"\n")
        assert (status, rows) == (2, [])
        assert any(error.startswith(expected) for error in errors), errors

    def test_all_problems_of_all_files_are_told_at_once(self, run) -> None:  # type: ignore[no-untyped-def]
        status, _, errors = run(
            items=ITEMS.replace("1000.00", "x").replace("50000", "y"), payments=PAYMENTS.replace("980.00", "z")
        )
        assert status == 2
        assert [error.split(": ")[0] for error in errors] == ["O.csv:2:amount_open", "O.csv:3:amount_open", "P.csv:2:amount"]

    def test_a_file_that_is_not_there(self, capsys: pytest.CaptureFixture[str]) -> None:
        assert match(["--open-items", "nowhere.csv", "--payments", "nor-here.csv", "--out", "-"]) == 2
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err.splitlines()[0].startswith("nowhere.csv:0:file: expected a file that can be read")

    def test_a_result_that_is_there_already_stays_when_the_input_is_refused(self, run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
        (tmp_path / "M.csv").write_text("kept\n")
        assert run(items=ITEMS.replace("1000.00", "x"))[0] == 2
        assert (tmp_path / "M.csv").read_text() == "kept\n"


class TestGuide:
    def test_its_example_prints_what_the_guide_shows(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        blocks = re.findall(r"<!-- (\S+) -->\n```csv\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
        files = dict(blocks)
        for name in ("open-items.csv", "payments.csv", "customers.csv"):
            (tmp_path / name).write_text(files[name], "utf-8")
        arguments = ["--open-items", "open-items.csv", "--payments", "payments.csv", "--customers", "customers.csv"]
        status = match([*(str(tmp_path / one) if one.endswith(".csv") else one for one in arguments), "--out", "-"])
        assert status == 0
        assert capsys.readouterr().out == files["proposals.csv"]
