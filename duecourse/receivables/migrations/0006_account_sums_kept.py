from django.db import migrations

from duecourse.core.protect import guard

# What is late by the day that a row was aged on; the same bounds as rules.BUCKETS.
LATE = """
  coalesce(sum(c.company_part) filter (where c.due_date < s.aged_on), 0) as overdue,
  coalesce(sum(c.company_part) filter (where c.due_date < s.aged_on and c.due_date >= s.aged_on - 30), 0) as late_30,
  coalesce(sum(c.company_part) filter (where c.due_date < s.aged_on - 30 and c.due_date >= s.aged_on - 60), 0) as late_60,
  coalesce(sum(c.company_part) filter (where c.due_date < s.aged_on - 60 and c.due_date >= s.aged_on - 90), 0) as late_90,
  coalesce(sum(c.company_part) filter (where c.due_date < s.aged_on - 90), 0) as late_more
"""
# Whoever changes what is owed holds the customer accounts already, so that these rows never wait for each other in a circle; they
# are locked once more, in order, for a hand that writes items without.
KEEP = """
create function {name}() returns trigger language plpgsql
  set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off as $$
declare
  today date := coalesce(nullif(current_setting('duecourse.today', true), '')::date, current_date);
begin
  insert into receivables_accountsum (company_id, customer_account_id, currency, aged_on, items, open_amount, open_company_amount,
    overdue_company_amount, late_30, late_60, late_90, late_more, is_split)
  select distinct c.company_id, c.customer_account_id, c.currency, today, 0, 0, 0, 0, 0, 0, 0, 0, false
  from {keys} c where not exists (
    select 1 from receivables_accountsum s
    where s.company_id = c.company_id and s.customer_account_id = c.customer_account_id and s.currency = c.currency
  ) order by 1, 2, 3
  on conflict do nothing;
  if found then
    update receivables_accountsum s set is_split = true from {keys} c
    where s.company_id = c.company_id and s.customer_account_id = c.customer_account_id and not s.is_split and exists (
      select 1 from receivables_accountsum o
      where o.company_id = s.company_id and o.customer_account_id = s.customer_account_id and o.currency <> s.currency
    );
  end if;
  perform 1 from receivables_accountsum s
  where (s.company_id, s.customer_account_id, s.currency) in (select c.company_id, c.customer_account_id, c.currency from {keys} c)
  order by s.id for no key update;
  update receivables_accountsum k set items = k.items + d.items, open_amount = k.open_amount + d.own,
    open_company_amount = k.open_company_amount + d.company_part,
    overdue_company_amount = k.overdue_company_amount + d.overdue, late_30 = k.late_30 + d.late_30, late_60 = k.late_60 + d.late_60,
    late_90 = k.late_90 + d.late_90, late_more = k.late_more + d.late_more
  from (
    select s.id, sum(c.items) as items, sum(c.own) as own, sum(c.company_part) as company_part, {late}
    from ({changes}) c join receivables_accountsum s
      on s.company_id = c.company_id and s.customer_account_id = c.customer_account_id and s.currency = c.currency
    group by s.id
  ) d where k.id = d.id;
  return null;
end $$;
"""
PART = (
    "select company_id, customer_account_id, currency, due_date, {sign}open_amount as own, {sign}open_company_amount as company_part, "
    "{sign}(open_amount <> 0)::int as items from {rows}"
)
ADDED = KEEP.format(name="receivables_sum_added", keys="added", changes=PART.format(sign="", rows="added"), late=LATE)
CHANGED = KEEP.format(
    name="receivables_sum_changed",
    keys="after",
    changes=f"{PART.format(sign='', rows='after')} union all {PART.format(sign='-', rows='before')}",
    late=LATE,
)
TRIGGERS = """
create trigger sum_added after insert on receivables_openitem referencing new table as added
  for each statement execute function receivables_sum_added();
create trigger sum_changed after update on receivables_openitem referencing old table as before new table as after
  for each statement execute function receivables_sum_changed();
"""
# Sums are changed in place; room on each page keeps that cheap. Row-level security hides every row from a migration, so it rests.
FILL = f"""
set constraints all immediate;
alter table receivables_accountsum set (fillfactor = 70);
alter table receivables_openitem no force row level security;
insert into receivables_accountsum (company_id, customer_account_id, currency, aged_on, items, open_amount, open_company_amount,
  overdue_company_amount, late_30, late_60, late_90, late_more, is_split)
select c.company_id, c.customer_account_id, c.currency, s.aged_on, sum(c.items), sum(c.own), sum(c.company_part), {LATE},
  count(*) over (partition by c.company_id, c.customer_account_id) > 1
from ({PART.format(sign="", rows="receivables_openitem")}) c cross join (select current_date as aged_on) s group by 1, 2, 3, 4;
alter table receivables_openitem force row level security;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0002_core_guards"), ("receivables", "0005_account_sums")]

    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        guard("receivables_accountsum", may_delete=False),
        migrations.RunSQL(
            ADDED + CHANGED + TRIGGERS,
            "drop function receivables_sum_added() cascade; drop function receivables_sum_changed() cascade",
        ),
    ]
