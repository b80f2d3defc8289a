"""Orders: the workbench of the order desk, and every step an order can take."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.translation import gettext as _

from duecourse.access import queries as access_facts
from duecourse.catalog import queries as catalog
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.credit import rules as credit_rules
from duecourse.invoicing import queries as invoicing
from duecourse.orders import actions, queries, rules
from duecourse.orders.queries import OrderRow, OrderView
from duecourse.tailoring import queries as tailoring
from duecourse.tailoring import rules as rules_of_fields
from duecourse.web import custom_fields, export, links, listing, order_forms, stories
from duecourse.web.door import done, page, screen
from duecourse.web.language import in_words
from duecourse.web.templatetags import show

STATES = {"mine": "open", "held": "held", "draft": "draft", "open": "open", "all": ""}
BADGES = {"held": "on-hold"}
# a rule's name → the badge of a hold
HOLD_BADGES = {"limit": "over-limit", "account-stopped": "blocked"}


def reasons(decision: credit_rules.Decision) -> list[dict[str, Any]]:
    """What stops or warns, stops first: the badge's name, the title and the sentence's reason."""
    return [
        {
            "badge": HOLD_BADGES.get(one.rule, one.rule),
            "stops": one.outcome == "stops",
            "title": _(credit_rules.TITLES[one.rule]),
            "reason": one.reason,
        }
        for one in decision.reasons
    ]


def badge(order: OrderView) -> str:
    """The one badge of an order: what has left and a release say more than “accepted”."""
    if order.state == "accepted" and order.deliveries:
        return "partly-delivered"
    if order.state == "accepted" and order.check and any(one.rule == "release" for one in order.check.decision.findings):
        return "released"
    return BADGES.get(order.state, order.state)


@screen("orders.read")
def index(request: HttpRequest, call: Call) -> HttpResponse:
    """The list with its first order beside it; `?format=csv` the list as a file."""
    return _bench(request, call, None)


@screen("orders.read")
def record(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """One order beside the list."""
    return _bench(request, call, queries.order_for_caller(call, ref))


def _bench(request: HttpRequest, call: Call, chosen: OrderView | None) -> HttpResponse:
    counts, own = queries.counts(call), queries.counts(call, created_by_id=call.by.id)
    tab = request.GET.get("tab", "")
    if tab not in STATES:
        tab = "mine" if own["open"] else "open"
    text, mine = request.GET.get("q", "").strip()[:60], call.by.id if tab == "mine" else None
    wanted = custom_fields.asked(request, call, "order")
    sort = "-number" if tab == "all" else "waiting"

    def fetch(number: int, size: int = 50) -> Any:
        return queries.rows(call, STATES[tab], text, created_by_id=mine, sort=sort, page=number, size=size, custom=wanted)

    if export.asked(request):
        columns = custom_fields.columns(call, "order")
        held: dict[int, list[object]] = {}

        def paged(number: int) -> Any:
            found = fetch(number, export.SIZE)
            held.update(columns.cells([row.id for row in found.rows]))
            return found

        return export.answer(
            call,
            "orders",
            _csv_head() + columns.head,
            lambda: ((*_csv_row(row), *held.pop(row.id)) for row in export.every(paged)),
        )
    listed = fetch(listing.number(request))
    order = chosen or (queries.order_for_caller(call, listed.rows[0].ref) if listed.rows else None)
    named = {rules_of_fields.PREFIX + name: value for name, value in wanted.items()}
    keep = links.query(
        named | {"tab": request.GET.get("tab", ""), "q": text, "page": str(listed.number) if listed.number > 1 else ""}
    )
    words = {"mine": _("Mine"), "held": _("On hold"), "draft": _("Draft"), "open": _("All open"), "all": _("All")}
    every = counts | {"mine": own["open"], "all": sum(many for state, many in counts.items() if state != "open")}
    held_amounts = [show.money_code(money) for money in queries.amounts(call, "held")]
    context = {
        "tabs": [
            {
                "label": words[name],
                "url": reverse("orders") + links.query(named | {"tab": name, "q": text}),
                "count": every[name],
                "active": name == tab,
            }
            for name in STATES
        ],
        "picks": [_pick(call, row, order, keep) for row in listed.rows],
        "may_confirm_ticked": call.by.may("orders.confirm_orders"),
        "keys": _keys(call),
        "pages": listing.Shown(listed),
        "tab": tab,
        "q": text,
        "keep": keep,
        "counts": counts,
        "held_amounts": ", ".join(held_amounts),
        "custom_filters": custom_fields.filters(call, "order", wanted),
        "custom_keep": [(name, request.GET[name]) for name in ("q", "tab") if request.GET.get(name)],
        "chosen": chosen is not None,
        "may_create": call.by.may("orders.create_orders"),
        "order": order,
        **(_case(call, order) if order else {}),
    }
    return page(request, call, "orders/bench.html", context)


def _keys(call: Call) -> list[tuple[tuple[str, ...], str]]:
    ticks = [(("Space",), _("tick"))] if call.by.may("orders.confirm_orders") else []
    return [(("J", "K"), _("next, previous")), *ticks, (("Enter",), _("open")), (("/",), _("search"))]


def _pick(call: Call, row: OrderRow, order: OrderView | None, keep: str) -> dict[str, Any]:
    return {
        "row": row,
        "url": reverse("order", args=[row.ref]) + keep,
        "badge": BADGES.get(row.state, row.state),
        "may_tick": row.state in ("draft", "held") and call.by.may("orders.confirm_orders"),
        "current": order is not None and row.ref == order.ref,
        "held_for": call.at - row.decision.at if row.decision else None,
        "reasons": reasons(row.decision.decision)[:2] if row.decision else [],
    }


def _csv_head() -> list[str]:
    names = (_("Number"), _("Customer number"), _("Customer"), _("State"), _("Ordered"), _("Wanted"), _("Their order"))
    return [*names, _("Currency"), _("Gross"), _("Entered by")]


def _csv_row(row: OrderRow) -> tuple[object, ...]:
    dates = (row.order_date, row.requested_date, row.purchase_order)
    return (
        row.number,
        row.customer.number,
        row.customer.name,
        row.state,
        *dates,
        row.gross.currency,
        row.gross,
        row.created_by_name,
    )


def _case(call: Call, order: OrderView) -> dict[str, Any]:
    """Everything the pane on the right shows of one order."""
    products = catalog.products_by_id(call, [line.product_id for line in order.lines])
    history = queries.story(call, order)
    decision = order.check.decision if order.check else None
    by, own = call.by, order.created_by_id == call.by.id
    left = Money.total((_left_net(line, order.gross.currency) for line in order.lines), order.gross.currency)
    may_release = order.hold is not None and by.may("orders.release_order") and not own
    steps = order.steps
    return {
        "badge": badge(order),
        "customer_url": links.customer(order.customer),
        "payer_url": links.customer(order.payer) if order.payer.id != order.customer.id else "",
        "numbers": {line.line_number: products[line.product_id].number for line in order.lines if line.product_id in products},
        "decision": decision,
        "reasons": reasons(decision) if decision else [],
        "left_net": left,
        "invoices": _invoices(call, history) if by.may("invoicing.read") else [],
        "moments": stories.moments(history[:12], order.gross.currency),
        "more_moments": max(0, len(history) - 12),
        "may_release": may_release,
        "hold_url": reverse("hold", args=[order.hold.ref]) if order.hold and by.may("credit.read") else "",
        "can_release": _others_who_release(call, order) if order.hold and not may_release else [],
        "may_confirm": "confirm" in steps and by.may("orders.confirm_orders"),
        "may_change": "change" in steps and by.may("orders.change_order") and not order.deliveries,
        "may_deliver": "deliver" in steps and by.may("orders.deliver"),
        "reason_codes": [("", _("in words")), *tailoring.choices(call, "order-end", custom_fields.language())],
        "own_fields": custom_fields.facts(call, "order", order.id),
        "may_fields": by.may("orders.change_fields") and bool(tailoring.fields(call, "order", to_change=True)),
        "may_cancel": "cancel" in steps and by.may("orders.cancel_order") and not order.deliveries,
        "may_close": "close" in steps and by.may("orders.close_order") and bool(order.deliveries),
    }


def _invoices(call: Call, history: Sequence[Any]) -> list[dict[str, Any]]:
    """The invoices that billed an order, from its history: number, day, address."""
    bills = {subject for event in history if event.name == "orders.lines-billed" for subject in event.subjects}
    keys = [ids.inner("inv", subject) for subject in bills if subject.startswith("inv_")]
    found = invoicing.billed(call, keys) if keys else []
    return [
        {"number": row.number, "on": row.issue_date, "url": reverse("invoice", args=[ids.outer("inv", row.id)])} for row in found
    ]


def _left_net(line: queries.LineView, currency: str) -> Money:
    return rules.line_net(line.unit_price, line.left, currency)


def _others_who_release(call: Call, order: OrderView) -> list[str]:
    names = access_facts.names_who_may(call, "orders.release_order")
    return [name for name in names if name not in (order.created_by_name, call.by.name)]


@screen("orders.create_orders")
def new(request: HttpRequest, call: Call) -> HttpResponse:
    """Enter an order: as a draft, or asked of credit at once."""
    form = (
        order_forms.from_post(request) if request.method == "POST" else order_forms.empty(call, request.GET.get("customer", ""))
    )
    if request.method == "POST" and "more" in request.POST:
        form.add_rows()
    elif request.method == "POST" and (order_id := order_forms.create(request, call, form)) is not None:
        ref = ids.outer("ord", order_id)
        if "confirm" in request.POST:
            _confirm(request, call, order_id)
        else:
            done(request, _("Saved as a draft. Nothing is reserved until it is confirmed."))
        return HttpResponseRedirect(reverse("order", args=[ref]))
    context = {"form": form, "title": _("New order"), "custom": custom_fields.inputs(call, "order", form.custom)}
    return page(request, call, "orders/form.html", context)


@screen("orders.change_order")
def change(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """Give an order other lines; when it was confirmed before, credit is asked again at once."""
    order = queries.order_for_caller(call, ref)
    form = order_forms.from_post(request) if request.method == "POST" else order_forms.of_order(call, order)
    if request.method == "POST" and "more" in request.POST:
        form.add_rows()
    elif request.method == "POST" and (lines := order_forms.read_lines(call, form)) is not None:
        try:
            decision = actions.change_order(call, order.id, lines)
        except Refused as refused:
            form.refuse(refused)
        else:
            _tell(request, order.number, decision)
            return HttpResponseRedirect(reverse("order", args=[ref]))
    context = {"form": form, "order": order, "title": _("Change %(number)s") % {"number": order.number}}
    return page(request, call, "orders/form.html", context)


@screen("customers.read")
def customer_options(request: HttpRequest, call: Call) -> HttpResponse:
    """Customers that match what is typed, as options of the field."""
    found = order_forms.customer_options(call, request.GET.get("customer", ""))
    return render(request, "orders/options.html", {"options": found})


@screen("catalog.read")
def product_options(request: HttpRequest, call: Call) -> HttpResponse:
    """Products that match what is typed, as options of the field."""
    text = next((text for text in request.GET.getlist("product") if text), "")
    return render(request, "orders/options.html", {"options": order_forms.product_options(call, text)})


@screen("orders.confirm_orders")
def confirm(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """Ask credit for an order, for the first time or again."""
    if request.method == "POST":
        _confirm(request, call, queries.order_id_for_caller(call, ref))
    return HttpResponseRedirect(reverse("order", args=[ref]))


def _confirm(request: HttpRequest, call: Call, order_id: int) -> None:
    try:
        decision = actions.confirm_orders(call, [order_id])[order_id]
    except Refused as refused:
        messages.error(request, in_words(refused))
        return
    _tell(request, queries.order_for_caller(call, ids.outer("ord", order_id)).number, decision)


def _tell(request: HttpRequest, number: str, decision: credit_rules.Decision | None) -> None:
    if decision is None:
        done(request, _("%(number)s changed; it is still a draft.") % {"number": number})
    elif decision.accepted:
        done(request, _("%(number)s accepted: its credit is reserved and it can be delivered.") % {"number": number})
    else:
        why = " ".join(show.reason(one.reason, decision.amount.currency) for one in decision.reasons if one.outcome == "stops")
        messages.warning(request, _("%(number)s is on hold. %(why)s") % {"number": number, "why": why})


@screen("orders.deliver")
def deliver(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """Deliver all that is left at once (`all`), or the quantities of the form."""
    order = queries.order_for_caller(call, ref)
    form = order_forms.DeliverForm.of(request, order, call.today)
    if request.method == "POST" and (wanted := form.read(order, call.today)) is not None:
        try:
            actions.deliver(call, [actions.NewDelivery(order.id, wanted)], form.date)
        except Refused as refused:
            form.errors.append(in_words(refused))
        else:
            after = queries.order_for_caller(call, ref)
            whole = after.state == "delivered"
            text = (
                _("%(number)s is delivered in full and ready to bill.")
                if whole
                else _("Part of %(number)s is delivered and ready to bill.")
            )
            done(request, text % {"number": order.number})
            return HttpResponseRedirect(reverse("order", args=[ref]))
    context = {"order": order, "form": form, "customer_url": links.customer(order.customer)}
    return page(request, call, "orders/deliver.html", context)


@screen("orders.cancel_order")
def cancel(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """End an order of which nothing has left."""
    return _end(request, call, ref, actions.cancel_order, _("%(number)s is cancelled; its credit is free again."), "cancel")


@screen("orders.close_order")
def close(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """End an order short: what has left is billed, the rest is not delivered."""
    return _end(
        request, call, ref, actions.close_order, _("%(number)s is closed short; the rest of its credit is free again."), "close"
    )


def _end(request: HttpRequest, call: Call, ref: str, act: Any, said: str, how: str) -> HttpResponse:
    order = queries.order_for_caller(call, ref)
    error = ""
    if request.method == "POST":
        try:
            act(call, order.id, request.POST.get("reason", "").strip()[:300], request.POST.get("reason_code", "")[:30])
        except Refused as refused:
            error = in_words(refused)
        else:
            done(request, said % {"number": order.number})
            return HttpResponseRedirect(reverse("order", args=[ref]))
    context = {"order": order, "how": how, "error": error, "reason": request.POST.get("reason", "")}
    context["reason_codes"] = [("", _("in words")), *tailoring.choices(call, "order-end", custom_fields.language())]
    return page(request, call, "orders/end.html", context)


@screen("orders.change_fields")
def fields(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """What stands in an order's custom fields, to be changed in any of its states."""
    order = queries.order_for_caller(call, ref)
    kept, errors = tailoring.value_texts(call, "order", [order.id])[order.id], list[str]()
    own = custom_fields.sent(request)
    if request.method == "POST":
        try:
            given = custom_fields.read(call, "order", own)
            actions.change_fields(call, order.id, {name: text for name, text in given.items() if text != kept.get(name, "")})
        except Refused as refused:
            errors.append(in_words(refused))
        else:
            done(request, _("%(number)s was changed.") % {"number": order.number})
            return HttpResponseRedirect(reverse("order", args=[ref]))
    context = {"order": order, "errors": errors, "custom": custom_fields.inputs(call, "order", kept | own)}
    return page(request, call, "orders/fields.html", context, status=422 if errors else 200)


urlpatterns = [
    path("orders/", index, name="orders"),
    path("orders/<str:ref>/fields/", fields, name="order-fields"),
    path("orders/new/", new, name="order-new"),
    path("orders/customers/", customer_options, name="order-customers"),
    path("orders/products/", product_options, name="order-products"),
    path("orders/<str:ref>/", record, name="order"),
    path("orders/<str:ref>/change/", change, name="order-change"),
    path("orders/<str:ref>/confirm/", confirm, name="order-confirm"),
    path("orders/<str:ref>/deliver/", deliver, name="order-deliver"),
    path("orders/<str:ref>/cancel/", cancel, name="order-cancel"),
    path("orders/<str:ref>/close/", close, name="order-close"),
]
