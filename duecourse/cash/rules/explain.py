"""Why an amount fits, in reasons: which discount, what is missing, what is too much."""

from __future__ import annotations

import datetime as dt

from duecourse.cash.rules.book import Book
from duecourse.cash.rules.fits import PART, Fit, Line
from duecourse.cash.rules.shapes import Payment
from duecourse.core.money import Money
from duecourse.core.reasons import Reason


def amount_reasons(fit: Fit, payment: Payment, book: Book) -> list[Reason]:
    """The reasons of a fit, one for each kind of residual it has."""
    currency = payment.amount.currency
    applied = Money.of_minor(sum(line.applied for line in fit.lines), currency)
    if fit.kind == "exact":
        return [Reason("cash.amount-exact", {"amount": payment.amount})]
    if fit.kind in PART:
        whole = Money.of_minor(
            sum(abs(book.items[line.place].open.minor) for line in fit.lines[-1:] if line.place is not None), currency
        )
        last = Money.of_minor(abs(fit.lines[-1].applied), currency)
        return [Reason("cash.paid-in-part", {"paid": last, "amount": whole, "left": whole - last})]
    reasons: list[Reason] = []
    for kind in ("discount", "unearned_discount"):
        lines = [line for line in fit.lines if line.residual_kind == kind]
        if lines:
            reasons.append(_discount(kind, lines, payment, book))
    for line in fit.lines:
        reasons += _difference(line, fit.word, currency)
    if applied and not reasons:
        reasons.append(Reason("cash.amount-exact", {"amount": payment.amount}))
    return reasons


def _discount(kind: str, lines: list[Line], payment: Payment, book: Book) -> Reason:
    currency = payment.amount.currency
    code = "cash.discount-in-time" if kind == "discount" else "cash.discount-too-late"
    untils = [until for line in lines if line.place is not None for until in _untils(book, line.place)]
    timely = [until for until in untils if until >= payment.value_date]
    until = min(timely) if kind == "discount" and timely else max(untils)
    amount = Money.of_minor(-sum(line.residual for line in lines), currency)
    return Reason(code, {"discount": amount, "paid": payment.value_date, "until": until})


def _untils(book: Book, place: int) -> list[dt.date]:
    item = book.items[place]
    return [until for until in (item.discount_until, item.discount2_until) if until is not None]


def _difference(line: Line, word: str, currency: str) -> list[Reason]:
    difference = Money.of_minor(abs(line.residual), currency)
    if line.residual_kind == "rounding":
        return [Reason("cash.rounding", {"difference": difference})]
    if line.residual_kind == "overpayment":
        return [Reason("cash.overpaid", {"difference": difference})]
    code = {"bank_charge": "cash.bank-charge", "short_payment": "cash.deducted"}.get(line.residual_kind)
    if code is None:
        return []
    if word:
        return [Reason(f"{code}-in-text", {"difference": difference, "word": word})]
    return [Reason(code, {"difference": difference})]
