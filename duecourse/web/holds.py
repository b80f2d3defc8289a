"""Credit holds: why each order waits, what would free it, how exposure moved since, and the decision about it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.translation import gettext as _

from duecourse.access import queries as access_facts
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.core.money import Money
from duecourse.credit import queries, rules
from duecourse.credit.queries import HoldRow
from duecourse.customers import queries as customers
from duecourse.customers.rules import AccountView
from duecourse.orders import actions as orders
from duecourse.tailoring import queries as tailoring
from duecourse.web import custom_fields, export, links, listing, typed
from duecourse.web.door import done, page, screen
from duecourse.web.language import in_words
from duecourse.web.orders import reasons
from duecourse.web.templatetags import show

STATES = ("open", "released", "rejected", "all")
BADGES = {"open": "on-hold", "ended": "cancelled"}
EARLIER = 6


@dataclass(frozen=True, slots=True)
class Line:
    """One row of “then and now”; `change` None where nothing is compared."""

    label: str
    then: Money | None
    now: Money | None
    kind: str = ""  # total, limit, over

    @property
    def change(self) -> Money | None:
        return None if self.then is None or self.now is None or self.then == self.now else self.now - self.then


@screen("credit.read")
def index(request: HttpRequest, call: Call) -> HttpResponse:
    """The queue with its first hold beside it; `?format=csv` the queue as a file."""
    return _bench(request, call, None)


@screen("credit.read")
def record(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """One hold beside the queue."""
    return _bench(request, call, queries.hold_for_caller(call, ref))


def _bench(request: HttpRequest, call: Call, chosen: HoldRow | None, typed_in: dict[str, str] | None = None) -> HttpResponse:
    tab = request.GET.get("tab", "open")
    tab = tab if tab in STATES else "open"
    sort = request.GET.get("sort", "newest")
    state = "" if tab == "all" else tab

    def fetch(number: int, size: int = 50) -> Any:
        return queries.holds(call, state, sort, number=number, size=size)

    if export.asked(request):
        return _csv(call, state, sort)
    listed = fetch(listing.number(request))
    hold = chosen or (listed.rows[0] if listed.rows else None)
    accounts = customers.accounts_by_id(
        call, {row.customer_account_id for row in listed.rows} | ({hold.customer_account_id} if hold else set())
    )
    counts = queries.hold_counts(call)
    many, moneys = counts.get("open", (0, []))
    keep = links.query({"tab": request.GET.get("tab", ""), "sort": request.GET.get("sort", "")})
    words = {"open": _("On hold"), "released": _("Released"), "rejected": _("Rejected"), "all": _("All")}
    every = {name: counts.get(name, (0, []))[0] for name in STATES} | {"all": sum(count for count, _money in counts.values())}
    sorts = (("newest", _("Newest first")), ("oldest", _("Oldest first")), ("largest", _("Largest first")))
    context = {
        "tabs": [
            {
                "label": words[name],
                "url": reverse("holds") + links.query({"tab": name}),
                "count": every[name],
                "active": name == tab,
            }
            for name in STATES
        ],
        "sorts": [
            {"label": label, "url": reverse("holds") + links.query({"tab": tab, "sort": name}), "active": name == sort}
            for name, label in sorts
        ],
        "picks": [_pick(call, row, accounts[row.customer_account_id], hold, keep) for row in listed.rows],
        "pages": listing.Shown(listed),
        "tab": tab,
        "many": many,
        "held_amounts": ", ".join(show.money_code(money) for money in moneys),
        "keep": keep,
        "chosen": chosen is not None,
        "hold": hold,
        **(_case(call, hold, accounts[hold.customer_account_id]) if hold else {}),
        **(_place(listed.rows, hold, keep) if hold else {}),
        "typed": typed_in or {},
    }
    return page(request, call, "holds/bench.html", context)


def _pick(call: Call, row: HoldRow, account: AccountView, hold: HoldRow | None, keep: str) -> dict[str, Any]:
    return {
        "row": row,
        "who": account.name,
        "url": reverse("hold", args=[row.ref]) + keep,
        "current": hold is not None and row.id == hold.id,
        "held_for": (row.decided_at or call.at) - row.held_at,
        "badge": BADGES.get(row.state, row.state),
        "reasons": [one for one in reasons(row.check.decision) if one["stops"]],
    }


def _place(rows: Sequence[HoldRow], hold: HoldRow, keep: str) -> dict[str, Any]:
    """Where the hold stands in the page of the queue, and its neighbours."""
    refs = [row.ref for row in rows]
    if hold.ref not in refs:
        return {}
    here = refs.index(hold.ref)
    before = reverse("hold", args=[refs[here - 1]]) + keep if here else ""
    after = reverse("hold", args=[refs[here + 1]]) + keep if here + 1 < len(refs) else ""
    return {"before": before, "after": after, "place": here + 1, "among": len(refs)}


def _csv(call: Call, state: str, sort: str) -> HttpResponse:
    head = [
        _("Order"),
        _("Customer number"),
        _("Customer"),
        _("Held at"),
        _("Currency"),
        _("Amount"),
        _("State"),
        _("Why"),
        _("Decided by"),
    ]

    def rows() -> Any:
        accounts: dict[int, AccountView] = {}
        for row in export.every(lambda number: queries.holds(call, state, sort, number=number, size=export.SIZE)):
            if row.customer_account_id not in accounts:
                accounts |= customers.accounts_by_id(call, [row.customer_account_id])
            account = accounts[row.customer_account_id]
            why = "; ".join(show.reason(one["reason"], row.money.currency) for one in reasons(row.check.decision) if one["stops"])
            facts = (row.held_at, row.money.currency, row.money, row.state, why, row.decided_by_name)
            yield (row.order_number, account.number, account.name, *facts)

    return export.answer(call, "credit-holds", head, rows)


def _case(call: Call, hold: HoldRow, account: AccountView) -> dict[str, Any]:
    """Everything the pane shows of one hold. For an open one the rules are asked again with today's figures."""
    own = hold.held_by_id == call.by.id
    is_open = hold.state == "open"
    policy = queries.policy(call, call.today)
    now, again = _now(call, hold, policy.policy) if is_open else ((), None)
    decision = hold.check.decision
    earlier = queries.holds(call, "", customer_account_ids=[hold.customer_account_id], size=EARLIER + 1)
    others = [row for row in earlier.rows if row.id != hold.id and row.decided_at][:EARLIER]
    may = is_open and not own
    names = access_facts.names_who_may(call, "orders.release_order") if is_open else []
    may_release = may and call.by.may("orders.release_order")
    return {
        "badge": BADGES.get(hold.state, hold.state),
        "account": account,
        "customer_url": links.customer(account),
        "order_url": reverse("order", args=[hold.order_ref]) if call.by.may("orders.read") else "",
        "reasons": reasons(decision),
        "passes": decision.passes,
        "lines": _lines(hold, now[0] if now else None, again),
        "own_currency": decision.exposure.currency,
        "groups": now[1:] or hold.check.standings[1:],
        "again": again,
        "free": again.what_would_free if again else (),
        "rules_now": reasons(again) if again else [],
        "policy": policy if is_open else None,
        "earlier": others,
        "may_release": may_release,
        "may_reject": may and call.by.may("orders.reject_order"),
        "own": own and is_open,
        "can_release": [name for name in names if name != hold.held_by_name] if is_open and not may_release else [],
        "reason_codes": _codes(call) if may_release or call.by.may("orders.reject_order") else [],
    }


