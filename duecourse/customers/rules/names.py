"""How customers' numbers, names and tax ids are read. Pure: no database, no clock."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from duecourse.core.errors import Refused

_FORMS = (
    "gmbh mbh ggmbh ag kg kgaa ohg gbr ug ek ev eg se co cokg company corp corporation inc incorporated ltd limited llc llp lp plc "
    "pllc pc pty sa sas sasu sarl sprl srl sl slu spa snc bv nv vof cv oy oyj ab aps as asa ks kft zrt doo dd sro spzoo zoo "
    "oao ooo pao zao kk gk bhd sdn pte pvt"
)
# Legal forms in the spellings that stand at the end of names, folded; they tell nothing about who it is.
LEGAL_FORMS = frozenset(_FORMS.split())
_LINKS = frozenset({"and", "und", "et", "u"})
_JOINED = (
    ("g m b h", "gmbh"),
    ("s a r l", "sarl"),
    ("s r l", "srl"),
    ("s p a", "spa"),
    ("s a", "sa"),
    ("b v", "bv"),
    ("n v", "nv"),
)
# Letters that Unicode does not take apart into a base letter and a mark.
_LETTERS = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ĸ": "k"})


@lru_cache(maxsize=50_000)
def normal_number(text: str) -> str:
    """A customer number without the zeros that systems pad it with: "0200769623" → "200769623", "CCCA02" stays.

    Only all-digit numbers lose zeros. Errors: Refused('customers.number-not-usable') when nothing is left, or for 1930571429.0,
    which a spreadsheet made of a number: what it was before is not guessed.
    """
    number = text.strip()
    if number.isascii() and number.isdigit():
        number = number.lstrip("0") or "0"
    if not number or len(number) > 40 or any(unicodedata.category(character).startswith("C") for character in number):
        raise Refused("customers.number-not-usable", f"“{text}” is not a customer number; expected 1 to 40 visible characters.")
    if re.fullmatch(r"[0-9]+\.0+", number):
        raise Refused(
            "customers.number-not-usable",
            f"“{text}” is a number that a spreadsheet changed. Format the column as text and export it again.",
        )
    return number


def _plain(text: str) -> str:
    """Lower case without accents: Ä → a, ß → ss. Taken apart first, because 𝕬 is an A only then."""
    taken_apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold().translate(_LETTERS))
    return "".join(character for character in taken_apart if not unicodedata.combining(character))


def sort_key(name: str) -> str:
    """What lists are sorted and searched by: folded letters and digits, single spaces: "Özgür & Söhne" → "ozgur sohne"."""
    words = "".join(character if character.isalnum() else " " for character in _plain(name).replace("'", "").replace("’", ""))
    return " ".join(words.split())[:200]


def fold_name(name: str) -> str:
    """A name as it is compared: `sort_key` without legal forms at its end: "Brandt Werke GmbH & Co. KG" → "brandt werke".

    A name that is nothing but legal forms stays whole.
    """
    text = f" {sort_key(name)} "
    for spelled, joined in _JOINED:
        text = text.replace(f" {spelled} ", f" {joined} ")
    words = text.split()
    kept = list(words)
    while len(kept) > 1 and kept[-1] in LEGAL_FORMS | _LINKS:
        kept.pop()
    return " ".join(kept if kept and kept[-1] not in LEGAL_FORMS else words)


def normal_tax_id(text: str) -> str:
    """A tax id as it is compared: capitals and digits only: "DE 123.456.789" → "DE123456789"."""
    return "".join(character for character in text.upper() if character.isalnum())


def normal_bank_account(text: str) -> str:
    """An IBAN or account number without spaces and marks, capitals: "de89 3704 0044 0532 0130 00" → "DE89370400440532013000"."""
    return "".join(character for character in text.upper() if character.isalnum())


def alias_folded(kind: str, value: str) -> str:
    """How an alias is compared: numbers without leading zeros, names folded."""
    if kind == "number":
        stripped = value.strip()
        return stripped.lstrip("0") if stripped.isascii() and stripped.isdigit() else stripped.casefold()
    return fold_name(value)


def usable_email(text: str) -> bool:
    """Whether mail could go there; also keeps line breaks out of mail heads."""
    return re.fullmatch(r"[^\s@<>,;\"]+@[^\s@<>,;\"]+\.[^\s@<>,;\".]+", text) is not None and len(text) <= 254
