"""What is done with ticked customers: other terms, another collector, stopped or let go on; each with an undo that puts back how it was."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from duecourse.access import queries as access_facts
from duecourse.collection import actions as collection
from duecourse.collection import queries as collection_facts
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.customers import actions, queries
from duecourse.tailoring import queries as tailoring
from duecourse.web import custom_fields, undoing
from duecourse.web.bulk import ticked
from duecourse.web.door import back, done, screen


def choices(call: Call) -> dict[str, Any]:
    """What the foot bar of the list offers this caller."""
    may = call.by.may
    return {
        "may_tick": may("customers.set_terms") or may("collection.assign_accounts") or may("customers.stop_accounts"),
        "may_set_terms": may("customers.set_terms"),
        "may_assign": may("collection.assign_accounts"),
        "may_stop": may("customers.stop_accounts"),
        "terms_options": [(one.code, one.name) for one in queries.terms(call)] if may("customers.set_terms") else [],
        "collector_options": _collectors(call) if may("collection.assign_accounts") else [],
        "stop_codes": [("", _("in words")), *tailoring.choices(call, "account-stop", custom_fields.language())]
        if may("customers.stop_accounts")
        else [],
    }


def _collectors(call: Call) -> list[tuple[str, str]]:
    people = access_facts.colleagues(call, "collection.log_contacts")
    return [*((ids.outer("usr", key), name) for key, name in people), ("", _("nobody"))]


def _accounts(request: HttpRequest) -> list[int]:
    return [ids.inner("acc", text) for text in ticked(request)]


@screen("customers.set_terms")
def set_terms(request: HttpRequest, call: Call) -> HttpResponse:
    """POST ticked accounts and `terms`: their payment terms from now on."""
    if request.method == "POST":
        keys, code = _accounts(request), request.POST.get("terms", "")
        before: dict[str, list[int]] = {}
        for key, view in queries.accounts_by_id(call, keys).items():
            before.setdefault(view.terms.code, []).append(key)
        actions.set_terms(call, keys, code)
        name = queries.terms_by_code(call, [code])[code].name
        text = ngettext("%(n)s customer has the terms %(name)s now.", "%(n)s customers have the terms %(name)s now.", len(keys))
        done(request, text % {"n": len(keys), "name": name}, undoing.address(call, "customers-terms-undo", before))
    return HttpResponseRedirect(back(request, reverse("customers")))


@screen("customers.set_terms")
def undo_terms(request: HttpRequest, call: Call) -> HttpResponse:
    """POST to the address of the undo: each has the terms it had."""
    if request.method == "POST":
        for code, keys in undoing.before(request, call, "customers-terms-undo").items():
            actions.set_terms(call, keys, code)
        done(request, _("Undone: the terms are as they were."))
    return HttpResponseRedirect(back(request, reverse("customers")))


@screen("collection.assign_accounts")
def assign(request: HttpRequest, call: Call) -> HttpResponse:
    """POST ticked accounts and `user`, "" for nobody: who collects from them."""
    if request.method == "POST":
        keys, user = _accounts(request), request.POST.get("user", "")
        undo = undoing.address(call, "customers-assign-undo", collected(call, keys))
        user_id = ids.inner("usr", user) if user else None
        many = collection.assign_accounts(call, keys, user_id)
        name = dict(access_facts.colleagues(call)).get(user_id or 0) or _("nobody")
        text = ngettext("%(n)s customer is with %(name)s now.", "%(n)s customers are with %(name)s now.", many)
        done(request, text % {"n": many, "name": name}, undo)
    return HttpResponseRedirect(back(request, reverse("customers")))


def collected(call: Call, keys: list[int]) -> list[tuple[int | None, list[int]]]:
    """Accounts by who collects from them."""
    now = collection_facts.collectors(call, keys)
    found: dict[int | None, list[int]] = {}
    for key in keys:
        found.setdefault(now.get(key), []).append(key)
    return list(found.items())


@screen("collection.assign_accounts")
def undo_assign(request: HttpRequest, call: Call) -> HttpResponse:
    """POST to the address of the undo: each is with whom it was."""
    if request.method == "POST":
        for user_id, keys in undoing.before(request, call, "customers-assign-undo"):
            collection.assign_accounts(call, keys, user_id)
        done(request, _("Undone: everybody has the customers they had."))
    return HttpResponseRedirect(back(request, reverse("customers")))


@screen("customers.stop_accounts")
def stop(request: HttpRequest, call: Call) -> HttpResponse:
    """POST ticked accounts, `stopped` 1 or 0, reason_code and reason: no new orders for them, or orders again."""
    if request.method == "POST":
        stopped = request.POST.get("stopped", "1") == "1"
        reason, code = request.POST.get("reason", "").strip()[:300], request.POST.get("reason_code", "")[:30]
        keys = _accounts(request)
        changed = actions.stop_accounts(call, keys, stopped, reason, code)
        undo = undoing.address(call, "customers-stop-undo", {"stopped": stopped, "keys": changed}) if changed else ""
        if stopped:
            text = ngettext("%(n)s customer is stopped.", "%(n)s customers are stopped.", len(changed))
        else:
            text = ngettext("%(n)s customer may order again.", "%(n)s customers may order again.", len(changed))
        rest = _(" %(n)s others were so already.") % {"n": len(keys) - len(changed)} if len(keys) > len(changed) else ""
        done(request, text % {"n": len(changed)} + rest, undo)
    return HttpResponseRedirect(back(request, reverse("customers")))


@screen("customers.stop_accounts")
def undo_stop(request: HttpRequest, call: Call) -> HttpResponse:
    """POST to the address of the undo: they are as they were; the journal tells both."""
    if request.method == "POST":
        was = undoing.before(request, call, "customers-stop-undo")
        actions.stop_accounts(call, was["keys"], not was["stopped"], _("Undone at once"))
        done(request, _("Undone: they are as they were."))
    return HttpResponseRedirect(back(request, reverse("customers")))


urlpatterns = [
    path("customers/ticked/terms/", set_terms, name="customers-terms"),
    path("customers/ticked/terms/undo/", undo_terms, name="customers-terms-undo"),
    path("customers/ticked/collector/", assign, name="customers-assign"),
    path("customers/ticked/collector/undo/", undo_assign, name="customers-assign-undo"),
    path("customers/ticked/stop/", stop, name="customers-stop-ticked"),
    path("customers/ticked/stop/undo/", undo_stop, name="customers-stop-undo"),
]
