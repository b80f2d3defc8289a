"""Manual journals: the list by state, the form, the page where another person approves, rejects or sends back."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duecourse.core import events, ids
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.documents import queries as document_facts
from duecourse.ledger import actions, queries, rules
from duecourse.ledger.queries import JournalView
from duecourse.web import entered, export, listing, stories, typed
from duecourse.web.door import done, page, refusal, screen
from duecourse.web.language import in_words

ROWS, ROWS_MORE, ROWS_MAX = 4, 4, 200
STATES = ("waiting", "draft", "rejected", "posted", "dropped")
FIELDS = ("text", "posted", "documented", "currency", "rate")


@dataclass
class Form:
    """A journal as typed: fields by name, and rows of account, debit, credit and tax."""

    values: dict[str, str] = field(default_factory=dict)
    rows: list[dict[str, str]] = field(default_factory=list)
    reverses: bool = False
    errors: list[str] = field(default_factory=list)


def _state_words() -> dict[str, str]:
    return {
        "waiting": _("Waiting"), "draft": _("Drafts"), "rejected": _("Rejected"), "posted": _("Posted"), "dropped": _("Dropped"),
    }  # fmt: skip


@screen("ledger.read")
def index(request: HttpRequest, call: Call) -> HttpResponseBase:
    """The list by state; POST `do` is submit or approve with ticked `id`s."""
    if request.method == "POST":
        return _together(request, call)
    counts = queries.journal_counts(call)
    state = request.GET.get("state", "")
    state = state if state in STATES else ""
    if export.asked(request):
        head = [
            _("Text"),
            _("Posting date"),
            _("Document date"),
            _("State"),
            _("Amount"),
            _("Currency"),
            _("Prepared by"),
            _("Decided by"),
            _("Reason"),
        ]
        return export.answer(
            call, "manual-journals", head,
            lambda: (
                (
                    one.draft.text, one.draft.posting_date, one.draft.document_date, one.state, one.total, one.draft.currency,
                    one.prepared_by_name, one.decided_by_name, one.decision_reason,
                )
                for one in export.every(lambda number: queries.journal_rows(call, state, number, export.SIZE))
            ),
        )  # fmt: skip
    found = queries.journal_rows(call, state, listing.number(request))
    words = _state_words()
    tabs: list[tuple[str, str, object]] = [("", _("All"), sum(counts.values()))]
    tabs += [(one, words[one], counts[one]) for one in STATES if counts.get(one) or one == state]
    context = {
        "rows": [(one, reverse("manual-journal", args=[one.outer_id]), one.prepared_by_id == call.by.id) for one in found.rows],
        "shown": listing.Shown(found),
        "tabs": listing.tabs(request, "state", tabs, state),
        "chips": [],
        "may_prepare": call.by.may("ledger.prepare_journals"),
        "may_submit": call.by.may("ledger.submit_journals") and state == "draft",
        "may_approve": call.by.may("ledger.approve_journals") and state == "waiting",
        "keys": [(("J", "K"), _("next, previous")), (("Enter",), _("open"))],
    }
    return page(request, call, "books/journals.html", context)


def _together(request: HttpRequest, call: Call) -> HttpResponse:
    """Submit or approve what is ticked, all or none."""
    refs = request.POST.getlist("id")[:200]
    try:
        if request.POST.get("do") == "submit":
            actions.submit_journals(call, refs)
            done(
                request,
                ngettext("%(n)s journal waits for approval.", "%(n)s journals wait for approval.", len(refs)) % {"n": len(refs)},
            )
        elif request.POST.get("do") == "approve":
            posted = actions.approve_journals(call, refs)
            done(request, ngettext("%(n)s journal was posted.", "%(n)s journals were posted.", len(posted)) % {"n": len(posted)})
        else:
            raise Refused("web.unknown-step", _("This cannot be done here."))
    except Refused as refused:
        return refusal(request, refused)
    return HttpResponseRedirect(reverse("manual-journals"))


@screen("ledger.prepare_journals")
def new(request: HttpRequest, call: Call) -> HttpResponseBase:
    """An empty form; POST keeps a draft, and submits it when asked."""
    if request.method != "POST":
        day = call.today.isoformat()
        values = {"posted": day, "documented": day, "currency": call.company.currency, "text": "", "rate": ""}
        return _form(request, call, Form(values, [{} for _row in range(ROWS)]), _("New manual journal"), "")
    return _save(request, call, "")


@screen("ledger.change_journal")
def change(request: HttpRequest, call: Call, ref: str) -> HttpResponseBase:
    """The form of a journal that is not posted; saving makes it a draft again."""
    view = queries.journal_for_caller(call, ref)
    if view.state not in ("draft", "waiting", "rejected"):
        return HttpResponseRedirect(reverse("manual-journal", args=[ref]))
    if request.method == "POST":
        return _save(request, call, ref)
    return _form(request, call, _as_typed(view), _("Change the journal"), ref)


def _as_typed(view: JournalView) -> Form:
    draft = view.draft
    values = {
        "text": draft.text, "posted": draft.posting_date.isoformat(), "documented": draft.document_date.isoformat(),
        "currency": draft.currency, "rate": typed.plain(draft.rate) if draft.rate else "",
    }  # fmt: skip
    rows = [
        {
            "account": line.account, "debit": typed.plain(line.amount) if line.amount > 0 else "",
            "credit": typed.plain(-line.amount) if line.amount < 0 else "", "tax": _tax_value(line),
        }
        for line in draft.lines
    ]  # fmt: skip
    return Form(values, [*rows, {}], draft.reverses)


def _tax_value(line: rules.DraftLine) -> str:
    return (
        f"{line.tax_category} {line.tax_percent.normalize():f}"
        if line.tax_category and line.tax_percent is not None
        else line.tax_category
    )


def _typed(request: HttpRequest) -> Form:
    post = request.POST
    columns = [post.getlist(name)[:ROWS_MAX] for name in ("account", "debit", "credit", "tax")]
    rows = [
        dict(zip(("account", "debit", "credit", "tax"), (one.strip() for one in row), strict=True))
        for row in zip(*columns, strict=False)
    ]
    return Form({name: post.get(name, "").strip() for name in FIELDS}, rows, bool(post.get("reverses")))


def _draft(form: Form, call: Call) -> rules.Draft:
    """What was typed as a draft. Errors: Refused naming the line."""
    lines = []
    currency = form.values["currency"].upper()
    for number, row in enumerate(form.rows, 1):
        if not any(row.get(name) for name in ("account", "debit", "credit")):
            continue
        try:
            debit = entered.amount(row["debit"], currency).amount if row.get("debit") else Decimal(0)
            credit = entered.amount(row["credit"], currency).amount if row.get("credit") else Decimal(0)
        except Refused as refused:
            raise Refused(refused.code, _("Line %(n)s: %(why)s") % {"n": number, "why": in_words(refused)}) from None
        if (debit and credit) or debit < 0 or credit < 0:
            raise Refused("web.journal-line", _("Line %(n)s: write a debit or a credit, above zero.") % {"n": number})
        category, _space, percent = row.get("tax", "").partition(" ")
        lines.append(
            rules.DraftLine(row["account"].split(" ")[0], debit - credit, category[:2], Decimal(percent) if percent else None)
        )
    rate = entered.decimal(form.values["rate"]) if form.values["rate"] else None
    if rate is not None and not Decimal("0.0000000001") <= rate < Decimal(10) ** 9:
        raise Refused("web.not-a-rate", _("An exchange rate is a number above zero and below a thousand million."))
    return rules.Draft(
        form.values["text"], entered.day(form.values["posted"], call.today), entered.day(form.values["documented"], call.today), currency,
        tuple(lines), rate, form.reverses,
    )  # fmt: skip


def _save(request: HttpRequest, call: Call, ref: str) -> HttpResponseBase:
    form = _typed(request)
    title = _("Change the journal") if ref else _("New manual journal")
    if request.POST.get("more"):
        form.rows += [{} for _row in range(ROWS_MORE)]
        return _form(request, call, form, title, ref)
    taxes = {value for value, _label in _taxes(call)}
    try:
        if any(row.get("tax", "") not in taxes for row in form.rows):
            raise Refused("web.unknown-step", _("Choose the tax from the list."))
        draft = _draft(form, call)
        if ref:
            actions.change_journal(call, ref, draft)
        else:
            ref = ids.outer("man", actions.prepare_journals(call, [draft])[0])
        if request.POST.get("submit"):
            actions.submit_journals(call, [ref])
    except Refused as refused:
        form.errors.append(in_words(refused))
        return _form(request, call, form, title, ref, 422)
    done(request, _("It waits for another person’s approval.") if request.POST.get("submit") else _("The draft was kept."))
    return HttpResponseRedirect(reverse("manual-journal", args=[ref]))


def _taxes(call: Call) -> list[tuple[str, str]]:
    return [
        ("", "–"),
        *(
            (f"{category} {percent.normalize():f}", f"{category} {percent.normalize():f} %")
            for category, percent in queries.tax_choices(call)
        ),
    ]


def _form(request: HttpRequest, call: Call, form: Form, title: str, ref: str, status: int = 200) -> HttpResponseBase:
    for row in form.rows:
        for name in ("account", "debit", "credit", "tax"):
            row.setdefault(name, "")
    accounts = [one for one in queries.book_accounts(call).values() if one.purpose not in rules.CONTROLLED]
    context = {"form": form, "title": title, "ref": ref, "accounts": accounts, "taxes": _taxes(call)}
    return page(request, call, "books/journal_form.html", context, status=status)


@screen("ledger.read")
def record(request: HttpRequest, call: Call, ref: str) -> HttpResponseBase:
    """One journal; POST `do` is submit, approve, late, reject, drop or attach."""
    if request.method == "POST":
        try:
            said = _do(request, call, ref, request.POST.get("do", ""), request.POST.get("reason", ""))
        except Refused as refused:
            return refusal(request, refused)
        done(request, said)
        return HttpResponseRedirect(reverse("manual-journal", args=[ref]))
    view = queries.journal_for_caller(call, ref)
    names = {one.code: one.name for one in queries.book_accounts(call).values()}
    moneys = queries.journal_company_moneys(call, [view.id]).get(view.id, [])
    own = view.prepared_by_id == call.by.id
    period = next((one for one in queries.periods(call) if one.start_date <= view.draft.posting_date < one.end_date), None)
    soft, decides = period is not None and period.state == "soft", view.state == "waiting" and not own
    context = {
        "view": view,
        "lines": [
            {
                "line": line, "name": names.get(line.account, ""), "money": Money(abs(line.amount), view.draft.currency),
                "company": company, "debit": line.amount > 0,
            }
            for line, company in zip(view.draft.lines, moneys, strict=True)
        ],
        "foreign": view.draft.currency != call.company.currency,
        "entry": ids.outer("jrn", view.entry_id) if view.entry_id else "",
        "own": own,
        "soft": soft,
        "closed": period is None or period.state == "hard",
        "may_change": view.state in ("draft", "waiting", "rejected") and call.by.may("ledger.change_journal"),
        "may_submit": view.state == "draft" and call.by.may("ledger.submit_journals"),
        "may_approve": decides and not soft and call.by.may("ledger.approve_journals"),
        "may_late": decides and soft and call.by.may("ledger.approve_late"),
        "may_reject": view.state == "waiting" and call.by.may("ledger.reject_journal"),
        "vouchers": [(one, reverse("journal-voucher", args=[ref, ids.outer("doc", one.id)])) for one in document_facts.documents_about(call, [ref])],
        "story": stories.moments(events.about(call, [ref])),
        "ref": ref,
    }  # fmt: skip
    return page(request, call, "books/journal.html", context)


def _do(request: HttpRequest, call: Call, ref: str, do: str, reason: str) -> str:
    if do == "submit":
        actions.submit_journals(call, [ref])
        return _("It waits for another person’s approval.")
    if do == "approve":
        return _("Posted as %(number)s.") % {"number": actions.approve_journals(call, [ref])[0].number}
    if do == "late":
        return _("Posted as %(number)s, with its reason.") % {"number": actions.approve_late(call, ref, reason).number}
    if do == "reject":
        actions.reject_journal(call, ref, reason)
        return _("Sent back with your reason.")
    if do == "drop":
        actions.drop_journal(call, ref)
        return _("Put aside.")
    file = request.FILES.get("file")
    if do == "attach" and file is not None and (file.size or 0) <= 20_000_000:
        actions.attach_file(call, ref, str(file.name), file.read())
        return _("%(name)s was kept.") % {"name": file.name}
    raise Refused("web.unknown-step", _("This cannot be done here. A voucher is one file, up to 20 MB."))


@screen("ledger.read")
def voucher(request: HttpRequest, call: Call, ref: str, document: str) -> HttpResponseBase:
    """A voucher as a download."""
    view = queries.journal_for_caller(call, ref)
    for one in document_facts.documents_about(call, [view.outer_id]):
        if ids.outer("doc", one.id) == document:
            response = HttpResponse(document_facts.read_bytes(one.digest), content_type="application/octet-stream")
            response["Content-Disposition"] = f'attachment; filename="{one.name}"'
            return response
    raise ids.not_found("doc")


urlpatterns = [
    path("books/journals/", index, name="manual-journals"),
    path("books/journals/new/", new, name="manual-journal-new"),
    path("books/journals/<str:ref>/", record, name="manual-journal"),
    path("books/journals/<str:ref>/change/", change, name="manual-journal-change"),
    path("books/journals/<str:ref>/vouchers/<str:document>/", voucher, name="journal-voucher"),
]
