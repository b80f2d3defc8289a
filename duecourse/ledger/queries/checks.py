"""The verifier's questions about the books: how many rows were looked at, and the first offenders in words."""

from __future__ import annotations

from decimal import Decimal

from django.db import connection

from duecourse.core import sequences
from duecourse.core.call import Call
from duecourse.ledger.models import JournalEntry


def unbalanced_entries(call: Call) -> tuple[int, list[str]]:
    """Do debits equal credits in every entry, in each of its currencies and in the company's, over two lines at least?"""
    with connection.cursor() as cursor:
        cursor.execute(
            "select e.number, coalesce(sum(p.company_amount), 0), count(p.id) from ledger_journalentry e "
            "left join ledger_posting p on p.entry_id = e.id and p.company_id = e.company_id where e.company_id = %s "
            "group by e.id having coalesce(sum(p.company_amount), 0) <> 0 or count(p.id) < 2 limit 10",
            [call.company.id],
        )
        broken = [f"{number}: {total} over {lines} lines" for number, total, lines in cursor.fetchall()]
        cursor.execute(
            "select e.number, u.currency, u.rest from (select entry_id, currency, sum(amount) as rest, "
            "bool_or(currency = %s and amount <> company_amount) as differs from ledger_posting where company_id = %s "
            "group by entry_id, currency) u join ledger_journalentry e on e.id = u.entry_id where u.rest <> 0 or u.differs limit 10",
            [call.company.currency, call.company.id],
        )
        broken += [f"{number}: {rest} {currency} in the currency of its lines" for number, currency, rest in cursor.fetchall()]
    return JournalEntry.objects.filter(company_id=call.company.id).count(), broken[:10]


def number_gaps(call: Call) -> tuple[int, list[str]]:
    """Do journal numbers run without gaps and doubles in every year, as far as the series says that they were given?"""
    with connection.cursor() as cursor:
        cursor.execute(
            "select 2000 + substr(number, 4, 2)::int, count(*), count(distinct number), max(substr(number, 7)::bigint) "
            "from ledger_journalentry where company_id = %s group by 1 order by 1",
            [call.company.id],
        )
        found = {year: (count, different, last) for year, count, different, last in cursor.fetchall()}
    given = sequences.given(call, "journal")
    broken = []
    for year in sorted(found.keys() | given.keys()):
        count, different, last = found.get(year, (0, 0, 0))
        if not count == different == last == len(given.get(year, range(0))):
            broken.append(
                f"JE-{year % 100:02d}: {len(given.get(year, range(0)))} given, the last is {last}, {count} there, {different} different"
            )
    return sum(count for count, _, _ in found.values()), broken


def control_sums(call: Call) -> dict[tuple[int, str], tuple[Decimal, Decimal]]:
    """(customer account, currency) → what the receivables account says of it, in that currency and in the company's; no zeros."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select p.customer_account_id, p.currency, sum(p.amount), sum(p.company_amount) from ledger_posting p "
            "join ledger_account a on a.id = p.account_id where p.company_id = %s and a.purpose = 'receivables' "
            "group by 1, 2 having sum(p.amount) <> 0 or sum(p.company_amount) <> 0",
            [call.company.id],
        )
        return {(account, currency): (total, own) for account, currency, total, own in cursor.fetchall()}
