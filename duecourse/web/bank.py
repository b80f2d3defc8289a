"""Bank files: upload them, see how far each is and what it brought; statements, lines, and payments entered by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from duecourse.bank import queries as bank_facts
from duecourse.bank.queries import FileView, LineView
from duecourse.cash import actions as cash
from duecourse.cash import queries as cash_facts
from duecourse.core import ids, progress, queue
from duecourse.core.call import Call, require
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.core.paging import Page
from duecourse.core.progress import TaskView
from duecourse.core.reasons import from_json
from duecourse.documents import actions as documents
from duecourse.ledger import queries as ledger_facts
from duecourse.web import export, links, listing, typed
from duecourse.web.door import done, page, screen
from duecourse.web.language import in_words
from duecourse.web.templatetags import show

KIND = "bank-file"
SIZE_MAX = 50_000_000  # bytes a file
FILES_MAX = 20  # in one upload
WAITS_SECONDS = 20  # a job that was not begun by then probably has no worker
STEPS = {
    "read": gettext_lazy("Read the file and check its balances"),
    "payments": gettext_lazy("Make payments of the money that came in"),
    "match": gettext_lazy("Find what they pay"),
}
STATES = {
    "confirm": gettext_lazy("to confirm"),
    "work": gettext_lazy("to work on"),
    "new": gettext_lazy("not looked at yet"),
    "later": gettext_lazy("for later"),
    "applied": gettext_lazy("applied"),
    "on-account": gettext_lazy("on account"),
    "not-receivable": gettext_lazy("no customer’s"),
}
TAB_OF_STATE = {"confirm": "confirm", "work": "work", "new": "work", "later": "later"}


# -- the list, the upload, and how far each is


@screen("bank.read")
def index(request: HttpRequest, call: Call) -> HttpResponse:
    """The files, newest first, with what each brought; above them the upload and what it does now."""
    found = bank_facts.files(call, listing.number(request))
    if export.asked(request):
        return _files_as_csv(call)
    states = cash_facts.states_of_files(call, [file.id for file in found.rows])
    rows = [{"file": file, "states": _states(file, states.get(file.id, {}))} for file in found.rows]
    context = {
        "tabs": _tabs("files"),
        "rows": rows,
        "page": listing.Shown(found),
        "may_take": call.by.may("cash.take_file"),
        "size_max": SIZE_MAX,
    }
    return page(request, call, "bank/index.html", {**context, **_imports(call)})


def _tabs(now: str) -> list[dict[str, object]]:
    both = (("files", _("Files"), "bank"), ("statements", _("Statements"), "bank-statements"))
    return [{"label": label, "url": reverse(name), "active": tab == now} for tab, label, name in both]


def _states(file: FileView, states: Mapping[str, int]) -> list[dict[str, object]]:
    """How many payments of a file stand where, in the order of what is to be done, each with its address."""
    return [
        {
            "words": words,
            "count": states[state],
            "url": reverse("matching") + links.query({"tab": TAB_OF_STATE.get(state, "done"), "file": file.outer_id}),
        }
        for state, words in STATES.items()
        if states.get(state)
    ]


def _files_as_csv(call: Call) -> HttpResponse:
    head = [_("File"), _("Format"), _("Bytes"), _("Lines read"), _("Lines new"), _("Taken at"), _("By")]
    return export.answer(
        call,
        "bank-files",
        head,
        lambda: (
            (file.name, file.format, file.size, file.lines_read, file.lines_new, file.at, file.by_name)
            for file in export.every(lambda number: bank_facts.files(call, number, export.SIZE))
        ),
    )


def _imports(call: Call) -> dict[str, Any]:
    """The caller's uploads that run, and those whose end they have not put away."""
    tasks = progress.unseen(call, KIND)
    running = [_running(call, task) for task in tasks if not task.has_ended]
    ended = [_ended(task) for task in tasks if task.has_ended]
    return {"running": running, "ended": ended}


def _running(call: Call, task: TaskView) -> dict[str, Any]:
    order = list(STEPS)
    here = order.index(task.step) if task.step in order else len(order) if task.step else -1
    said = {"done": _("done"), "busy": _("working"), "waits": _("waits")}
    steps = []
    for place, step in enumerate(order):
        state = "done" if place < here else "busy" if place == here else "waits"
        value = {"done": 100, "busy": 50, "waits": 0}[state]
        steps.append({"label": STEPS[step], "state": state, "value": value, "max": 100, "counts": said[state]})
    is_late = task.state == "queued" and (call.at - task.at).total_seconds() > WAITS_SECONDS
    return {"task": task, "steps": steps, "is_late": is_late}


