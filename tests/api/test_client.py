"""The Python client: up to date, typed as the API is, and enough for a whole walk from an order to cash."""

from __future__ import annotations

import datetime as dt
import http.server
import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from duecourse.access.rules import webhooks as webhook_rules
from duecourse.config import client as generator
from duecourse.config.embedded import PROJECT
from tests.api.desk import key_of_all, operations
from tests.databases import settle
from tests.web.desk import stop_clock
from tests.world import NOON, build

FOLDER = PROJECT / "clients" / "python"


@pytest.fixture
def duecourse_client(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(str(FOLDER))
    import duecourse_client

    yield duecourse_client
    for name in [name for name in sys.modules if name.partition(".")[0] == "duecourse_client"]:
        del sys.modules[name]


@pytest.mark.parametrize("name", ["models.py", "operations.py"])
def test_it_is_up_to_date(name: str) -> None:
    assert (generator.FOLDER / name).read_text(encoding="utf-8") == generator.files()[name], "run `make docs`"


def test_it_has_every_operation(duecourse_client: Any) -> None:
    client = duecourse_client.Client("http://127.0.0.1:1", "dck_x")
    rooms = {name: room for name, room in vars(client).items() if not name.startswith("_")}
    held = {method for room in rooms.values() for method in dir(room)}
    assert {each["operationId"] for _, _, each in operations()} <= held


def test_it_needs_nothing_but_the_standard_library() -> None:
    import ast

    for path in (FOLDER / "duecourse_client").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert {name.partition(".")[0] for name in names} <= {*sys.stdlib_module_names, "duecourse_client"}, path


def test_from_an_order_to_cash(site: Any, monkeypatch: pytest.MonkeyPatch, duecourse_client: Any) -> None:
    """Order, confirm, deliver, bill, pay, apply: over HTTP, by the client alone."""
    stop_clock(monkeypatch, NOON)
    world = build()
    client = duecourse_client.Client(site.url, key_of_all(world))
    (customer,) = client.customers.list_customers(text="10001")["items"]
    line = {"product_number": "P-100", "quantity": "10"}
    new = {"orders": [{"customer_number": "10001", "requested_date": "2026-11-24", "lines": [line]}]}
    (order,) = client.orders.create_orders(new, idempotency_key="shop-4711")["ids"]
    assert client.orders.create_orders(new, idempotency_key="shop-4711")["ids"] == [order]
    if client.orders.confirm_order(order)["result"] == "held":  # nobody has set a limit yet
        account = client.credit.get_exposure(customer["account"])[0]["credit_account"]
        limit = {"amount": "5000", "valid_from": "2026-11-17", "reason": "Good payer"}
        client.credit.set_limit(account, limit)
        client.orders.cancel_order(order, {"reason": "Asked again under the new limit"})
        (order,) = client.orders.create_orders(new)["ids"]
        assert client.orders.confirm_order(order)["result"] == "accepted"
    client.orders.deliver_order(order, {})
    (invoice,) = client.invoices.bill_ready({})["ids"]
    assert client.invoices.get_invoice_pdf(invoice).startswith(b"%PDF")
    gross = client.invoices.get_invoice(invoice)["gross"]
    (bank,) = [each for each in client.bank.list_bank_accounts() if each["currency"] == "EUR"]
    payment = client.cash.record_payment(
        {"bank_account": bank["id"], "amount": gross["amount"], "value_date": "2026-11-17", "remittance": "Paid"}
    )["id"]
    (item,) = [each for each in client.receivables.each_open_items(account=customer["account"]) if each["kind"] == "invoice"]
    applied = {"account": customer["account"], "lines": [{"open_item": item["id"], "applied": gross["amount"]}]}
    client.cash.apply_payment(payment, applied)
    assert client.receivables.list_open_items(account=customer["account"])["items"] == []
    with pytest.raises(duecourse_client.Problem) as problem:
        client.orders.cancel_order(order, {"reason": "Too late"})
    assert (problem.value.status, problem.value.code.partition(".")[0]) == (422, "orders")
    settle()
    names = [each["name"] for each in client.events.each_events(size=50)]
    assert "orders.order-created" in names
    assert client.customers.get_customer(customer["id"])["name"] == customer["name"]
    with pytest.raises(duecourse_client.Problem, match="not-found"):
        client.customers.get_customer("cus_../../events")


@contextmanager
def answering(*answers: tuple[int, dict[str, str], bytes]) -> Iterator[tuple[str, list[Any]]]:
    """A server that gives these answers one after the other, and what it was asked; status 0 breaks off."""
    seen: list[Any] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def log_message(self, *arguments: object) -> None:
            pass

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            status, headers, body = answers[len(seen)]
            seen.append(self.headers)
            if not status:
                self.connection.close()
                return
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}", seen
    server.shutdown()
    server.server_close()


class TestTryingAgain:
    def test_with_the_same_key(self, duecourse_client: Any) -> None:
        busy = (503, {"Retry-After": "0"}, b"{}")
        with answering((0, {}, b""), busy, (200, {}, b'{"ids": ["ord_1"]}')) as (url, seen):
            assert duecourse_client.Client(url, "dck_x").orders.create_orders({"orders": []}) == {"ids": ["ord_1"]}
        assert len({headers["Idempotency-Key"] for headers in seen}) == 1
        assert len(seen) == 3

    def test_never_without_one(self, duecourse_client: Any) -> None:
        with answering((0, {}, b"")) as (url, seen), pytest.raises(duecourse_client.NotReached):
            duecourse_client.Client(url, "dck_x").webhooks.create_webhook({"url": "https://shop.example/"})
        assert len(seen) == 1

    def test_a_redirection_takes_the_key_nowhere(self, duecourse_client: Any) -> None:
        with answering((302, {"Location": "http://127.0.0.1:1/"}, b"{}")) as (url, seen), pytest.raises(duecourse_client.Problem):
            duecourse_client.Client(url, "dck_x").orders.create_orders({"orders": []})
        assert len(seen) == 1


def test_it_verifies_webhooks(duecourse_client: Any) -> None:
    message = webhook_rules.Outgoing(1, "msg_1", 1, "", json.dumps({"type": "a.b"}), (b"k" * 32, b"o" * 32))
    headers = webhook_rules.headers(message, int(NOON.timestamp()))
    now, body = NOON.timestamp(), message.body.encode()
    for key in (b"k" * 32, b"o" * 32):
        assert duecourse_client.verify(webhook_rules.secret_text(key), headers, body, now) == {"type": "a.b"}
    secret = webhook_rules.secret_text(b"k" * 32)
    late = now + dt.timedelta(minutes=6).total_seconds()
    for wrong in [
        (secret, headers, body + b" ", now),
        (secret, headers, body, late),
        (secret, {}, body, now),
        ("whsec_x", headers, body, now),
    ]:
        with pytest.raises(duecourse_client.NotVerified):
            duecourse_client.verify(*wrong)
