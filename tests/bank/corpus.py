"""The real bank files beside the project, and what their expected files say, in a form tests can compare."""

import base64
import datetime as dt
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[2]
FILES = Path(__file__).resolve().parent / "files"
SHARED = PROJECT.parent / "shared" / "data" / "bank"

_TRANSACTION = "- !!python/object:mt940.models.Transaction\n"
_DAY = r"^    {key}: (?:&\w+ )?!!python/object/apply:mt940\.models\.Date\n    - !!binary \|\n\s+(\S+)"


def found(folder: str, suffix: str) -> list[Path]:
    """The files of a shared folder; empty where it is missing."""
    return sorted((SHARED / folder).rglob(f"*{suffix}"))


def name_of(path: Path) -> str:
    return f"{path.parent.name}/{path.name}"


def expected_mt940(path: Path) -> list[dict[str, Any]]:
    """The transactions of an expected .yml, which is a dump of Python objects: read as text, never executed."""
    text = path.with_suffix(".yml").read_text(encoding="utf-8")
    return [
        {
            "amount": Decimal(_group(block, r"^    amount: .*\n      amount: .*\n      - '(-?[0-9.]+)'")),
            "currency": _group(block, r"^      currency: (\S+)"),
            "value_date": _day(block, "date"),
            "booking_date": _day(block, "guessed_entry_date") if "    entry_date: !!" in block else None,
            "type_code": _scalar(block, "id"),
            "bank_reference": _scalar(block, "bank_reference"),
            "customer_reference": _scalar(block, "customer_reference"),
            "name": _scalar(block, "applicant_name"),
            "account": _scalar(block, "applicant_iban"),
            "end_to_end_reference": _scalar(block, "end_to_end_reference"),
            "status": _scalar(block, "status"),
        }
        for block in text.split(_TRANSACTION)[1:]
    ]


def _group(block: str, pattern: str) -> str:
    match = re.search(pattern, block, re.MULTILINE)
    assert match, pattern
    return match[1]


def _scalar(block: str, key: str) -> str | None:
    match = re.search(rf"^    {key}: (?:'([^'\n]*)'|\"([^\"\n]*)\"|([^'\"\n|!&*][^\n]*))$", block, re.MULTILINE)
    said = next((part for part in match.groups() if part is not None), None) if match else None
    return None if said in (None, "", "null") else said.strip()


def _day(block: str, key: str) -> dt.date | None:
    match = re.search(_DAY.format(key=key), block, re.MULTILINE)
    if match is None:
        return None
    high, low, month, day = base64.b64decode(match[1])
    return dt.date(high * 256 + low, month, day)


def expected_camt(path: Path) -> dict[str, list[Any]]:
    """What an expected .json says: entries as tuples, and all references and texts; cycles in it are cut by its writer.

    Entries: (signed amount, currency, booking day, value day, status, bank reference). Amounts there are minor units.
    """
    said: dict[str, list[Any]] = {"entries": [], "end_to_end": [], "references": [], "texts": [], "accounts": []}
    _gather(json.loads(path.with_suffix(".json").read_text(encoding="utf-8")), said)
    return said


def _gather(node: Any, said: dict[str, list[Any]]) -> None:
    if isinstance(node, list):
        for item in node:
            _gather(item, said)
    if not isinstance(node, dict):
        return
    kind = str(node.get("__CLASS__", "")).rpartition("\\")[2]
    if kind == "Entry":
        amount = node["getAmount"]
        said["entries"].append(
            (
                Decimal(amount["getAmount"]) / 100,
                amount["getCurrency"]["getCode"],
                *((node[key] or {}).get("0", "")[:10] or None for key in ("getBookingDate", "getValueDate")),
                node["getStatus"],
                node["getAccountServicerReference"] or None,
            )
        )
    elif kind == "Reference":
        said["end_to_end"] += [node["getEndToEndId"]] if node["getEndToEndId"] else []
    elif kind == "CreditorReferenceInformation":
        said["references"] += [node["getRef"]] if node["getRef"] else []
    elif kind == "UnstructuredRemittanceInformation":
        said["texts"] += [node["getMessage"]] if node["getMessage"] else []
    elif kind in ("Statement", "Report", "Notification"):
        said["accounts"].append(node["getAccount"]["getIdentification"])
    for value in node.values():
        _gather(value, said)
