"""A take-over as its page shows it: columns with their choices, the dry run, what stays out, and what a person chose in the form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.core.money import MINOR_UNITS
from duecourse.core.progress import TaskView
from duecourse.core.reasons import from_json
from duecourse.customers import queries as customer_facts
from duecourse.documents import rules
from duecourse.documents.rules import TakeOverView
from duecourse.ledger import queries as ledger_facts
from duecourse.web import typed
from duecourse.web.templatetags import show

WAITS_SECONDS = 20  # a job that was not begun by then probably has no worker
_DELIMITERS = {",": gettext_lazy("comma"), ";": "“;”", "\t": gettext_lazy("tab"), "|": "“|”"}
_STEPS = {
    "reading": {"read": gettext_lazy("Read the file, guess its columns, check every row")},
    "taking": {"check": gettext_lazy("Check every row once more"), "write": gettext_lazy("Write the ready rows, all or none")},
}


def facts(call: Call, view: TakeOverView) -> dict[str, Any]:
    """Everything on the page that comes from what was found."""
    kind = rules.KINDS[view.kind]
    found, outcome = view.found, view.outcome
    ready = int(outcome.get("ready", 0))
    return {
        "kind": _(kind.label),
        "title": {
            "customers": _("Take over customers"), "products": _("Take over products"), "open-items": _("Take over open items"),
            "balances": _("Take over opening balances"), "history": _("Take over paid history"),
        }[view.kind],
        "stages": _stages(view),
        "file": _file(found),
        "notes": [from_json(note) for note in found.get("notes", ())],
        "columns": [_column(kind, column) for column in found.get("columns", ())],
        "to_look_at": sum(column["sure"] == "look" for column in found.get("columns", ())),
        "unsure_amounts": any(column["ask"] == "decimals" and not column["chosen"] for column in found.get("columns", ())),
        "choices": _choices(call, kind, view),
        "problems": [from_json(problem) for problem in outcome.get("problems", ())],
        "ready": ready,
        "sums": [_sum(call, part) for part in outcome.get("sums", ())],
        "company_total": _company_total(outcome),
        "parts": [_part(part) for part in outcome.get("parts", ())[:20]],
        "parts_more": max(0, int(outcome.get("parts_total", 0)) - 20),
        "will": _will(outcome.get("will", {})),
        "left_by": [_left(code, count) for code, count in outcome.get("left_by", {}).items()],
        "rejects": [_reject(kind, reject) for reject in outcome.get("rejects", ())],
        "rejects_more": max(0, int(outcome.get("rejected", 0)) - len(outcome.get("rejects", ()))),
        "can_go": bool(ready) and not outcome.get("problems"),
        "nothing_new": view.state in ("open", "sent") and not ready and bool(outcome.get("known")) and not outcome.get("rejected"),
    }  # fmt: skip


def _stages(view: TakeOverView) -> list[dict[str, Any]]:
    order = {"reading": 1, "refused": 1, "open": 1, "discarded": 1, "sent": 2, "taking": 2, "taken": 4}[view.state]
    labels = (_("File"), _("Columns and dry run"), _("Confirm"), _("Ties out"))
    return [{"label": label, "done": place < order, "now": place == order} for place, label in enumerate(labels)]


def _file(found: Mapping[str, Any]) -> str:
    """1,412 rows · 9 columns · “;” · Windows-1252 · heads in row 3."""
    if not found:
        return ""
    parts = [
        ngettext("%(n)s row", "%(n)s rows", found["rows"]) % {"n": show.count(found["rows"])},
        ngettext("%(n)s column", "%(n)s columns", len(found["columns"])) % {"n": len(found["columns"])},
    ]
    if found.get("delimiter"):
        parts.append(str(_DELIMITERS[found["delimiter"]]))
    parts += [found[name] for name in ("encoding", "sheet") if found.get(name)]
    parts.append(_("heads in row %(row)s") % {"row": found["header_line"]})
    return " · ".join(parts)


def _column(kind: rules.Kind, column: Mapping[str, Any]) -> dict[str, Any]:
    asked = {"dates": rules.DATE_ORDERS, "decimals": rules.DECIMAL_STYLES}.get(column["ask"], {})
    return {
        **column,
        "name": f"column-{column['place']}",
        "options": [("", _("Not taken over"))] + [(each.name, _(each.label)) for each in kind.fields],
        "why": [from_json(reason) for reason in column["why"]],
        "ask_name": f"{column['ask']}-{column['field']}",
        "ask_options": [(value, _(words)) for value, words in asked.items()],
        "ask_label": _(rules.OPTIONS[column["ask"]]) if column["ask"] else "",
    }


def _choices(call: Call, kind: rules.Kind, view: TakeOverView) -> list[dict[str, Any]]:
    """What is chosen beside the columns: currency, terms, the day, the account of a difference, and the sheet."""
    mapped = set(view.mapping.values())
    made = []
    if len(view.found.get("sheets", ())) > 1:
        made.append(_choice("sheet", [(name, name) for name in view.found["sheets"]], view.found.get("sheet", "")))
    if "currency" in kind.options and "currency" not in mapped:
        made.append(
            _choice("currency", [("", "–")] + [(code, code) for code in sorted(MINOR_UNITS)], view.options.get("currency", ""))
        )
    if "terms" in kind.options:
        terms = [(each.code, f"{each.code}, {each.name}") for each in customer_facts.terms(call)]
        terms += [] if any(code == "N30" for code, _name in terms) else [("N30", _("N30, 30 days net (is made)"))]
        made.append(_choice("terms", [("", "–"), *terms], view.options.get("terms", "")))
    if "difference" in kind.options:
        accounts = [(each.code, f"{each.code} {each.name}") for each in ledger_facts.accounts(call)]
        made.append(_choice("difference", [("", _("None: it must balance")), *accounts], view.options.get("difference", "")))
    if "on" in kind.options:
        made.append({**_choice("on", [], view.options.get("on") or call.today.isoformat()), "day": True})
    made.append({**_choice("header", [], view.found.get("header_line", "")), "day": False})
    return made


def _choice(name: str, options: Sequence[tuple[str, str]], value: object) -> dict[str, Any]:
    return {"name": name, "label": _(rules.OPTIONS[name]), "options": options, "value": value}


def chosen(call: Call, view: TakeOverView, sent: QueryDict) -> tuple[dict[str, str], dict[str, Any]]:
    """The mapping and the options of the form. Errors: Refused('web.not-a-day')."""
    kind = rules.KINDS[view.kind]
    mapping: dict[str, str] = {
        name.removeprefix("column-"): str(sent[name])
        for name in sent
        if name.startswith("column-") and len(name) < 12 and len(sent[name]) <= 40
    }
    options: dict[str, Any] = {}
    for name in (*kind.options, "sheet", "header"):
        value = sent.get(name, "").strip()[:100]
        if name == "on" and value:
            try:
                value = typed.day(value, call.today).isoformat()
            except ValueError as wrong:
                raise Refused("web.not-a-day", str(wrong)) from None
        if value and not (name == "header" and value == str(view.found.get("header_line", ""))):
            options[name] = value
    if options.get("on") == call.today.isoformat():
        del options["on"]  # today, whichever day it is confirmed on
    if options.get("sheet") == view.found.get("sheet") and "sheet" not in view.options:
        options.pop("sheet", None)
    for name in ("dates", "decimals"):
        picked = {each.name: sent.get(f"{name}-{each.name}", "") for each in kind.fields}
        picked = {field: value for field, value in picked.items() if value}
        if picked:
            options[name] = picked
    new_sheet = options.get("sheet", view.found.get("sheet", "")) != view.found.get("sheet", "")
    new_heads = "header" in options and str(options["header"]) != str(view.options.get("header", ""))
    if new_sheet or new_heads:  # other heads are guessed anew
        mapping = {}
    return mapping, options


def _sum(call: Call, part: Mapping[str, Any]) -> dict[str, Any]:
    currency = part["currency"] if part["currency"] in MINOR_UNITS else ""
    money = {
        name: (Decimal(part[name]), currency or call.company.currency) for name in ("file", "ready", "known", "left", "rejected")
    }
    company = None if part["company"] is None else (Decimal(part["company"]), call.company.currency)
    rate = None if part["rate"] is None or currency == call.company.currency else Decimal(part["rate"])
    stays_out = sum(Decimal(part[name]) for name in ("known", "left", "rejected"))
    return {
        **part,
        **money,
        "code": part["currency"] or _("none"),
        "company": company,
        "rate": rate,
        "out": (stays_out, currency or call.company.currency),
    }


def _company_total(outcome: Mapping[str, Any]) -> Decimal | None:
    """The sum in the company's currency, None where a rate is missing: nothing is added up over currencies without rates."""
    sums = [part for part in outcome.get("sums", ()) if part["ready_rows"]]
    if not sums or any(part["company"] is None for part in sums):
        return None
    return sum((Decimal(part["company"]) for part in sums), Decimal(0))


