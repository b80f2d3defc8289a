"""One payment on the workbench: what the bank sent, how we read it, what it may pay, what would be posted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from duecourse.bank import queries as bank_facts
from duecourse.cash import queries as cash_facts
from duecourse.cash.queries import PaymentRow, PaymentView, PostingView, ProposalView, Workbench
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.core.money import Money, minor_units
from duecourse.core.reasons import Reason
from duecourse.customers import queries as customer_facts
from duecourse.web import evidence, links, matching_draft
from duecourse.web.language import in_words
from duecourse.web.matching_draft import Draft

BADGES = {"new": "work", "applied": "posted"}
KEPT = ("tab", "q", "file", "page")  # what a list keeps in the address while one goes from payment to payment
OPEN_STATES = ("new", "confirm", "work", "later")


def kept(request: HttpRequest) -> dict[str, str]:
    """Which list one is in; forms carry it in hidden fields."""
    if request.method == "POST":
        found = {name: request.POST.get(f"list_{name}", "") for name in KEPT}
    else:
        found = {name: request.GET.get(name, "") for name in KEPT}
    return {name: value for name, value in found.items() if value}


def case_url(ref: str, values: Mapping[str, str]) -> str:
    """A payment beside the list one is in."""
    return reverse("payment", args=[ref]) + links.query(values)


def case(
    request: HttpRequest, call: Call, payment: PaymentView, at: Mapping[str, str], draft: Draft | None, rows: Sequence[PaymentRow]
) -> dict[str, Any]:
    """Everything that the page shows of a payment; `draft` is what was typed, else what its proposal suggests."""
    source = request.POST if request.method == "POST" else request.GET
    account = ids.inner("acc", source["acc"]) if source.get("acc") else None
    work = cash_facts.workbench(call, payment.id, account)
    is_open = payment.state in OPEN_STATES or (payment.state == "on-account" and bool(payment.rest))
    proposal = _chosen(work, source.get("way", ""), account)
    if draft is None:
        draft = matching_draft.of_proposal(work, payment.rest or payment.money, proposal)
    postings, obstacle = preview(call, payment, draft) if is_open else ((), "")
    here = [row.payment.id for row in rows]
    place = here.index(payment.id) if payment.id in here else -1
    following = rows[place + 1] if 0 <= place < len(rows) - 1 else rows[place - 1] if place > 0 else None
    shown = proposal or (work.proposals[0] if work.proposals and account is None else None)
    line = (
        bank_facts.lines(call, line_ids=[payment.bank_line_id])[0] if payment.bank_line_id and call.by.may("bank.read") else None
    )
    return {
        "payment": payment,
        "who": payment.payer_name or payment.customer_name or _("Unknown payer"),
        "badge": BADGES.get(payment.state, payment.state),
        "work": work,
        "is_open": is_open,
        "proposals": [_way(work, one, payment, at, draft) for one in work.proposals[:3]] if payment.state in OPEN_STATES else [],
        "margin": _margin(work),
        "points": _points(call, shown.reasons) if shown and payment.state in OPEN_STATES else [],
        "draft": draft,
        "kinds": list(matching_draft.KINDS.items()),
        "decimals": minor_units(payment.money.currency),
        "rest": (payment.rest or payment.money),
        "postings": postings,
        "obstacle": obstacle,
        "applications": [(one, _points(call, one.reasons)) for one in work.applications[:10]],
        "next_ref": following.payment.outer_id if following else "",
        "here": case_url(payment.outer_id, at),
        "acc": source.get("acc", ""),
        "account_ref": ids.outer("acc", draft.account.id) if draft.account else "",
        "account_url": links.customer(draft.account) if draft.account and call.by.may("customers.read") else "",
        "hits": _customers(call, source.get("find", ""), payment, at),
        "find": source.get("find", ""),
        "line": line,
        "line_statement": ids.outer("stm", line.statement_id) if line else "",
        "may_post": draft.is_explained and not obstacle,
        "company": call.company.currency,
    }


def _chosen(work: Workbench, way: str, account: int | None) -> ProposalView | None:
    """The proposal that is worked on: the one asked for, else the first; none for a customer of one's own choice."""
    wanted = [one for one in work.proposals if str(one.rank) == way]
    if wanted:
        return wanted[0]
    if way == "0" or account is not None or not work.proposals:
        return None
    return work.proposals[0]


def _way(work: Workbench, one: ProposalView, payment: PaymentView, at: Mapping[str, str], draft: Draft) -> dict[str, Any]:
    account = ids.outer("acc", one.account.id) if one.account and work.account and one.account.id != work.account.id else ""
    return {
        "proposal": one,
        "title": evidence.title(one),
        "chips": evidence.chips(one.reasons),
        "note": evidence.certainty(one.reasons),
        "url": case_url(payment.outer_id, {**at, "way": str(one.rank), "acc": account}),
        "current": one.rank == draft.rank,
    }


def _margin(work: Workbench) -> int | None:
    """By how many points the first proposal is surer than the second."""
    if len(work.proposals) < 2:
        return None
    return round((work.proposals[0].confidence - work.proposals[1].confidence) * 100)


def preview(call: Call, payment: PaymentView, draft: Draft) -> tuple[list[tuple[str, Money]], str]:
    """What posting would post, one sum for each account; or why it cannot be posted."""
    if draft.account is None or not draft.ticked or draft.errors:
        return [], ""
    try:
        return _sums(cash_facts.preview(call, payment.id, draft.account.id, draft.lines(), draft.accept_late)), ""
    except Refused as refused:
        return [], in_words(refused)


def _sums(postings: Sequence[PostingView]) -> list[tuple[str, Money]]:
    sums: dict[str, Money] = {}
    for one in postings:
        sums[one.account_name] = sums[one.account_name] + one.company_money if one.account_name in sums else one.company_money
    return [(name, money) for name, money in sums.items() if money]


def _points(call: Call, reasons: Sequence[Reason]) -> list[evidence.Said]:
    """How we read it, with customers by number and name; the matcher knows them by the keys of their accounts."""
    known = [
        (one, {name: str(one.params[name]).split(", ") for name in ("customer", "payer") if name in one.params})
        for one in reasons
    ]
    keys = {int(key) for _one, params in known for parts in params.values() for key in parts if key.isascii() and key.isdigit()}
    accounts = customer_facts.accounts_by_id(call, keys) if keys else {}
    words = {str(key): f"{account.number} {account.name}".rstrip(".") for key, account in accounts.items()}
    named = [
        Reason(
            one.code, {**one.params, **{name: ", ".join(words.get(key, key) for key in parts) for name, parts in params.items()}}
        )
        for one, params in known
    ]
    return evidence.points(named)


def _customers(call: Call, text: str, payment: PaymentView, at: Mapping[str, str]) -> list[dict[str, str]]:
    if not text.strip():
        return []
    return [
        {
            "name": row.name,
            "number": row.number,
            "url": case_url(payment.outer_id, {**at, "acc": ids.outer("acc", row.account_id), "way": "0"}),
        }
        for row in customer_facts.search(call, text, 8)
    ]