def _ended(task: TaskView) -> dict[str, Any]:
    result: Mapping[str, Any] = task.result
    details: Any = task.error.get("details") or {}
    states = [
        {"words": words, "count": result["states"][state], "tab": TAB_OF_STATE.get(state, "done")}
        for state, words in STATES.items()
        if result.get("states", {}).get(state)
    ]
    warnings = [from_json(reason) for reason in result.get("warnings", ())]
    return {"task": task, "result": result, "states": states, "warnings": warnings, "details": details}


@screen("bank.read")
def imports(request: HttpRequest, call: Call) -> HttpResponse:
    """How far the uploads are, asked for every second; when the last one has ended the whole page is loaded again."""
    context = _imports(call)
    response = render(request, "bank/imports.html", {"call": call, "today": call.today, **context})
    if not context["running"] and request.headers.get("HX-Request"):
        response["HX-Refresh"] = "true"
    return response


@screen("cash.take_file")
def upload(request: HttpRequest, call: Call) -> HttpResponse:
    """Keep each file's bytes and put its import into the queue; one that cannot be taken is named, the others go on."""
    if request.method != "POST":
        return HttpResponseRedirect(reverse("bank"))
    files = request.FILES.getlist("files")
    if not files:
        messages.error(request, _("No file was chosen. Choose the file that the bank sent."))
    if len(files) > FILES_MAX:
        said = {"many": len(files), "max": FILES_MAX}
        messages.error(request, _("%(many)s files are more than the %(max)s of one upload. Nothing was posted.") % said)
        files = []
    for file in files:
        name = (file.name or _("file"))[:200]
        problem = _not_usable(name, file.size or 0)
        if problem:
            messages.error(request, problem)
            continue
        digest = documents.store_bytes(file.read())
        task = progress.begin(call, KIND, name)
        queue.enqueue("take_bank_file", company_id=call.company.id, user_id=call.by.id, name=name, digest=digest, task_id=task)
    return HttpResponseRedirect(reverse("bank"))