def _now(call: Call, hold: HoldRow, policy: rules.OrderPolicy) -> tuple[tuple[rules.Standing, ...], rules.Decision | None]:
    """Where the accounts stand today without this order, and what the rules would say today; nothing is reserved or written."""
    seen = queries.sight(call, [hold.customer_account_id], policy, [hold.money.currency], without=[hold.order_ref])
    if hold.customer_account_id not in seen.chains:
        return (), None
    standings = seen.of(hold.customer_account_id)
    return standings, rules.decide_order(standings, hold.money, policy, seen.rates, call.today)


def _lines(hold: HoldRow, now: rules.Standing | None, again: rules.Decision | None) -> list[Line]:
    then, decision = hold.check.standings[0], hold.check.decision
    this_now = again.amount if again else None
    with_now = again.exposure if again else None
    limit_now = now.limit if now else None
    lines = [
        Line(_("Open items"), then.open_items, now.open_items if now else None),
        Line(_("of it overdue"), then.overdue, now.overdue if now else None, "part"),
        Line(_("Delivered, not billed"), then.delivered, now.delivered if now else None),
        Line(_("Open orders"), then.open_orders, now.open_orders if now else None),
        Line(_("This order"), decision.amount, this_now),
        Line(_("Exposure with order"), decision.exposure, with_now, "total"),
        Line(_("Limit"), then.limit, limit_now, "limit"),
    ]
    if then.limit is not None:
        over = decision.exposure - then.limit
        over_now = with_now - limit_now if with_now is not None and limit_now is not None else None
        if over.amount > 0 or (over_now is not None and over_now.amount > 0):
            lines.append(Line(_("Over the limit"), over, over_now, "over"))
        else:
            lines.append(Line(_("Room to the limit"), -over, None if over_now is None else -over_now))
    return lines


