"""Generated from the description: a key without the scope gets 403 everywhere, and another company's ids are not there."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from django.test import Client

from duecourse.access import actions as access
from duecourse.access import rules as access_rules
from duecourse.api import description, urls
from duecourse.core import ids
from duecourse.core.call import ACTIONS
from tests.api.desk import PREFIX, Caller, key_of_all, operations, scopes
from tests.api.test_rooms import acc, invoiced, ok, ordered
from tests.bankfiles import Pay, camt
from tests.world import World, build

ALL = operations()
NAMES = [each["operationId"] for _, _, each in ALL]


def example(operation: dict[str, Any]) -> Any:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return description.sample(description.schema(urls.v1), content["schema"]) if content else None


class TestTheDescription:
    def test_operations_have_names_of_their_own(self) -> None:
        assert len(set(NAMES)) == len(NAMES)

    def test_forms_have_names_of_their_own(self) -> None:
        """Two models of one name would be one form in the description."""
        import duecourse.api as folder
        from duecourse.api.shapes import In, Out

        assert folder
        models = [*In.__subclasses__(), *Out.__subclasses__()]
        for model in models:
            models.extend(each for each in model.__subclasses__() if each not in models)
        names = [model.__name__ for model in models if model.__module__.startswith("duecourse.api")]
        assert sorted({name for name in names if names.count(name) > 1}) == []

    def test_every_scope_is_a_permission_that_some_role_has(self) -> None:
        held = access_rules.permissions_of(access_rules.ROLES)
        assert [scope for scope in scopes() if scope not in held] == []

    @pytest.mark.parametrize(("method", "address", "operation"), ALL, ids=NAMES)
    def test_it_reads_or_does(self, method: str, address: str, operation: dict[str, Any]) -> None:
        scope = operation["x-scope"]
        assert scope.partition(".")[2].startswith("read") if method == "GET" else scope in ACTIONS
        assert {"401", "403", "422", "429"} <= set(operation["responses"])
        assert operation["summary"]


def test_without_the_scope_nothing_opens(world: World) -> None:
    """A key with every scope but the operation's own is refused before its body is looked at."""
    user = access.create_user(
        world.calls["administrator"], "a@b.example", "Alma All", "harbour-lantern-42", list(access_rules.ROLES)
    )
    from duecourse.access.queries import call_for_user

    call = call_for_user(user, world.call.company.id, world.call.at)
    keys = {
        scope: access.create_api_key(call, scope, [each for each in scopes() if each != scope], 90, 10**6)[1]
        for scope in scopes()
    }
    opened = []
    for method, address, operation in ALL:
        path = re.sub(r"\{[a-z_]+\}", "xxx_000000000000", address)
        headers = {"Authorization": f"Bearer {keys[operation['x-scope']]}", "Idempotency-Key": "walk"}
        data = b"not even JSON"
        client = Client()
        response = (
            client.get(path, headers=headers)
            if method == "GET"
            else client.post(path, data, content_type="application/json", headers=headers)
        )
        if (response.status_code, json.loads(response.content)["code"]) != (403, "access.not-permitted"):
            opened.append(f"{method} {address}: {response.status_code}")
    assert opened == []


def belongings(world: World, api: Caller) -> dict[str, str]:
    """One id of every kind in the names of paths."""
    invoice = invoiced(world, api)
    late = ordered(world, api, "late")
    ok(api.post(f"/orders/{late}/confirm"))
    data = camt(world.bank_numbers["EUR"], [Pay("40.00", "Unknown", "gift")])
    taken = ok(api.file("/bank/files", "16.xml", data, "file-1"))
    from duecourse.core.models import Event

    event = Event.objects.filter(company_id=world.call.company.id).latest("id")
    return {
        "account": acc(world),
        "customer": ids.outer("cus", world.customers["good"]),
        "product": ids.outer("prc", world.products["P-100"]),
        "order": late,
        "hold": ok(api.get("/credit/holds"))["items"][0]["id"],
        "credit_account": ok(api.get(f"/accounts/{acc(world)}/exposure"))[0]["credit_account"],
        "invoice": invoice,
        "file": taken["file"],
        "statement": taken["statements"][0]["id"],
        "payment": ok(api.get("/payments"))["items"][0]["id"],
        "item": ok(api.get("/open-items"))["items"][0]["id"],
        "entry": ok(api.get("/ledger/entries"))["items"][0]["id"],
        "period": ok(api.get("/ledger/periods"))[0]["id"],
        "journal": _journal(api),
        "export": ok(api.post("/books/exports", {"first": "2026-01-01", "last": "2026-12-31"}))["id"],
        "event": ids.outer("evt", event.id),
        **_collecting(world, api),
        "view": ok(api.post("/views", {"list": "orders", "name": "Mine", "query": "tab=mine"}))["id"],
        **_webhooks(api),
        **_tailored(api),
        "take_over": ok(api.file("/take-overs?kind=customers", "customers.csv", b"Number,Name\n1,Abel\n", "take-over-1"))["id"],
    }