def _not_usable(name: str, size: int) -> str:
    said = {"name": name, "size": show.amount(Decimal(size) / 1_000_000, 1), "max": SIZE_MAX // 1_000_000}
    if size > SIZE_MAX:
        return _(
            "The bank file was not taken. Nothing was posted. %(name)s has %(size)s MB; a file may have up to %(max)s MB. Ask the bank for "
            "shorter periods, one file each."
        ) % said  # fmt: skip
    if size == 0:
        return _("The bank file was not taken. Nothing was posted. %(name)s is empty. Fetch it from the bank again.") % said
    return ""


@screen("bank.read")
def put_away(request: HttpRequest, call: Call) -> HttpResponse:
    """The end of an upload was read."""
    if request.method == "POST":
        progress.put_away(call, request.POST.getlist("job"))
    return HttpResponseRedirect(reverse("bank"))


# -- one file, statements, lines


@screen("bank.read")
def file(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """What one file brought: its statements with their balances, and its lines."""
    found = bank_facts.file_for_caller(call, ref)
    states = cash_facts.states_of_files(call, [found.id]).get(found.id, {})
    lines = bank_facts.line_rows(call, file_id=found.id, page=listing.number(request))
    if export.asked(request):
        return _lines_as_csv(
            call, found.name, lambda number: bank_facts.line_rows(call, file_id=found.id, page=number, size=export.SIZE)
        )
    context = {
        "file": found,
        "states": _states(found, states),
        "payments": sum(states.values()),
        "statements": bank_facts.statements(call, file_id=found.id, size=50).rows,
        "lines": _lines(call, lines),
        "page": listing.Shown(lines),
    }
    return page(request, call, "bank/file.html", context)


@screen("bank.read")
def statements(request: HttpRequest, call: Call) -> HttpResponse:
    """Statements of all own accounts, or of one, newest first."""
    accounts = ledger_facts.bank_accounts(call)
    wanted = request.GET.get("account", "")
    chosen = ledger_facts.bank_account_for_caller(call, wanted) if wanted else None
    found = bank_facts.statements(call, bank_account_id=chosen.id if chosen else None, page=listing.number(request))
    choices = [{"label": _("All accounts"), "url": "?", "active": chosen is None}]
    choices += [
        {"label": own.name, "url": f"?account={ids.outer('bnk', own.id)}", "active": chosen is not None and chosen.id == own.id}
        for own in accounts
    ]
    context = {"tabs": _tabs("statements"), "choices": choices, "statements": found.rows, "page": listing.Shown(found)}
    return page(request, call, "bank/statements.html", context)


@screen("bank.read")
def statement(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """One statement: does it follow on the one before, does it add up, and its lines."""
    found = bank_facts.statement_for_caller(call, ref)
    lines = bank_facts.line_rows(call, statement_id=found.id, page=listing.number(request))
    if export.asked(request):
        name = found.statement_id or found.outer_id
        return _lines_as_csv(
            call, name, lambda number: bank_facts.line_rows(call, statement_id=found.id, page=number, size=export.SIZE)
        )
    moved = found.closing - found.opening if found.opening is not None and found.closing is not None else None
    context = {"statement": found, "moved": moved, "lines": _lines(call, lines), "page": listing.Shown(lines)}
    return page(request, call, "bank/statement.html", context)


def _lines(call: Call, lines: Page[LineView]) -> list[dict[str, Any]]:
    payments = cash_facts.payments_of_lines(call, [line.id for line in lines.rows])
    made = []
    for line in lines.rows:
        key, number, state = payments.get(line.id, (0, "", ""))
        url = reverse("payment", args=[ids.outer("pay", key)]) if key else ""
        made.append({"line": line, "number": number, "state": STATES.get(state, ""), "url": url})
    return made


def _lines_as_csv(call: Call, name: str, fetch: Any) -> HttpResponse:
    head = [
        _("Booking date"), _("Value date"), _("Amount"), _("Currency"), _("Name"), _("Account"), _("Reference"), _("Text"), _("Bank reference"),
    ]  # fmt: skip
    return export.answer(
        call,
        "".join(letter if letter.isalnum() else "-" for letter in name)[:60],
        head,
        lambda: (
            (
                line.booking_date, line.value_date, line.money, line.money.currency, line.counterparty_name, line.counterparty_account,
                line.structured_reference, line.remittance, line.bank_reference,
            )
            for line in export.every(fetch)
        ),
    )  # fmt: skip


# -- by hand


@screen("cash.record_payment")
def record(request: HttpRequest, call: Call) -> HttpResponse:
    """A payment that no file brings: a cheque, cash, a bank without files."""
    accounts = ledger_facts.bank_accounts(call)
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            payment = _record(call, request.POST, accounts, errors)
        except Refused as refused:
            if refused.code == "not-found":
                raise
            errors[""] = in_words(refused)
        else:
            if payment is not None:
                done(request, _("Recorded. This is what it may pay."))
                return HttpResponseRedirect(reverse("payment", args=[ids.outer("pay", payment)]))
    context = {
        "accounts": [("", _("Choose an account"))]
        + [(ids.outer("bnk", own.id), f"{own.name}, {own.currency}") for own in accounts],
        "value": request.POST if request.method == "POST" else {"value_date": call.today.isoformat()},
        "errors": errors,
        "labels": _labels(),
    }
    return page(request, call, "bank/record.html", context, status=422 if errors else 200)


def _labels() -> dict[str, str]:
    return {"account": _("Received on"), "amount": _("Amount"), "value_date": _("Value date")}


def _record(call: Call, typed_in: Mapping[str, str], accounts: Sequence[Any], errors: dict[str, str]) -> int | None:
    """The payment's id; None when a field is wrong, which `errors` says by its name."""
    require(call, "cash.record_payment")
    own = next((one for one in accounts if ids.outer("bnk", one.id) == typed_in.get("account")), None)
    if own is None:
        errors["account"] = _("Choose the account that the money came to.")
    amount, day = None, dt.date.min
    try:
        amount = typed.number(typed_in.get("amount", ""))
        if amount <= 0:
            errors["amount"] = _("A payment received is more than zero.")
    except ValueError as wrong:
        errors["amount"] = str(wrong)
    try:
        day = typed.day(typed_in.get("value_date", ""), call.today)
        if day > call.today:
            errors["value_date"] = _("This day is still to come. Enter the day on which the money arrived.")
    except ValueError as wrong:
        errors["value_date"] = str(wrong)
    if errors or own is None or amount is None:
        return None
    try:
        money = Money(amount, own.currency)
    except Refused as refused:
        errors["amount"] = in_words(refused)
        return None
    return cash.record_payment(
        call,
        own.id,
        money,
        day,
        payer_name=typed_in.get("payer_name", "").strip(),
        payer_account=typed_in.get("payer_account", "").strip(),
        remittance=typed_in.get("remittance", "").strip(),
        structured_reference=typed_in.get("structured_reference", "").strip(),
    )


urlpatterns = [
    path("bank/", index, name="bank"),
    path("bank/upload/", upload, name="bank-upload"),
    path("bank/imports/", imports, name="bank-imports"),
    path("bank/imports/read/", put_away, name="bank-imports-read"),
    path("bank/statements/", statements, name="bank-statements"),
    path("bank/statements/<str:ref>/", statement, name="bank-statement"),
    path("bank/files/<str:ref>/", file, name="bank-file"),
    path("bank/record/", record, name="record-payment"),
]
