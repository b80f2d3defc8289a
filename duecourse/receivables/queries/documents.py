"""What all invoices and credit notes come to, by currency: from stored sums, so that a list's head does not add up a million."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from django.db import connection

from duecourse.core.call import Call

_ADDED_UP = """
select company_id, kind, currency, due_date, count(*) as documents, sum(amount) as amount,
  count(*) filter (where open_amount <> 0) as open_documents,
  coalesce(sum(amount) filter (where open_amount <> 0), 0) as open_documents_amount, sum(open_amount) as open_amount
from receivables_openitem
where company_id = %(company)s and kind in ('invoice', 'credit-note') and starts_with(source, 'inv_') group by 1, 2, 3, 4
"""
_SUMS = """
select kind, currency, sum(documents), sum(amount), sum(open_documents), sum(open_documents_amount), sum(open_amount),
  coalesce(sum(open_documents) filter (where due_date < %(on)s), 0),
  coalesce(sum(open_documents_amount) filter (where due_date < %(on)s), 0),
  coalesce(sum(open_amount) filter (where due_date < %(on)s), 0)
from receivables_documentsum where company_id = %(company)s group by 1, 2 having sum(documents) <> 0 order by 1, 2
"""


@dataclass(frozen=True, slots=True)
class DocumentSums:
    """Documents of a kind in a currency: all, those with something open, and those of these that were due before the day."""

    kind: str
    currency: str
    documents: int
    amount: Decimal
    open_documents: int
    open_documents_amount: Decimal
    open_amount: Decimal
    late_documents: int
    late_documents_amount: Decimal
    late_amount: Decimal


def document_sums(call: Call, on: dt.date) -> list[DocumentSums]:
    """By kind and currency, as they are now and seen from a day; one query."""
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, {"company": call.company.id, "on": on})
        return [DocumentSums(*row) for row in cursor.fetchall()]


def broken_document_sums(call: Call) -> tuple[int, list[str]]:
    """The verifier's question: stored sums of documents that differ from the items added up; how many were looked at."""
    values = ("documents", "amount", "open_documents", "open_documents_amount", "open_amount")
    sums = ", ".join(f"sum({name}) as {name}" for name in values)
    differ = " or ".join(f"coalesce(s.{name}, 0) <> coalesce(r.{name}, 0)" for name in values)
    with connection.cursor() as cursor:
        cursor.execute(
            f"with s as (select kind, currency, due_date, {sums} from receivables_documentsum where company_id = %(company)s "  # noqa: S608
            f"group by 1, 2, 3), r as ({_ADDED_UP}) select kind, currency, due_date, s.documents, r.documents, s.open_amount, r.open_amount "
            f"from s full join r using (kind, currency, due_date) where {differ} order by 1, 2, 3 limit 10",
            {"company": call.company.id},
        )
        broken = [
            f"{kind} due {due.isoformat()}: stored {many or 0} with {rest or 0} {currency} open, recomputed {really or 0} with {left or 0}"
            for kind, currency, due, many, really, rest, left in cursor.fetchall()
        ]
        cursor.execute("select count(*) from receivables_documentsum where company_id = %s", [call.company.id])
        (many,) = cursor.fetchone()
    return many, broken
