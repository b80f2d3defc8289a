"""What the verifier asks of invoices: numbers without gaps, and totals that add up."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping

from django.db import connection

from duecourse.core import sequences
from duecourse.core.call import Call
from duecourse.invoicing.models import Invoice


def number_gaps(call: Call) -> tuple[int, list[str]]:
    """The verifier's question: is each number that was given there, once, and no other? How many were looked at, and what is wrong."""
    by_series: Mapping[tuple[str, int], list[int]] = defaultdict(list)
    for kind, number in Invoice.objects.filter(company_id=call.company.id, origin="").values_list("kind", "number").iterator():
        _, short_year, place = number.rsplit("-", 2)
        by_series[kind, 2000 + int(short_year)].append(int(place))
    given = {(kind, year): run for kind in ("invoice", "credit-note") for year, run in sequences.given(call, kind).items()}
    prefix = sequences.prefixes(call)
    gaps = []
    for kind, year in sorted(by_series.keys() | given.keys()):
        places, run = Counter(by_series.get((kind, year), [])), given.get((kind, year), range(0))

        def said(place: int, kind: str = kind, year: int = year) -> str:
            return sequences.number(kind, year, place, prefix[kind])

        gaps += [f"{said(place)} is missing" for place in sorted(set(run) - set(places))[:10]]
        gaps += [f"{said(place)} was never given" for place in sorted(places) if place not in run][:10]
        gaps += [f"{said(place)} is there {count} times" for place, count in sorted(places.items()) if count > 1][:10]
    return sum(len(places) for places in by_series.values()), gaps


def broken_invoices(call: Call) -> tuple[int, list[str]]:
    """The verifier's question: is every document's total the sum of its lines and tax, its item's amount and its entry's debit?

    Of a document that was taken over only its item is compared: its lines are another system's, its tax is not known.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "select i.number from invoicing_invoice i join receivables_openitem o on o.id = i.item_id "
            "left join (select invoice_id, sum(net) as net from invoicing_invoiceline where company_id = %s group by 1) l on l.invoice_id = i.id "
            "where i.company_id = %s and (i.gross <> o.amount or i.currency <> o.currency or i.entry_id <> o.entry_id or i.origin = '' and "
            "(i.gross <> i.net + i.tax or l.net is distinct from i.net or "
            "(select sum((row->>3)::numeric) from jsonb_array_elements(i.tax_breakdown) row) <> i.tax)) "
            "order by i.id limit 10",
            [call.company.id, call.company.id],
        )
        broken = [f"{number}: lines, tax, item and entry differ" for (number,) in cursor.fetchall()]
        cursor.execute(
            "with own as (select invoice_id, tax_category, tax_percent, sum(net) as base from invoicing_invoiceline where company_id = %s "
            "group by 1, 2, 3), told as (select i.id, row->>0 as category, (row->>1)::numeric as percent, (row->>2)::numeric as base "
            "from invoicing_invoice i, jsonb_array_elements(i.tax_breakdown) row where i.company_id = %s) "
            "select distinct i.number from own full join told on told.id = own.invoice_id and told.category = own.tax_category "
            "and told.percent = own.tax_percent join invoicing_invoice i on i.id = coalesce(own.invoice_id, told.id) and i.origin = '' "
            "where own.base is distinct from told.base limit 10",
            [call.company.id, call.company.id],
        )
        broken += [f"{number}: its lines are not its tax breakdown" for (number,) in cursor.fetchall()]
    return Invoice.objects.filter(company_id=call.company.id).count(), broken
