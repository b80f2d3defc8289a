"""Keeping books by programs: journals by two people, locks, reports and files."""

from __future__ import annotations

from tests.api.desk import Caller, key_of
from tests.api.test_rooms import invoiced, ok, refused
from tests.world import World


class TestBooks:
    def test_are_kept_by_programs_too(self, world: World, api: Caller) -> None:
        """A journal by one, approved by another; month, VAT and trial balance; a file."""
        invoiced(world, api)
        span = {"first": "2026-11-01", "last": "2026-11-30"}
        lines = [{"account": "4970", "amount": "12.50"}, {"account": "1361", "amount": "-12.50"}]
        journal = {"text": "Fees", "posting_date": "2026-11-17", "document_date": "2026-11-17", "currency": "EUR", "lines": lines}
        clerk = Caller(key_of(world, "billing"))
        (made,) = ok(clerk.post("/books/journals", {"journals": [journal]}, once="j1"))["ids"]
        ok(clerk.post("/books/journals/submit", {"ids": [made]}))
        refused(clerk.post("/books/journals/approve", {"ids": [made]}, once="a0"), 403, "access.not-permitted")
        ok(api.post(f"/books/journals/{made}/reject", {"reason": "Look again"}))
        (made,) = ok(clerk.post("/books/journals", {"journals": [journal]}, once="j2"))["ids"]
        ok(clerk.post("/books/journals/submit", {"ids": [made]}))
        assert ok(api.get("/books/month-close", day="2026-11-17"))["state"] == "open"
        period = ok(api.get("/books/month-close", day="2026-11-17"))["period"]
        ok(api.post(f"/ledger/periods/{period}/lock"))
        refused(api.post("/books/journals/approve", {"ids": [made]}, once="a1"), 422, "ledger.period-closed")
        entry = ok(api.post(f"/books/journals/{made}/approve-late", {"reason": "Came late"}, once="a2"))["id"]
        assert ok(api.get("/books/month-close", day="2026-11-17"))["posted_late"] == [entry]
        assert ok(api.get(f"/books/journals/{made}"))["entry"] == entry
        assert len(ok(api.get("/books/journals", state="posted"))["items"]) == 1
        assert ok(api.get("/books/trial-balance", **span))["holds"] is True
        assert ok(api.get("/books/account-postings", account="4970", **span))["items"][0]["balance"]["amount"] == "12.50"
        vat = ok(api.get("/books/vat", **span))
        assert (vat["moved"]["amount"], vat["difference"]["amount"]) == ("92.34", "0.00")
        first, again = (ok(api.post("/books/exports", span)) for _ in range(2))
        assert (first["again"], again["again"], again["digest"]) == (False, True, first["digest"])
        assert ok(api.get("/books/exports"))["items"][0]["new"] == 0
        assert api.get(f"/books/exports/{first['id']}/file").content.startswith(b"entry_id,entry_number")
