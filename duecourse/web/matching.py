"""Matching: what each payment pays, why we think so, and the button that posts it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from duecourse.bank import queries as bank_facts
from duecourse.cash import actions as cash
from duecourse.cash import queries as cash_facts
from duecourse.cash.queries import PaymentRow, PaymentView
from duecourse.core import ids
from duecourse.core.call import Call, require
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.customers import queries as customer_facts
from duecourse.tailoring import queries as tailoring
from duecourse.web import custom_fields, export, links, listing, matching_draft, undoing
from duecourse.web.door import done, page, screen
from duecourse.web.language import in_words
from duecourse.web.matching_case import BADGES, OPEN_STATES, case, case_url, kept, preview
from duecourse.web.matching_draft import Draft
from duecourse.web.templatetags import show

TABS = {
    "todo": gettext_lazy("To do"),
    "confirm": gettext_lazy("Confirm"),
    "work": gettext_lazy("Work"),
    "later": gettext_lazy("Later"),
    "done": gettext_lazy("Done"),
}


# -- the workbench


@screen("cash.read")
def index(request: HttpRequest, call: Call) -> HttpResponse:
    """The list with its first payment beside it; `?format=csv` the list as a file."""
    return _bench(request, call, None)


@screen("cash.read")
def record(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """One payment beside the list; a POST does with it what its button says."""
    payment = cash_facts.payment_for_caller(call, ref)
    if request.method == "POST":
        return _act(request, call, payment)
    return _bench(request, call, payment)


def _bench(
    request: HttpRequest,
    call: Call,
    chosen: PaymentView | None,
    draft: Draft | None = None,
    errors: Sequence[str] = (),
    status: int = 200,
) -> HttpResponse:
    at = kept(request)
    tab = at.get("tab", "todo")
    if tab not in TABS:
        tab = "todo"
    file = bank_facts.file_for_caller(call, at["file"]) if at.get("file") else None
    text = at.get("q", "")[:80]
    number = int(at["page"]) if at.get("page", "").isascii() and at.get("page", "").isdigit() and len(at["page"]) < 7 else 1

    def fetch(number: int, size: int = 50) -> Any:
        return cash_facts.rows(call, tab, text, page=number, size=size, file_id=file.id if file else None)

    if export.asked(request):
        return _as_csv(call, fetch)
    found = fetch(number)
    first = chosen is None and bool(found.rows)
    if chosen is None and found.rows:
        chosen = found.rows[0].payment
    shown = case(request, call, chosen, at, draft, found.rows) if chosen else {}
    counts = cash_facts.counts(call)
    context = {
        "tabs": _tabs(at, tab, counts),
        "counts": counts,
        "rows": [_row(row, at, chosen) for row in found.rows],
        "certain": sum(row.decision == "post" and row.payment.state in OPEN_STATES for row in found.rows),
        "page": listing.Shown(found),
        "tab": tab,
        "text": text,
        "file": file,
        "without_file": reverse("matching") + links.query({**at, "file": ""}),
        "without_text": reverse("matching") + links.query({**at, "q": ""}),
        "at": at,
        "first": first,
        "errors": errors,
        "keys": _keys(),
        "may_apply": call.by.may("cash.apply_payment"),
        "reason_codes": [("", _("in words")), *tailoring.choices(call, "payment-undo", custom_fields.language())],
        **shown,
    }
    return page(request, call, "matching/bench.html", context, status=status)


def _keys() -> list[tuple[tuple[str, ...], str]]:
    return [
        (("J", "K"), _("next, previous")),
        (("1", "–", "3"), _("proposal")),
        (("↑", "↓"), _("item")),
        (("Space",), _("tick")),
        (("D",), _("difference")),
        (("/",), _("search")),
    ]


def _tabs(at: Mapping[str, str], now: str, counts: Mapping[str, int]) -> list[dict[str, object]]:
    made = []
    for tab, label in TABS.items():
        query = {**at, "tab": tab if tab != "todo" else "", "page": ""}
        count = None if tab == "done" or at.get("file") or at.get("q") else counts[tab]
        made.append(
            {
                "label": label,
                "url": reverse("matching") + (links.query(query) or listing.STANDARD),
                "count": count,
                "active": tab == now,
            }
        )
    return made


def _row(row: PaymentRow, at: Mapping[str, str], chosen: PaymentView | None) -> dict[str, Any]:
    return {
        "row": row,
        "url": case_url(row.payment.outer_id, at),
        "who": row.payment.payer_name or row.payment.customer_name or _("Unknown payer"),
        "badge": BADGES.get(row.payment.state, row.payment.state),
        "current": chosen is not None and chosen.id == row.payment.id,
        "certain": row.decision == "post" and row.payment.state in OPEN_STATES,
    }


def _as_csv(call: Call, fetch: Any) -> HttpResponse:
    head = [
        _("Number"),
        _("Value date"),
        _("Amount"),
        _("Currency"),
        _("Payer"),
        _("Account"),
        _("State"),
        _("Customer"),
        _("Pays"),
        _("Sure"),
    ]
    return export.answer(
        call,
        "payments",
        head,
        lambda: (
            (
                row.payment.number, row.payment.value_date, row.payment.money, row.payment.money.currency, row.payment.payer_name,
                row.payment.payer_account, row.payment.state, row.payment.customer_number or row.proposed_number, ", ".join(row.documents),
                row.confidence,
            )
            for row in export.every(lambda number: fetch(number, export.SIZE))
        ),
    )  # fmt: skip


# -- what one does


def _act(request: HttpRequest, call: Call, payment: PaymentView) -> HttpResponse:
    wanted = request.POST.get("do", "")
    work = _ACTS.get(wanted)
    if work is None:
        raise Refused("web.unknown-button", _("This button is not known here. Load the page again; nothing was posted."))
    try:
        return work(request, call, payment)
    except Refused as refused:
        if refused.code in ("not-found", "access.not-permitted"):
            raise
        draft = _draft(request, call, payment)
        fresh = cash_facts.view(call, payment.id)
        return _bench(
            request, call, fresh, draft if draft.rest == (fresh.rest or fresh.money) else None, [in_words(refused)], 422
        )


def _draft(request: HttpRequest, call: Call, payment: PaymentView) -> Draft:
    form = request.POST
    account = ids.inner("acc", form["account"]) if form.get("account") else None
    work = cash_facts.workbench(call, payment.id, account)
    proposal = next((one for one in work.proposals if str(one.rank) == form.get("way")), None)
    return matching_draft.of_form(work, payment.rest or payment.money, form.dict(), form.getlist("item"), proposal)


def _look(request: HttpRequest, call: Call, payment: PaymentView) -> HttpResponse:
    """The page again with what was typed, reckoned here: what script does while one types."""
    draft = _draft(request, call, payment)
    if request.headers.get("HX-Request"):
        postings, obstacle = preview(call, payment, draft)
        context = {"postings": postings, "obstacle": obstacle, "company": call.company.currency, "draft": draft}
        return render(request, "matching/will_post.html", context)
    return _bench(request, call, payment, draft, draft.errors, 422 if draft.errors else 200)


def _post(request: HttpRequest, call: Call, payment: PaymentView) -> HttpResponse:
    require(call, "cash.apply_payment")
    draft = _draft(request, call, payment)
    if draft.errors:
        return _bench(request, call, payment, draft, draft.errors, 422)
    if draft.account is None:
        raise Refused("web.no-customer", _("No customer is chosen. Search the customer whose items it pays; nothing was posted."))
    if not draft.is_explained:
        left = {"left": show.money_code(draft.left)}
        raise Refused(
            "web.left-over",
            _("%(left)s of the payment is not explained. Tick what it pays, or let the rest stay on account; nothing was posted.")
            % left
            if draft.ticked
            else _("No item is ticked; nothing was posted."),
        )
    lines = draft.lines()
    proposal = next((one for one in cash_facts.workbench(call, payment.id).proposals if one.rank == draft.rank), None)
    same = proposal is not None and proposal.account is not None and proposal.account.id == draft.account.id
    evident = proposal if proposal and same and matching_draft.is_same(lines, proposal) else None
    cash.apply_payment(
        call,
        payment.id,
        draft.account.id,
        lines,
        tier=evident.tier if evident else "hand",
        reasons=evident.reasons if evident else (),
        accept_late_discount=draft.accept_late,
        rest=_seen(request, payment),
    )
    said = {"amount": show.money_code(draft.paid), "who": draft.account.name}
    return _on(request, _("Posted %(amount)s for %(who)s.") % said, payment, "payment-undo")


def _seen(request: HttpRequest, payment: PaymentView) -> Money:
    """What the person saw unapplied of it; when that has changed meanwhile, the action refuses."""
    return Money.parse(request.POST.get("rest", ""), payment.money.currency)


def _put_on_account(request: HttpRequest, call: Call, payment: PaymentView) -> HttpResponse:
    require(call, "cash.put_on_account")
    if not request.POST.get("account"):
        raise Refused(
            "web.no-customer", _("No customer is chosen. Search the customer whose account it goes to; nothing was posted.")
        )
    account = customer_facts.account_for_caller(call, request.POST["account"])
    cash.put_on_account(call, payment.id, account.id)
    said = {"amount": show.money_code(payment.money), "who": account.name}
    return _on(request, _("%(amount)s is on the account of %(who)s.") % said, payment, "payment-undo")


def _set_later(request: HttpRequest, call: Call, payment: PaymentView) -> HttpResponse:
    require(call, "cash.set_later")
    cash.set_later(call, payment.id)
    return _on(request, _("%(number)s is kept for later.") % {"number": payment.number}, payment, "payment-again")


def _set_not_receivable(request: HttpRequest, call: Call, payment: PaymentView) -> HttpResponse:
    require(call, "cash.set_not_receivable")
    cash.set_not_receivable(call, payment.id, request.POST.get("note", "").strip()[:300])
    said = {"number": payment.number, "amount": show.money_code(payment.money)}
    return _on(request, _("%(number)s, %(amount)s, is no customer’s payment.") % said, payment, "payment-undo")


def _on(request: HttpRequest, text: str, payment: PaymentView, undo: str) -> HttpResponse:
    """Say it, with Undo, and go to the next payment of the list."""
    done(request, text, reverse(undo, args=[payment.outer_id]))
    following, at = request.POST.get("next_ref", ""), kept(request)
    is_ref = following.isascii() and following.replace("_", "").isalnum()
    return HttpResponseRedirect(case_url(following, at) if is_ref else reverse("matching") + links.query(at))


_ACTS = {
    "post": _post,
    "look": _look,
    "on-account": _put_on_account,
    "later": _set_later,
    "not-receivable": _set_not_receivable,
}


@screen("cash.unapply")
def undo(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """Take back what was done with a payment: from the line that says so at once, or later with a reason."""
    payment = cash_facts.payment_for_caller(call, ref)
    if request.method == "POST":
        reason, code = request.POST.get("reason"), request.POST.get("reason_code", "")[:30]
        keep = "keep_on_account" in request.POST
        cash.unapply(call, payment.id, "" if reason is None else reason[:300], keep, "at-once" if reason is None else code)
        messages.success(request, _("%(number)s is undone; it can be applied anew.") % {"number": payment.number})
    return HttpResponseRedirect(reverse("payment", args=[ref]))


@screen("cash.propose_payments")
def again(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """Look at a payment anew: the facts may have moved, or it was put aside."""
    payment = cash_facts.payment_for_caller(call, ref)
    if request.method == "POST":
        cash.propose_payments(call, [payment.id])
        messages.success(request, _("%(number)s was looked at anew.") % {"number": payment.number})
    return HttpResponseRedirect(reverse("payment", args=[ref]))


@screen("cash.apply_payments")
def post_ticked(request: HttpRequest, call: Call) -> HttpResponse:
    """Post the ticked payments by their best proposals, those that are certain: all of them or none."""
    at = kept(request)
    if request.method == "POST":
        keys = [ids.inner("pay", text) for text in dict.fromkeys(request.POST.getlist("tick"))]
        if not keys:
            raise Refused("web.nothing-ticked", _("No payment is ticked; nothing was posted."))
        requests = cash_facts.best_proposals(call, keys, ("post",))
        if missing := len(keys) - len(requests):
            raise Refused(
                "web.no-longer-certain",
                ngettext(
                    "One of the ticked payments has no certain proposal any more. Look at it; nothing was posted.",
                    "%(many)s of the ticked payments have no certain proposal any more. Look at them; nothing was posted.",
                    missing,
                ) % {"many": missing},
            )  # fmt: skip
        results = cash.apply_payments(call, list(requests.values()))
        text = ngettext("Posted one payment.", "Posted %(many)s payments.", len(results)) % {"many": len(results)}
        may_undo = call.by.may("cash.unapply_payments")
        done(request, text, undoing.address(call, "matching-undo-ticked", sorted(keys)) if may_undo else "")
    return HttpResponseRedirect(reverse("matching") + links.query(at))


@screen("cash.unapply_payments")
def undo_ticked(request: HttpRequest, call: Call) -> HttpResponse:
    """POST to the address of the undo: what was posted together is open again, all or none."""
    if request.method == "POST":
        cash.unapply_payments(call, undoing.before(request, call, "matching-undo-ticked"), _("Undone at once"))
        done(request, _("Undone: the payments are to be matched again."))
    return HttpResponseRedirect(reverse("matching"))


urlpatterns = [
    path("matching/", index, name="matching"),
    path("matching/post-ticked/", post_ticked, name="matching-post-ticked"),
    path("matching/undo-ticked/", undo_ticked, name="matching-undo-ticked"),
    path("matching/<str:ref>/", record, name="payment"),
    path("matching/<str:ref>/undo/", undo, name="payment-undo"),
    path("matching/<str:ref>/again/", again, name="payment-again"),
]