@screen("credit.read")
def decide(request: HttpRequest, call: Call, ref: str) -> HttpResponse:
    """Release or reject, with a reason; a release up to an amount and until a day."""
    hold = queries.hold_for_caller(call, ref)
    if request.method != "POST":
        return HttpResponseRedirect(reverse("hold", args=[ref]))
    sent = {name: request.POST.get(name, "").strip()[:300] for name in ("reason", "reason_code", "amount", "until")}
    order_id = ids.inner("ord", hold.order_ref)
    try:
        if "reject" in request.POST:
            orders.reject_order(call, order_id, sent["reason"], _code(sent, "hold-rejection"))
            done(request, _("%(number)s is rejected.") % {"number": hold.order_number})
        else:
            amount, until = _release_terms(call, hold, sent)
            released = orders.release_order(call, order_id, sent["reason"], until, amount, _code(sent, "hold-release"))
            facts = {"number": hold.order_number, "much": show.money_code(released)}
            done(request, _("Released %(much)s for %(number)s. It can be delivered now.") % facts)
    except Refused as refused:
        if refused.code in ("orders.not-on-hold", "credit.hold-decided"):
            messages.error(request, in_words(refused))
            return HttpResponseRedirect(reverse("hold", args=[ref]))
        return _bench(request, call, hold, sent | {"error": in_words(refused)})
    except ValueError as error:
        return _bench(request, call, hold, sent | {"error": str(error)})
    return HttpResponseRedirect(reverse("holds"))


def _codes(call: Call) -> list[tuple[str, str]]:
    """The reasons of both answers; each is offered under its kind, since one form asks for either."""
    said = custom_fields.language()
    groups = (("hold-release", _("Release: %(words)s")), ("hold-rejection", _("Reject: %(words)s")))
    return [("", _("in words"))] + [
        (f"{kind}/{code}", form % {"words": words})
        for kind, form in groups
        for code, words in tailoring.choices(call, kind, said)
    ]


def _code(sent: dict[str, str], kind: str) -> str:
    """The code that was chosen. Errors: Refused('web.reason-of-the-other') when it explains the other answer."""
    chosen, _slash, code = sent["reason_code"].partition("/")
    if code and chosen != kind:
        raise Refused(
            "web.reason-of-the-other", _("This reason explains the other answer. Choose one that fits, or say it in words.")
        )
    return code


def _release_terms(call: Call, hold: HoldRow, sent: dict[str, str]) -> tuple[Money | None, dt.date | None]:
    """The amount and the last day as typed; empty = all of it, without end. Errors: ValueError, Refused."""
    amount = Money(typed.number(sent["amount"]), hold.money.currency) if sent["amount"] else None
    return amount, typed.day(sent["until"], call.today) if sent["until"] else None


urlpatterns = [
    path("holds/", index, name="holds"),
    path("holds/<str:ref>/", record, name="hold"),
    path("holds/<str:ref>/decide/", decide, name="hold-decide"),
]
