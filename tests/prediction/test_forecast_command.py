"""`duecourse forecast payments`: the columns, and every kind of bad input refused by file, line and column."""

from __future__ import annotations

import csv
import datetime as dt
import re
from decimal import Decimal
from pathlib import Path

import pytest

from duecourse.config.embedded import PROJECT
from duecourse.jobs.files.forecast import payments

HEAD = "invoice_id,customer_id,issue_date,due_date,currency,amount,paid_date"
HISTORY = f"""{HEAD}
H1,C1,2026-01-05,2026-02-04,EUR,100.00,2026-02-14
H2,C1,2026-02-05,2026-03-07,EUR,120.50,2026-03-18
H3,C2,2026-02-10,2026-03-12,USD,50,2026-03-10
H4,C1,2026-04-20,2026-05-20,EUR,80.00,
H5,C2,2026-03-01,2026-03-02,EUR,-10.00,2026-02-20
"""
OPEN = f"""{HEAD}
H4,C1,2026-04-20,2026-05-20,EUR,80.00,
O2,C9,2026-04-25,2026-05-25,USD,50.00,
"""


def run(folder: Path, history: str = HISTORY, wanted: str = OPEN, as_of: str = "2026-04-30") -> int:
    (folder / "H.csv").write_text(history)
    (folder / "O.csv").write_text(wanted)
    names = {name: str(folder / f"{name}.csv") for name in "HOFW"}
    return payments(
        ["--history", names["H"], "--open", names["O"], "--as-of", as_of, "--out", names["F"], "--weekly", names["W"]]
    )


def table(path: Path) -> list[dict[str, str]]:
    with path.open() as file:
        return list(csv.DictReader(file))


class TestTheAnswer:
    def test_has_the_columns_and_every_week(self, tmp_path: Path) -> None:
        assert run(tmp_path) == 0
        rows = table(tmp_path / "F.csv")
        assert list(rows[0]) == ["invoice_id", "p10_date", "p50_date", "p90_date", "late_probability", "late_30_probability"]
        assert [row["invoice_id"] for row in rows] == ["H4", "O2"]
        for row in rows:
            assert "2026-05-01" <= row["p10_date"] <= row["p50_date"] <= row["p90_date"]
            assert 0 <= Decimal(row["late_30_probability"]) <= Decimal(row["late_probability"]) <= 1
        weeks = table(tmp_path / "W.csv")
        assert list(weeks[0]) == ["week_start", "currency", "expected", "low_80", "high_80"]
        starts = [(dt.date(2026, 5, 1) + dt.timedelta(days=7 * week)).isoformat() for week in range(13)]
        assert [(row["week_start"], row["currency"]) for row in weeks] == [
            (start, code) for start in starts for code in ("EUR", "USD")
        ]
        for row in weeks:
            assert 0 <= Decimal(row["low_80"]) <= Decimal(row["expected"]) <= Decimal(row["high_80"])

    def test_is_the_same_again(self, tmp_path: Path) -> None:
        run(tmp_path)
        first = (tmp_path / "F.csv").read_bytes(), (tmp_path / "W.csv").read_bytes()
        run(tmp_path)
        assert first == ((tmp_path / "F.csv").read_bytes(), (tmp_path / "W.csv").read_bytes())

    def test_of_nothing_is_a_header(self, tmp_path: Path) -> None:
        assert run(tmp_path, history=HEAD + "\n", wanted=HEAD + "\n") == 0
        assert table(tmp_path / "F.csv") == []
        assert run(tmp_path, history=HEAD + "\n") == 0
        assert len(table(tmp_path / "F.csv")) == 2


@pytest.mark.parametrize(
    ("history", "wanted", "where"),
    [
        (HISTORY.replace("2026-03-18", "2026-05-01"), OPEN, "H.csv:3:paid_date: expected a day up to 2026-04-30"),
        (HISTORY.replace("H2,", "H1,"), OPEN, "H.csv:3:invoice_id: expected each id once; it stands in line 2 too"),
        (HISTORY.replace("2026-02-05", ""), OPEN, "H.csv:3:issue_date: expected a date"),
        (HISTORY.replace("2026-02-05", "05.02.2026"), OPEN, "H.csv:3:issue_date: expected a date"),
        (HISTORY.replace("120.50", "120,50"), OPEN, "H.csv:3:row:"),
        (HISTORY.replace("120.50", "1e3"), OPEN, "H.csv:3:amount:"),
        (HISTORY.replace("C1,2026-02-05", ",2026-02-05"), OPEN, "H.csv:3:customer_id:"),
        (HISTORY.replace("USD", "XYZ"), OPEN, "H.csv:4:currency:"),
        (HISTORY.replace("paid_date", "payed"), OPEN, "H.csv:1:paid_date:"),
        (HISTORY.replace("2026-01-05", "0026-01-05"), OPEN, "H.csv:2:issue_date: expected a year"),
        (HISTORY, OPEN.replace("O2,", "H4,"), "O.csv:3:invoice_id: expected each id once"),
        (HISTORY, OPEN.replace("O2,", "H1,"), "O.csv:3:invoice_id: expected an open invoice; the history has it as paid (line 2)"),
        (HISTORY, OPEN.replace("50.00,", "50.00,2026-04-29"), "O.csv:3:paid_date: expected it empty"),
        (HISTORY, "", "O.csv:1:row: expected a header line"),
    ],
)  # fmt: skip
def test_bad_input_is_refused_by_line_and_column_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], history: str, wanted: str, where: str
) -> None:
    assert run(tmp_path, history, wanted) == 2
    assert f"{tmp_path}/{where}" in capsys.readouterr().err
    assert not (tmp_path / "F.csv").exists()
    assert not (tmp_path / "W.csv").exists()


def test_a_day_that_is_none_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        run(tmp_path, as_of="30.04.2026")
    assert stop.value.code == 2
    assert "--as-of" in capsys.readouterr().err


class TestTheGuide:
    def test_shows_what_the_command_says(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.chdir(tmp_path)
        text = (PROJECT / "docs" / "guides" / "forecast-a-file.md").read_text(encoding="utf-8")
        shown = dict(re.findall(r"<!-- ([\w.-]+) -->\n```\w*\n(.*?)```", text, re.DOTALL))
        line = re.search(r"^duecourse forecast payments (.*)$", text, re.MULTILINE)
        assert line
        for name in ("history.csv", "open.csv"):
            Path(name).write_text(shown[name], encoding="utf-8")
        assert payments(line[1].split()) == 0
        assert Path("estimates.csv").read_text(encoding="utf-8") == shown["estimates.csv"]
        assert Path("weekly.csv").read_text(encoding="utf-8").startswith(shown["weekly.csv"])
        Path("history.csv").write_text(shown["history.csv"].replace("2026-04-07\n", "2026-05-07\n"), encoding="utf-8")
        assert payments(line[1].split()) == 2
        assert capsys.readouterr().err == shown["refused"]
