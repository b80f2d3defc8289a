"""`duecourse ageing` on files: what comes out, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from duecourse.jobs.files.ageing import ageing

GUIDE = Path(__file__).parents[2] / "docs" / "guides" / "age-a-file.md"

ITEMS = """item_id,customer_id,document_number,kind,issue_date,due_date,currency,amount_open
1,C1,INV-1,invoice,2026-08-01,2026-08-31,EUR,1000.00
2,C1,INV-2,invoice,2026-09-01,2026-09-30,EUR,500
3,C1,CN-1,credit_note,2026-09-20,,EUR,-100.00
4,C2,INV-3,invoice,2026-09-30,2026-10-30,JPY,5000
5,C3,INV-4,invoice,2026-10-01,2026-10-31,EUR,1.00
"""
ALLOCATIONS = """item_id,amount,value_date,recorded_at
1,400.00,2026-09-15,2026-09-16T09:00:00+02:00
1,-400.00,2026-09-20,2026-10-02T23:30:00Z
"""
HEADER = "customer_id,currency,not_due,1_30,31_60,61_90,over_90,total\n"


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]):  # type: ignore[no-untyped-def]
    """Runs the command on the given texts; gives (status, standard output, errors with the folder left out)."""

    def runs(*options: str, items: str = ITEMS, allocations: str = "", as_of: str = "2026-09-30") -> tuple[int, str, list[str]]:
        (tmp_path / "O.csv").write_text(items, "utf-8")
        arguments = ["--open-items", str(tmp_path / "O.csv"), "--as-of", as_of, *options]
        if allocations:
            (tmp_path / "A.csv").write_text(allocations, "utf-8")
            arguments += ["--allocations", str(tmp_path / "A.csv")]
        status = ageing(arguments)
        captured = capsys.readouterr()
        return status, captured.out, captured.err.replace(f"{tmp_path}/", "").splitlines()

    return runs


class TestAgeing:
    def test_the_table(self, run) -> None:  # type: ignore[no-untyped-def]
        expected = HEADER + "C1,EUR,500.00,900.00,0.00,0.00,0.00,1400.00\nC2,JPY,5000,0,0,0,0,5000\n"
        assert run(allocations=ALLOCATIONS) == (0, expected, [])

    @pytest.mark.parametrize(
        ("known_at", "total"),
        [
            ("2026-09-15", "1400.00"),  # nothing known yet
            ("2026-10-01", "1000.00"),  # the payment, not its reversal
            ("2026-10-02", "1400.00"),  # a bare date is its last moment
            ("2026-10-02T23:29:59Z", "1000.00"),
            ("2026-10-03T01:30:00+02:00", "1400.00"),
        ],
    )
    def test_as_known_at(self, run, known_at: str, total: str) -> None:  # type: ignore[no-untyped-def]
        _, out, _ = run("--known-at", known_at, allocations=ALLOCATIONS)
        assert out.splitlines()[1].endswith(f",{total}")

    def test_to_a_file(self, run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
        assert run("--out", str(tmp_path / "G.csv"))[:2] == (0, "")
        assert (tmp_path / "G.csv").read_text("utf-8").startswith(HEADER)

    def test_a_place_that_cannot_be_written_to(self, run, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
        status, _, errors = run("--out", str(tmp_path / "nowhere" / "G.csv"))
        assert (status, len(errors)) == (2, 1)
        assert "expected a place that can be written to" in errors[0]


BAD = [
    (
        ITEMS.replace("2026-08-31", ""),
        "",
        "O.csv:2:due_date: expected a date as YYYY-MM-DD: only a credit may be without a due date",
    ),
    (ITEMS.replace("2026-08-01", ""), "", "O.csv:2:issue_date: expected a date as YYYY-MM-DD"),
    (
        ITEMS.replace("-100.00", "100.00"),
        "",
        "O.csv:4:amount_open: expected a negative amount, because this is a credit note, not '100.00'",
    ),
    (ITEMS.replace("\n2,", "\n1,"), "", "O.csv:3:item_id: expected each item once; it stands in line 2 too, not '1'"),
    (
        ITEMS.replace("1000.00", "1.000,00").replace(",1.000,00", ',"1.000,00"'),
        "",
        "O.csv:2:amount_open: expected digits with a decimal point",
    ),
    (ITEMS, ALLOCATIONS.replace("\n1,400", "\n9,400"), "A.csv:2:item_id: expected an item of the open items file, not '9'"),
    (ITEMS, ALLOCATIONS.replace("400.00", "NaN", 1), "A.csv:2:amount: expected digits"),
    (ITEMS, ALLOCATIONS.replace("400.00", "400.001", 1), "A.csv:2:amount: expected an amount of EUR"),
    (
        ITEMS,
        ALLOCATIONS.replace("+02:00", ""),
        "A.csv:2:recorded_at: expected an instant with its zone, as in 2026-10-02T14:30:00Z, not '2026-09-16T09:00:00'",
    ),
    (
        ITEMS,
        ALLOCATIONS.replace("2026-09-15", "15/09/2026"),
        "A.csv:2:value_date: expected a date as YYYY-MM-DD, not '15/09/2026'",
    ),
]


class TestBadInput:
    @pytest.mark.parametrize(("items", "allocations", "expected"), BAD, ids=[text for _, _, text in BAD])
    def test_is_refused_with_file_line_and_column(self, run, items: str, allocations: str, expected: str) -> None:  # type: ignore[no-untyped-def]
        status, out, errors = run(items=items, allocations=allocations)
        assert (status, out) == (2, "")
        assert any(error.startswith(expected) for error in errors), errors

    def test_a_day_that_is_none(self, run) -> None:  # type: ignore[no-untyped-def]
        assert run(as_of="2026-02-30")[2] == ["--as-of:0:DATE: expected a date as YYYY-MM-DD, not '2026-02-30'"]

    def test_an_instant_without_a_zone(self, run) -> None:  # type: ignore[no-untyped-def]
        status, out, errors = run("--known-at", "2026-10-01T10:00:00")
        assert (status, out, len(errors)) == (2, "", 1)


class TestGuide:
    def test_its_example_prints_what_the_guide_shows(self, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
        files = dict(re.findall(r"<!-- (\S+) -->\n```csv\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL))
        for name in ("open-items.csv", "allocations.csv"):
            (tmp_path / name).write_text(files[name], "utf-8")
        common = [
            "--open-items",
            str(tmp_path / "open-items.csv"),
            "--as-of",
            "2026-09-30",
            "--allocations",
            str(tmp_path / "allocations.csv"),
        ]
        for more, name in (([], "ageing.csv"), (["--known-at", "2026-10-01"], "ageing-as-known.csv")):
            assert ageing([*common, *more]) == 0
            assert capsys.readouterr().out == files[name]