def _tailored(api: Caller) -> dict[str, str]:
    """A reason code and a field that only this company has."""
    reason = {"kind": "credit-note", "code": "our-own", "words": {"en": "Ours"}}
    ok(api.post("/reason-codes", reason, once="reason-1"))
    own = {"thing": "customer", "name": "ours", "kind": "text", "labels": {"en": "Ours"}}
    ok(api.post("/custom-fields", own, once="field-1"))
    return {"kind": "credit-note", "code": "our-own", "thing": "customer", "name": "ours"}


def _journal(api: Caller) -> str:
    """A draft that waits for approval."""
    lines = [{"account": "4970", "amount": "1"}, {"account": "1361", "amount": "-1"}]
    new = {"text": "Fees", "posting_date": "2026-11-17", "document_date": "2026-11-17", "currency": "EUR", "lines": lines}
    (made,) = ok(api.post("/books/journals", {"journals": [new]}, once="journal-1"))["ids"]
    ok(api.post("/books/journals/submit", {"ids": [made]}))
    return str(made)


def _collecting(world: World, api: Caller) -> dict[str, str]:
    from duecourse.core.reasons import Reason
    from duecourse.notices import actions as notices
    from duecourse.notices.rules import NewTask, Owner

    new = NewTask(acc(world), Reason("notices.own", {"text": "Call"}), Owner(role="collector"))
    (task,) = notices.create_tasks(world.call, [new])
    contact = ok(api.post("/contacts", {"account": acc(world), "outcome": "no-answer"}, once="contact-1"))["id"]
    return {"contact": contact, "task": ids.outer("tsk", task)}


def _webhooks(api: Caller) -> dict[str, str]:
    webhook = ok(api.post("/webhooks", {"url": "https://shop.example/hooks"}))["id"]
    return {"webhook": webhook, "message": ok(api.post(f"/webhooks/{webhook}/test", once="webhook-1"))["id"]}


def test_another_company_sees_nothing(world: World, api: Caller) -> None:
    """Every operation with an id in its path, asked by another organisation's key with our ids: 404, and nothing has changed."""
    ours = belongings(world, api)
    before = ok(api.get(f"/orders/{ours['order']}")), ok(api.get("/ledger/trial-balance")), ok(api.get("/payments", tab="all"))
    stranger = Caller(key_of_all(build("ZZ")))
    leaks = []
    for method, address, operation in ALL:
        if "{" not in address or "{language}" in address:  # every company has every text
            continue
        path = re.sub(r"\{([a-z_]+)\}", lambda name: ours[name.group(1)], address).removeprefix(PREFIX)
        body = example(operation) if method == "POST" else None
        if isinstance(body, dict):
            body = {name: _ours(name, value, ours) for name, value in body.items()}
        response = stranger.ask(method, path, body, once="walk-" + operation["operationId"] if method == "POST" else "")
        unknown = (404, 422) if "{code}" in address or "{name}" in address else (404,)  # a word that is not among one's own
        if response.status_code not in unknown:
            leaks.append(f"{method} {address}: {response.status_code} {response.content[:200]!r}")
    assert leaks == []
    after = ok(api.get(f"/orders/{ours['order']}")), ok(api.get("/ledger/trial-balance")), ok(api.get("/payments", tab="all"))
    assert before == after


def _ours(name: str, value: Any, ours: dict[str, str]) -> Any:
    return ours.get(name, value) if isinstance(value, str) and name in description.PATH_IDS else value


def test_another_companys_ids_in_bodies_and_filters_are_not_there(world: World, api: Caller) -> None:
    ours = belongings(world, api)
    other = build("ZZ")
    stranger = Caller(key_of_all(other))
    line = {"product_number": "P-100", "quantity": "1"}
    tries = [
        stranger.get("/orders", account=ours["account"]),
        stranger.get("/invoices", account=ours["account"]),
        stranger.get("/open-items", account=ours["account"]),
        stranger.get("/credit/holds", account=ours["account"]),
        stranger.get("/ready-lines", account=ours["account"]),
        stranger.get("/bank/statements", file=ours["file"]),
        stranger.post("/invoices", {"invoices": [{"account": ours["account"], "lines": [line]}]}, once="1"),
        stranger.post("/billing-runs", {"accounts": [ours["account"]]}, once="2"),
        stranger.post("/credit-notes", {"credit_notes": [{"invoice": ours["invoice"], "reason": "Mine now"}]}, once="3"),
        stranger.post("/invoices/send", {"invoices": [ours["invoice"]]}, once="4"),
        stranger.post("/payments/propose", {"payments": [ours["payment"]]}),
    ]
    assert [response.status_code for response in tries] == [404] * len(tries)
    order = {"account": ours["account"], "requested_date": "2026-11-24", "lines": [line]}
    assert stranger.post("/orders", {"orders": [order]}, once="5").status_code in (404, 422)
    assert ok(stranger.get("/customers", text="10001"))["items"][0]["account"] == acc(other)
    assert ok(stranger.get("/invoices"))["total"] == 0
