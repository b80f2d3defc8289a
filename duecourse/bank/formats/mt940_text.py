"""The words of an MT940 entry (:86:): the German numbered form, the Dutch and Belgian slash codes, or plain text."""

from __future__ import annotations

import re
from dataclasses import dataclass

PIECE = 27  # characters that a numbered sub-field holds; one that is full runs on into the next

_NUMBERED = re.compile(r"[0-9]{3}([?>~|#&@*])[0-9]{2}")
_KEY = re.compile(r"(?:^|(?<=\s))(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC|PURP|MDAT)\+|^(MTLG):")
_SLASH_KEYS = (
    "EREF|PREF|IREF|MARF|CSID|REMI|NAME|IBAN|BIC|CNTP|ORDP|BENM|ULTD|ULTC|ULTB|TRTP|RTRN|ISDT|PURP|SVCL|TRCD|ADDR|ID|NRTX|TRAN|"
    "CREF|MCHG|OCMT|CHGS[0-9]?|EXCH|ACCW|BO|PY|INIT|SVWZ"
)
_SLASH = re.compile(rf"/({_SLASH_KEYS})/")
_IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}")
_NO_REFERENCE = frozenset({"", "NOTPROVIDED", "NOT PROVIDED", "NONREF", "NOREF"})


@dataclass(frozen=True, slots=True)
class Narrative:
    """What the words of an entry say; None = nothing. An end-to-end id of "" = they say that there is none."""

    remittance: str | None = None
    name: str | None = None
    account: str | None = None
    end_to_end_id: str | None = None
    structured_reference: str | None = None


def narrative_of(notes: list[list[str]]) -> Narrative:
    """The narrative of an entry's :86: fields, each a list of lines."""
    if not notes:
        return Narrative()
    joined = "".join(line for lines in notes for line in lines)
    numbered = _NUMBERED.match(joined)
    if numbered:
        return _numbered(joined, numbered[1])
    if len(_SLASH.findall(joined)) >= 2 and joined.lstrip().startswith("/"):
        return _slashed(joined)
    return Narrative(remittance="\n".join(line.strip() for lines in notes for line in lines if line.strip()) or None)


def _numbered(text: str, mark: str) -> Narrative:
    """`166?00GUTSCHRIFT?20EREF+…?21SVWZ+…?30BIC?31account?32name?33name`, as the German banks agreed."""
    split = re.split(rf"{re.escape(mark)}(?=[0-9]{{2}})", text)[1:]
    pieces = [(int(piece[:2]), piece[2:]) for piece in split]
    keyed = _keyed([piece for number, piece in pieces if 20 <= number <= 29 or 60 <= number <= 63])
    account = _run_on([piece for number, piece in pieces if number == 31])
    iban = _run_on([piece for number, piece in pieces if number == 38])
    if iban and not _IBAN.fullmatch(_compact(account)) and _IBAN.fullmatch(_compact(iban)):
        account = iban
    name = _run_on([piece for number, piece in pieces if number in (32, 33)])
    end_to_end_id = keyed.get("EREF")
    words = [keyed[key].strip() for key in ("SVWZ", "", "MTLG") if keyed.get(key, "").strip()]
    return Narrative(
        remittance="\n".join(words) or None,
        name=name or keyed.get("ABWA", "").strip() or keyed.get("ABWE", "").strip() or None,
        account=account or keyed.get("IBAN", "").strip() or None,
        end_to_end_id=_real(end_to_end_id),
    )


def _keyed(pieces: list[str]) -> dict[str, str]:
    """The text of sub-fields 20–29 and 60–63 under its key words; words without one under the empty key.

    A reference runs on into the next sub-field only when its own is full; free text always does.
    """
    found: dict[str, str] = {}
    key, previous_full = "", True
    for raw in pieces:
        piece = raw if len(raw) == PIECE else raw.rstrip()
        starts = list(_KEY.finditer(piece))
        before = piece[: starts[0].start()] if starts else piece
        if before:
            if key in _REFERENCES and not previous_full:
                key = ""
            _append(found, key, before, previous_full)
        for start, following in zip(starts, [*starts[1:], None], strict=False):
            key = start[1] or start[2]
            _append(found, key, piece[start.end() : following.start() if following else None], True)
        previous_full = len(piece) >= PIECE
    return found


_REFERENCES = frozenset({"EREF", "KREF", "MREF", "IBAN", "BIC", "COAM", "OAMT", "PURP", "MDAT"})


def _append(found: dict[str, str], key: str, text: str, runs_on: bool) -> None:
    before = found.get(key, "")
    gap = "" if runs_on or not before or before[-1].isspace() or text[:1].isspace() else " "
    found[key] = before + gap + text


def _run_on(pieces: list[str]) -> str | None:
    """Sub-fields put together: full ones without a gap, short ones as words."""
    text, full = "", True
    for piece in pieces:
        gap = "" if full or not text or piece[:1].isspace() or text[-1].isspace() else " "
        text, full = text + gap + piece, len(piece) >= PIECE
    return text.strip() or None


def _slashed(text: str) -> Narrative:
    """`/TRTP/SEPA OVERBOEKING/IBAN/NL…/BIC/…/NAME/…/REMI/…/EREF/…` and `/CNTP/IBAN/BIC/NAME/CITY///REMI/USTD//text/`."""
    found: dict[str, str] = {}
    marks = list(_SLASH.finditer(text))
    for mark, following in zip(marks, [*marks[1:], None], strict=False):
        value = text[mark.end() : following.start() if following else None].strip()
        if value.strip("/"):
            found.setdefault(mark[1], value.strip("/") if mark[1] != "CNTP" else value)
    account, name = found.get("IBAN"), found.get("NAME")
    if "CNTP" in found:
        account_field, _, name_field, *_ = [*found["CNTP"].split("/"), "", "", ""]
        account, name = account or account_field, name or name_field
    remittance, reference = found.get("REMI", ""), None
    if remittance.startswith("USTD/"):
        remittance = remittance.removeprefix("USTD/").lstrip("/")
    elif remittance.startswith("STRD/"):
        reference, remittance = remittance.rstrip("/").rpartition("/")[2].strip() or None, ""
    end_to_end_id = found.get("EREF")
    return Narrative(
        remittance=remittance.strip() or (None if reference else text.strip()),
        name=(name or "").strip() or None,
        account=(account or "").strip() or None,
        end_to_end_id=_real(end_to_end_id),
        structured_reference=reference,
    )


def _real(reference: str | None) -> str | None:
    if reference is None:
        return None
    return "" if reference.strip().upper() in _NO_REFERENCE else reference.strip()


def _compact(text: str | None) -> str:
    return re.sub(r"\s", "", text or "").upper()