def _part(part: Sequence[Any]) -> dict[str, Any]:
    number, name, currency, amount, rows = part
    return {"number": number, "name": name, "money": (Decimal(amount), currency), "rows": rows}


def _will(will: Mapping[str, int]) -> list[dict[str, Any]]:
    """What will happen, in sentences, with an icon each."""
    sentences = {  # in the order of the page
        "customers_new": ("building-store", ngettext("1 new customer", "%(n)s new customers", will.get("customers_new", 0))),
        "items": ("file-plus", ngettext("1 item opened with its own dates", "%(n)s items opened with their own dates", will.get("items", 0))),
        "credit_notes": ("receipt-refund", ngettext("1 credit note among them", "%(n)s credit notes among them", will.get("credit_notes", 0))),
        "invoices": ("file-plus", ngettext("1 invoice of the past kept", "%(n)s invoices of the past kept", will.get("invoices", 0))),
        "payments": ("cash", ngettext("1 of them with the day it was paid", "%(n)s of them with the day they were paid", will.get("payments", 0))),
        "customers_known": ("link", ngettext("1 customer linked", "%(n)s customers linked", will.get("customers_known", 0))),
        "addresses": ("home", ngettext("1 address", "%(n)s addresses", will.get("addresses", 0))),
        "contacts": ("users", ngettext("1 contact", "%(n)s contacts", will.get("contacts", 0))),
        "bank_accounts": ("bank", ngettext("1 bank account of a payer", "%(n)s bank accounts of payers", will.get("bank_accounts", 0))),
        "products": ("package", ngettext("1 new product", "%(n)s new products", will.get("products", 0))),
        "prices": ("tag", ngettext("1 price", "%(n)s prices", will.get("prices", 0))),
        "balances": ("scale", ngettext("1 account opened with its balance", "%(n)s accounts opened with their balances", will.get("balances", 0))),
        "accounts_new": ("plus", ngettext("1 new ledger account", "%(n)s new ledger accounts", will.get("accounts_new", 0))),
    }  # fmt: skip
    return [
        {
            "icon": sentences[name][0],
            "words": sentences[name][1] % {"n": show.count(count)} if "%" in sentences[name][1] else sentences[name][1],
        }
        for name in sentences
        if (count := will.get(name, 0))
    ]


