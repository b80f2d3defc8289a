"""Payments that name nothing and come from nobody known, and money that closes no item."""

from __future__ import annotations

from duecourse.cash.rules.book import Book
from duecourse.cash.rules.candidates import EVIDENCE, Candidate, payer_reasons
from duecourse.cash.rules.cited import Cited, Payer, number_of
from duecourse.cash.rules.fits import Fit, Line, Terms, sharp_fit
from duecourse.cash.rules.shapes import Id, Payment
from duecourse.core.reasons import Reason

# Scores beside those of candidates.EVIDENCE.
_ON_ACCOUNT = 0.2
_ON_ACCOUNT_SAID = 0.8
_NOTHING = 0.6
_NOT_CUSTOMER_SAID = 0.9


def by_amount(payment: Payment, book: Book, terms: Terms) -> list[Candidate]:
    """The one open item of the whole company with exactly this amount; only ever a suggestion."""
    currency = payment.amount.currency
    places = book.of_amount(currency, payment.amount.minor)
    if len(places) != 1 or payment.amount.minor <= 0:
        return []
    fit = sharp_fit(book, places, payment.amount.minor, terms)
    assert fit is not None
    why = (Reason("cash.payer-unknown"), Reason("cash.amount-unique-everywhere", {"currency": currency}))
    return [Candidate(fit, "amount-exact", EVIDENCE["amount"], book.items[places[0]].customer_id, why)]


def without_item(payment: Payment, named: Cited, payer: Payer, book: Book, terms: Terms, sum_found: bool) -> list[Candidate]:
    """Money that closes nothing: kept on account when the customer is known, else left to a person.

    `sum_found`: there is a set of items that adds up, so that this is less likely.
    """
    amount, words = payment.amount.minor, terms.words
    customer, why = _whose(payment, named, payer, book)
    made: list[Candidate] = []
    if customer is not None and amount > 0:
        said = words.advance or named.settled is not None or named.gone
        fit = Fit("on-account", (Line(None, 0, "on_account", amount),))
        score = _ON_ACCOUNT_SAID if said else _ON_ACCOUNT * (0.3 if sum_found else 1.0)
        made.append(Candidate(fit, "on-account-said" if said else "on-account", score, customer, why))
    score, reason = _NOTHING * (0.6 if sum_found else 1.0), Reason("cash.nothing-identified")
    if amount <= 0:
        score, reason = _NOT_CUSTOMER_SAID, Reason("cash.paid-out")
    elif words.not_customer:
        score, reason = _NOT_CUSTOMER_SAID, Reason("cash.not-from-customer", {"word": words.not_customer})
    elif customer is not None:
        return made
    fit = Fit("none", (Line(None, 0, "not_receivable", amount),))
    if customer is not None or named.hits:
        score *= 0.3
    return [*made, Candidate(fit, "none", score, None, (reason,), "none")]


def _whose(payment: Payment, named: Cited, payer: Payer, book: Book) -> tuple[Id | None, tuple[Reason, ...]]:
    """The customer the money is from although no item fits, and why."""
    about = named.gone or named.other_currency or named.numbers or named.orders
    customer = payer.customer
    if customer is None and named.settled is not None:
        customer = named.settled
    if customer is None and about and named.unique:
        customer = book.items[about[0]].customer_id
    why = list(payer_reasons(payment, payer, None, customer))
    if named.settled is not None and not named.gone:
        hit = next(hit for hit in named.hits if hit.kind == "settled")
        why.append(Reason("cash.paid-already", {"numbers": payment.remittance[hit.start : hit.end]}))
    if named.gone:
        why.append(Reason("cash.paid-already", {"numbers": number_of(book, named.gone)}))
    if named.other_currency:
        item = book.items[named.other_currency[0]]
        params = {
            "numbers": number_of(book, named.other_currency),
            "currency": item.open.currency,
            "paid": payment.amount.currency,
        }
        why.append(Reason("cash.currency-differs", params))
    why.append(Reason("cash.on-account"))
    return customer, tuple(why)
