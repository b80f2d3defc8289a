from django.db import migrations

# Debits equal credits in the company's currency, checked when the transaction commits; an entry belongs to one transaction,
# so nothing is added to it later; its date lies in an open period. The function looks with the entry's own company, because
# the check may run when row-level security shows another one.
BALANCE = """
create function duecourse_entry_balances() returns trigger language plpgsql as $$
declare
  before text := current_setting('duecourse.company', true);
  total numeric;
  lines bigint;
begin
  perform set_config('duecourse.company', new.company_id::text, true);
  select coalesce(sum(company_amount), 0), count(*) into total, lines from ledger_posting where entry_id = new.id;
  perform set_config('duecourse.company', coalesce(before, ''), true);
  if lines < 2 or total <> 0 then
    raise exception 'journal entry % does not balance: % over % lines', new.number, total, lines using errcode = 'check_violation';
  end if;
  return null;
end $$;
create constraint trigger entry_balances after insert on ledger_journalentry deferrable initially deferred
  for each row execute function duecourse_entry_balances();

create function duecourse_posting_in_its_transaction() returns trigger language plpgsql as $$
begin
  if exists (
    select 1 from (select distinct entry_id from added) p
    left join ledger_journalentry e on e.id = p.entry_id and e.transaction_id = pg_current_xact_id()
    where e.id is null
  ) then
    raise exception 'a posted journal entry takes no more lines' using errcode = 'restrict_violation';
  end if;
  return null;
end $$;
create trigger posting_in_its_transaction after insert on ledger_posting referencing new table as added
  for each statement execute function duecourse_posting_in_its_transaction();

create function duecourse_entry_in_open_period() returns trigger language plpgsql as $$
declare
  wrong date;
begin
  select d.posting_date into wrong from (select distinct company_id, posting_date from added) d
  where not exists (
    select 1 from ledger_period p where p.company_id = d.company_id and p.state = 'open'
    and p.start_date <= d.posting_date and d.posting_date < p.end_date
  ) limit 1;
  if found then
    raise exception 'no open period takes %', wrong using errcode = 'restrict_violation';
  end if;
  return null;
end $$;
create trigger entry_in_open_period after insert on ledger_journalentry referencing new table as added
  for each statement execute function duecourse_entry_in_open_period();
"""


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_ledger_guards")]

    operations = [
        migrations.RunSQL(
            BALANCE,
            "drop function duecourse_entry_balances() cascade; drop function duecourse_posting_in_its_transaction() cascade; "
            "drop function duecourse_entry_in_open_period() cascade",
        )
    ]
