"""`duecourse bank read`: a bank's file, as the bank sent it, as JSON."""

from __future__ import annotations

import argparse
import contextlib
import json
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

from duecourse.bank.formats import detect
from duecourse.bank.formats.statement import Entry, Part, entry_json, statement_json
from duecourse.core.errors import Refused

SPOOL_BYTES = 16_000_000  # kept in memory up to here, on disk beyond


def parser() -> argparse.ArgumentParser:
    """The command line, also the source of its reference page."""
    command = argparse.ArgumentParser(
        prog="duecourse bank read",
        description=(
            "Read a bank statement (camt.052, camt.053, camt.054, MT940, MT942) and print it as JSON. Amounts are decimal "
            "strings with the file's own decimals, negative = paid out; balances are the booked ones; what the file does not "
            "say is null. Opening balance + booked entries must give the closing balance."
        ),
        epilog=(
            "Exit code 0: read. 2: refused, with one line on standard error that names the file, the line and what to do; "
            "nothing is written then."
        ),
    )
    command.add_argument("file", metavar="FILE", help="the file as the bank sent it")
    command.add_argument(
        "--format", default="auto", choices=("auto", *detect.FORMATS), help="auto (default) looks into the file itself"
    )
    command.add_argument("--out", default="-", metavar="OUT", help="where to write; - (default) is standard output")
    return command


def read(argv: list[str]) -> int:
    """Run the command. 0 = read and written, 2 = refused and nothing written."""
    arguments = parser().parse_args(argv)
    with contextlib.ExitStack() as files:
        try:
            source = files.enter_context(Path(arguments.file).open("rb"))
        except OSError as error:
            return _refused(f"{arguments.file}: cannot be opened ({error.strerror}); give the path of the bank's file")
        whole = files.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n"))
        try:
            chosen = detect.detected(source, arguments.file, arguments.format)
            write(chosen, detect.scan(source, arguments.file, chosen), whole)
        except Refused as refusal:
            return _refused(str(refusal))
        whole.seek(0)
        if arguments.out == "-":
            shutil.copyfileobj(whole, sys.stdout)
            return 0
        try:
            with Path(arguments.out).open("w", encoding="utf-8", newline="\n") as target:
                shutil.copyfileobj(whole, target)
        except OSError as error:
            return _refused(f"{arguments.out}: cannot be written ({error.strerror}); choose another --out")
    return 0


def write(chosen: str, parts: Iterable[Part], out: TextIO) -> None:
    """The parts of a file as JSON, one entry a line, without holding a statement's entries in memory."""
    out.write(f'{{"format": {json.dumps(chosen)}, "statements": [')
    before_statement = "\n"
    entries = _spool()
    try:
        for part in parts:
            if isinstance(part, Entry):
                text = json.dumps(entry_json(part), ensure_ascii=False)
                entries.write(f"{',' if entries.tell() else ''}\n{text}".encode())
                continue
            head = json.dumps(statement_json(part), ensure_ascii=False)
            out.write(f'{before_statement}{head[:-1]}, "entries": [')
            before_statement = ",\n"
            _pour(entries, out)
            out.write("]}")
    finally:
        entries.close()
    out.write("]}\n")


def _spool() -> tempfile.SpooledTemporaryFile[bytes]:
    return tempfile.SpooledTemporaryFile(SPOOL_BYTES)


def _pour(entries: tempfile.SpooledTemporaryFile[bytes], out: TextIO) -> None:
    """Move everything that is spooled to `out`; the spool is empty afterwards."""
    entries.seek(0)
    for line in entries:
        out.write(line.decode())
    entries.seek(0)
    entries.truncate()


def _refused(problem: str) -> int:
    print(" ".join(problem.split()), file=sys.stderr)
    return 2
