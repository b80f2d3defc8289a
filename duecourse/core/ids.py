"""Prefixed ids: what the outside sees instead of our bigint keys. They say what they name and tell nothing of our volume."""

from __future__ import annotations

from duecourse.core.errors import Refused

_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no i, l, o, u
_WIDTH = 12
_SPACE = 1 << 60  # 12 digits of 5 bits
_FACTOR = 0x9E3779B97F4A7C5  # odd, so that multiplying modulo 2^60 can be undone
_INVERSE = pow(_FACTOR, -1, _SPACE)
_SHIFT = 0x5DEECE66D1B54A

PREFIXES: dict[str, str] = {
    "cmp": "company",
    "usr": "user",
    "key": "API key",
    "inv": "invoice",
    "ord": "order",
    "dlv": "delivery",
    "cus": "customer",
    "acc": "customer account",
    "cra": "credit account",
    "hld": "credit hold",
    "chk": "credit check",
    "itm": "open item",
    "alc": "allocation",
    "clr": "clearing",
    "mrk": "mark",
    "jrn": "journal entry",
    "prd": "period",
    "bnk": "bank account",
    "fil": "bank file",
    "stm": "bank statement",
    "lin": "bank line",
    "pay": "payment",
    "prp": "proposal",
    "doc": "document",
    "dsp": "dispatch",
    "prc": "product",
    "inn": "invitation",
    "evt": "event",
    "job": "job",
    "lim": "credit limit",
    "con": "contact",
    "trm": "terms",
    "tko": "take-over",
    "man": "manual journal",
    "exp": "journal export",
    "whk": "webhook",
    "viw": "saved view",
    "msg": "webhook message",
    "tsk": "task",
    "ntc": "notice",
    "cte": "contact entry",
}


def outer(prefix: str, key: int) -> str:
    """The prefixed id of a row: outer('inv', 42) → 'inv_…' with 12 characters."""
    if prefix not in PREFIXES or not 0 < key < _SPACE:
        raise ValueError(f"no id {prefix} {key}")
    mixed = (key * _FACTOR + _SHIFT) % _SPACE
    return prefix + "_" + "".join(_ALPHABET[mixed >> shift & 31] for shift in range(5 * (_WIDTH - 1), -1, -5))


def inner(prefix: str, text: str) -> int:
    """The bigint behind a prefixed id. Errors: Refused('not-found') for any other text, as for an id that is not there."""
    kind, _, digits = text.partition("_")
    if kind == prefix and len(digits) == _WIDTH and all(digit in _ALPHABET for digit in digits):
        mixed = 0
        for digit in digits:
            mixed = mixed << 5 | _ALPHABET.index(digit)
        key = (mixed - _SHIFT) * _INVERSE % _SPACE
        if 0 < key < 1 << 59:
            return key
    raise not_found(prefix)


def not_found(prefix: str) -> Refused:
    """The one answer for an id that is not there and for one that is not yours."""
    return Refused("not-found", f"There is no such {PREFIXES.get(prefix, 'thing')}.")