def _left(code: str, count: int) -> str:
    if code == "closed":
        return ngettext("1 row stays out: closed already", "%(n)s rows stay out: closed already", count) % {
            "n": show.count(count)
        }
    return ngettext("1 row stays out: a balance of zero", "%(n)s rows stay out: a balance of zero", count) % {
        "n": show.count(count)
    }


def _reject(kind: rules.Kind, reject: Mapping[str, Any]) -> dict[str, Any]:
    field = _(kind.field(reject["field"]).label) if reject["field"] else _("the row")
    return {"row": reject["row"], "number": reject["number"], "field": field, "reason": from_json(reject["reason"])}


def progress_of(call: Call, view: TakeOverView, task: TaskView | None) -> dict[str, Any]:
    """The steps of the job that works on it now."""
    steps_of = _STEPS[view.state]
    order = list(steps_of)
    here = order.index(task.step) if task and task.step in order else -1
    said = {"done": _("done"), "busy": _("working"), "waits": _("waits")}
    steps = []
    for place, step in enumerate(order):
        state = "done" if place < here else "busy" if place == here else "waits"
        steps.append(
            {
                "label": steps_of[step],
                "state": state,
                "value": {"done": 100, "busy": 50, "waits": 0}[state],
                "max": 100,
                "counts": said[state],
            }
        )
    is_late = task is not None and task.state == "queued" and (call.at - task.at).total_seconds() > WAITS_SECONDS
    return {"steps": steps, "is_late": is_late, "poll": True}
