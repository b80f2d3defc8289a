"""Every operation once, as a program uses it: from a customer to cash in the bank. Answers are held against the description."""

from __future__ import annotations

from typing import Any

from duecourse.core import ids
from tests.api.desk import Caller, key_of
from tests.bankfiles import Pay, camt
from tests.world import World


def acc(world: World, name: str = "good") -> str:
    return ids.outer("acc", world.accounts[name])


def ok(response: Any) -> Any:
    assert response.status_code == 200, response.content
    return response.data


def refused(response: Any, status: int, code: str) -> dict[str, Any]:
    assert (response.status_code, response.data["code"]) == (status, code), response.content
    assert response["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = response.data
    return problem


def ordered(world: World, api: Caller, name: str = "good", quantity: str = "10") -> str:
    body = {
        "account": acc(world, name),
        "requested_date": "2026-11-24",
        "purchase_order": "4500-8102",
        "lines": [
            {"product_number": "P-100", "quantity": quantity},
            {"product_number": "P-200", "quantity": "2", "unit_price": "180.50"},
        ],
    }
    made: str = ok(api.post("/orders", {"orders": [body]}, once=f"order-{name}-{quantity}"))["ids"][0]
    return made


def limited(world: World, api: Caller, amount: str = "5000", name: str = "good") -> str:
    """A credit account for a customer, by way of its first order, and a limit."""
    order = ordered(world, api, name, "1")
    ok(api.post(f"/orders/{order}/confirm"))
    account: str = ok(api.get(f"/accounts/{acc(world, name)}/exposure"))[0]["credit_account"]
    ok(api.post(f"/orders/{order}/cancel", {"reason": "only to open the account"}))
    body = {"amount": amount, "valid_from": "2026-11-17", "reason": "Good payer"}
    ok(api.post(f"/credit/accounts/{account}/limits", body, once="limit-1"))
    return account


def invoiced(world: World, api: Caller) -> str:
    """A delivered and billed order of the good payer: 486.00 net, 578.34 gross, 2 % within 10 days."""
    limited(world, api)
    order = ordered(world, api)
    assert ok(api.post(f"/orders/{order}/confirm"))["result"] == "accepted"
    ok(api.post(f"/orders/{order}/deliver", {}, once="delivery-1"))
    made: str = ok(api.post("/billing-runs", {}, once="run-1"))["ids"][0]
    return made


class TestCustomers:
    def test_made_found_and_read(self, api: Caller) -> None:
        new = {
            "number": "0000020001",
            "name": "Grimm & Söhne KG",
            "terms": "NET30",
            "country": "DE",
            "addresses": [{"lines": ["Am Kai 1"], "city": "Bremen", "country": "DE"}],
            "contacts": [{"name": "Greta Grimm", "email": "greta@grimm.example", "duty": "invoices"}],
        }
        ok(api.post("/customers", {"customers": [new]}, once="customer-1"))
        found = ok(api.get("/customers", text="Grimm"))
        assert [(row["number"], row["name"]) for row in found["items"]] == [("20001", "Grimm & Söhne KG")]
        one = ok(api.get(f"/customers/{found['items'][0]['id']}"))
        assert one["contacts"][0]["email"] == "greta@grimm.example"
        assert ok(api.get(f"/accounts/{one['account']['id']}"))["terms"]["net_days"] == 30
        ok(api.post(f"/customers/{one['id']}/contacts", {"name": "Gero Grimm"}))
        ok(api.post(f"/customers/{one['id']}/aliases", {"value": "GRIMM SOEHNE"}))
        ok(api.post(f"/customers/{one['id']}/bank-accounts", {"account": "DE89370400440532013000"}))
        assert len(ok(api.get(f"/customers/{one['id']}"))["contacts"]) == 2
        ok(api.post(f"/accounts/{one['account']['id']}/stop", {"stopped": True, "reason": "Unpaid"}))
        assert ok(api.get(f"/accounts/{one['account']['id']}"))["is_stopped"] is True
        refused(api.post("/customers", {"customers": [new]}, once="customer-2"), 422, "customers.number-taken")

    def test_terms(self, api: Caller) -> None:
        ok(api.post("/terms", {"code": "N7", "name": "7 days", "net_days": 7, "discount_days": 3, "discount_percent": "1.5"}))
        (made,) = [each for each in ok(api.get("/terms")) if each["code"] == "N7"]
        assert (made["net_days"], made["discount_percent"]) == (7, "1.5")


class TestCatalog:
    def test_products_prices_and_taxes(self, api: Caller) -> None:
        (key,) = ok(api.post("/products", {"products": [{"number": "P-400", "name": "Flange"}]}, once="product-1"))["ids"]
        price = {"product_number": "P-400", "price": "0.125", "currency": "EUR", "valid_from": "2026-01-01"}
        ok(api.post("/prices", {"prices": [price]}))
        assert ok(api.get(f"/products/{key}"))["price"] == {"amount": "0.125", "currency": "EUR"}
        assert ok(api.get("/products", text="P-400"))["total"] == 1
        ok(api.post("/tax-rates", {"country": "NL", "category": "S", "percent": "21", "valid_from": "2026-01-01"}))
        assert ("NL", "21") in [(each["country"], each["percent"]) for each in ok(api.get("/tax-rates"))]


class TestOrders:
    def test_from_entry_to_an_invoice(self, world: World, api: Caller) -> None:
        limited(world, api)
        order = ordered(world, api)
        assert ok(api.get("/orders", state="draft"))["total"] == 1
        decision = ok(api.post(f"/orders/{order}/confirm"))
        assert (decision["result"], decision["limit"]) == ("accepted", {"amount": "5000.00", "currency": "EUR"})
        first = ok(api.get(f"/orders/{order}"))["lines"][0]["line_number"]
        ok(api.post(f"/orders/{order}/deliver", {"lines": [{"line_number": first, "quantity": "4"}]}, once="d-1"))
        assert [line["quantity"] for line in ok(api.get("/ready-lines"))] == ["4"]
        ok(api.post(f"/orders/{order}/close", {"reason": "The rest is not wanted"}))
        shown = ok(api.get(f"/orders/{order}"))
        assert (shown["lines"][0]["delivered_quantity"], shown["state"]) == ("4", "delivered")
        assert ok(api.post("/billing-runs", {"accounts": [acc(world)]}, once="b-1"))["left"] == 0
        refused(api.post(f"/orders/{order}/confirm"), 422, "orders.wrong-state")

    def test_held_and_released_by_another_person(self, world: World, api: Caller) -> None:
        desk = Caller(key_of(world, "order-desk"))
        manager = Caller(key_of(world, "credit-manager"))
        order = ordered(world, desk)
        decision = ok(desk.post(f"/orders/{order}/confirm"))
        assert decision["result"] == "held"
        assert all(finding["reason"]["text"] for finding in decision["findings"])
        (hold,) = ok(manager.get("/credit/holds"))["items"]
        assert ok(manager.get(f"/credit/holds/{hold['id']}"))["order"] == order
        own = api.post(f"/orders/{ordered(world, api, quantity='3')}/confirm")
        assert ok(own)["result"] == "held"
        (mine,) = [each for each in ok(api.get("/credit/holds"))["items"] if each["id"] != hold["id"]]
        refused(api.post(f"/orders/{mine['order']}/release", {"reason": "I like it"}), 422, "credit.own-release")
        assert ok(manager.post(f"/orders/{order}/release", {"reason": "Paid today"}))["reserved"]["amount"] == "578.34"
        refused(manager.post(f"/orders/{order}/release", {"reason": "again"}), 409, "orders.not-on-hold")
        ok(manager.post(f"/orders/{mine['order']}/reject", {"reason": "Too much"}))

    def test_limits_and_policy(self, world: World, api: Caller) -> None:
        account = limited(world, api)
        (limit,) = ok(api.get(f"/credit/accounts/{account}/limits"))
        assert limit["amount"] == {"amount": "5000.00", "currency": "EUR"}
        assert ok(api.get("/credit/policy"))["version"] == 0
        assert ok(api.get(f"/accounts/{acc(world)}/exposure"))[0]["free"]["amount"] == "5000.00"


class TestInvoices:
    def test_posted_without_an_order_read_printed_and_credited(self, world: World, api: Caller) -> None:
        lines = [{"product_number": "P-100", "quantity": "10"}, {"description": "Freight", "quantity": "1", "unit_price": "25"}]
        (key,) = ok(api.post("/invoices", {"invoices": [{"account": acc(world), "lines": lines}]}, once="i-1"))["ids"]
        one = ok(api.get(f"/invoices/{key}"))
        assert (one["net"]["amount"], one["tax"]["amount"], one["gross"]["amount"]) == ("150.00", "28.50", "178.50")
        printed = api.get(f"/invoices/{key}/pdf")
        assert printed.content.startswith(b"%PDF-")
        note = {"invoice": key, "reason": "Two were broken", "lines": [{"line_number": 1, "quantity": "2"}]}
        (credit,) = ok(api.post("/credit-notes", {"credit_notes": [note]}, once="c-1"))["ids"]
        assert ok(api.get(f"/invoices/{credit}"))["gross"]["amount"] == "-29.75"
        assert ok(api.get(f"/invoices/{key}"))["open"]["amount"] == "148.75"
        assert ok(api.get("/invoices", tab="credit-notes"))["total"] == 1
        assert ok(api.post("/invoices/send", {"invoices": [key]}, once="s-1")) == {"queued": 1}

    def test_a_line_needs_a_price(self, world: World, api: Caller) -> None:
        body = {"invoices": [{"account": acc(world), "lines": [{"description": "Freight", "quantity": "1"}]}]}
        assert refused(api.post("/invoices", body, once="i-2"), 422, "api.line-not-usable")["line"] == 1


class TestCash:
    def test_a_bank_file_pays_an_invoice(self, world: World, api: Caller) -> None:
        number = ok(api.get(f"/invoices/{invoiced(world, api)}"))["number"]
        data = camt(
            world.bank_numbers["EUR"], [Pay("566.77", "Albrecht Anlagenbau GmbH", number), Pay("40.00", "Unknown", "gift")]
        )
        taken = ok(api.file("/bank/files", "16.xml", data, "file-1"))
        assert (taken["lines_new"], taken["payments"]) == (2, 2)
        assert ok(api.file("/bank/files", "again.xml", data, "file-2"))["already_imported"] is True
        assert ok(api.get(f"/bank/files/{taken['file']}"))["lines_new"] == 2
        assert ok(api.get("/bank/files"))["total"] == 1
        statement = ok(api.get("/bank/statements", file=taken["file"]))["items"][0]
        assert ok(api.get(f"/bank/statements/{statement['id']}"))["closing"]["amount"] == "606.77"
        assert ok(api.get(f"/bank/statements/{statement['id']}/lines"))["total"] == 2
        found = ok(api.get("/payments", text="Albrecht"))["items"][0]
        assert (found["state"], found["proposed_account"], found["proposed_documents"]) == ("confirm", acc(world), [number])
        detail = ok(api.get(f"/payments/{found['id']}"))
        assert detail["proposals"][0]["lines"][0]["residual_kind"] == "discount"
        assert ok(api.post("/payments/propose", {}))
        applied = ok(api.post(f"/payments/{found['id']}/accept-proposal", {"rank": 1}, once="a-1"))
        assert (applied["state"], applied["rest"]["amount"]) == ("applied", "0.00")
        refused(api.post(f"/payments/{found['id']}/accept-proposal", {"rank": 9}, once="a-2"), 422, "api.no-such-proposal")
        ok(api.post(f"/payments/{found['id']}/unapply", {"reason": "Wrong customer"}, once="u-1"))
        (gift,) = ok(api.get("/payments", text="gift"))["items"]
        ok(api.post(f"/payments/{gift['id']}/later"))
        ok(api.post(f"/payments/{gift['id']}/not-receivable", {"note": "A gift"}))
        assert ok(api.post("/verify"))["holds"] is True

    def test_a_payment_by_hand_is_applied_and_the_rest_is_on_account(self, world: World, api: Caller) -> None:
        invoice = ok(api.get(f"/invoices/{invoiced(world, api)}"))
        bank = next(each["id"] for each in ok(api.get("/bank/accounts")) if each["currency"] == "EUR")
        body = {"bank_account": bank, "amount": "600", "value_date": "2026-11-17", "payer_name": "Albrecht"}
        payment = ok(api.post("/payments", body, once="p-1"))["id"]
        lines = [{"open_item": invoice["open_item"], "applied": "578.34"}]
        seen = {"amount": "600.00", "currency": "EUR"}
        done = ok(api.post(f"/payments/{payment}/apply", {"account": acc(world), "lines": lines, "rest": seen}, once="x-1"))
        assert (done["state"], done["rest"]["amount"]) == ("on-account", "21.66")
        other = ok(api.post("/payments", {**body, "amount": "10"}, once="p-2"))["id"]
        assert ok(api.post(f"/payments/{other}/on-account", {"account": acc(world)}, once="o-1"))["state"] == "on-account"
        history = ok(api.get(f"/open-items/{invoice['open_item']}"))
        assert [each["amount"]["amount"] for each in history["allocations"]] == ["578.34"]

    def test_a_broken_file_is_refused_by_line(self, api: Caller) -> None:
        response = api.file("/bank/files", "a.xml", b"<Document>", "file-3")
        assert response.status_code == 422
        assert response.data["file"] == "a.xml"


class TestBooks:
    def test_open_items_and_ageing_on_any_day(self, world: World, api: Caller) -> None:
        invoiced(world, api)
        found = ok(api.get("/open-items", account=acc(world), currency="EUR", bucket="not_due"))
        assert [each["open"]["amount"] for each in found["items"]] == ["578.34"]
        assert ok(api.get("/open-items", as_of="2026-11-16"))["items"] == []
        assert ok(api.get("/open-items", known_at="2026-11-17T00:00:00+01:00"))["known_at"]
        report = ok(api.get("/ageing", as_of="2027-01-31"))
        assert (report["items"][0]["ages"]["days_31_60"]["amount"], report["summary"]["total"]["amount"]) == ("578.34", "578.34")

    def test_the_ledger(self, world: World, api: Caller) -> None:
        invoiced(world, api)
        (entry,) = ok(api.get("/ledger/entries", kind="invoice"))["items"]
        assert ok(api.get(f"/ledger/entries/{entry['id']}")) == entry
        balances = ok(api.get("/ledger/trial-balance"))["accounts"]
        assert len(balances) == len(ok(api.get("/ledger/accounts")))
        period = next(each for each in ok(api.get("/ledger/periods")) if each["start_date"] == "2026-10-01")
        ok(api.post(f"/ledger/periods/{period['id']}/close"))
        lines = [{"product_number": "P-100", "quantity": "1"}]
        late = {"invoices": [{"account": acc(world), "issue_date": "2026-10-05", "lines": lines}]}
        refused(api.post("/invoices", late, once="late"), 422, "ledger.period-closed")
        why = {"reason": "An invoice is missing"}
        ok(api.post(f"/ledger/periods/{period['id']}/reopen", why))
        refused(api.post(f"/ledger/periods/{period['id']}/reopen", why), 422, "ledger.period-unchanged")
        ok(api.post(f"/ledger/periods/{period['id']}/lock"))
        ok(api.post(f"/ledger/periods/{period['id']}/unlock"))
        rate = {"currency": "GBP", "rate_date": "2026-11-16", "per_euro": "0.8"}
        assert ok(api.post("/ledger/rates", {"rates": [rate]})) == {"new": 1}
        assert ok(api.get("/ledger/rates", currency="GBP")) == [{"currency": "GBP", "rate": "1.25"}]

    def test_key_figures_and_the_verifier(self, world: World, api: Caller) -> None:
        invoiced(world, api)
        figures = ok(api.get("/kpis", weeks=4))
        assert figures["exposure"]["amount"] == "578.34"
        assert ok(api.get("/kpis", as_of="2026-11-16"))["exposure"] is None
        assert (figures["receivables"]["total"]["amount"], len(figures["received"])) == ("578.34", 4)
        assert ok(api.get("/verify"))["holds"] is None
        verified = ok(api.post("/verify"))
        assert (verified["holds"], len(verified["invariants"])) == (True, 14)
        assert ok(api.get("/verify"))["holds"] is True
