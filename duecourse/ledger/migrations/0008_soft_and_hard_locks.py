from django.db import migrations

from duecourse.core.protect import guard

# Row-level security hides every row from a migration, so it rests while the word changes.
RENAME = """
alter table ledger_period no force row level security;
update ledger_period set state = '{new}' where state = '{old}';
alter table ledger_period force row level security;
"""

# A soft-locked period takes an entry that says why; a closed one takes none. Approved journals are frozen, and the one who wrote
# a journal last stays the one who may not approve it.
RULES = """
create or replace function duecourse_entry_in_open_period() returns trigger language plpgsql as $$
declare
  wrong date;
begin
  select d.posting_date into wrong from (select distinct company_id, posting_date, late_reason <> '' as late from added) d
  where not exists (
    select 1 from ledger_period p where p.company_id = d.company_id and (p.state = 'open' or p.state = 'soft' and d.late)
    and p.start_date <= d.posting_date and d.posting_date < p.end_date
  ) limit 1;
  if found then
    raise exception 'no open period takes %', wrong using errcode = 'restrict_violation';
  end if;
  return null;
end $$;

create function duecourse_posted_journal_stays() returns trigger language plpgsql as $$
begin
  if old.state = 'posted' then
    raise exception 'a posted journal never changes: reverse its entry' using errcode = 'restrict_violation';
  end if;
  if new.state = 'posted' and new.prepared_by_id is distinct from old.prepared_by_id then
    raise exception 'who prepared a journal does not change with its approval' using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
create trigger posted_journal_stays before update on ledger_manualjournal
  for each row execute function duecourse_posted_journal_stays();

create function duecourse_posted_journal_lines_stay() returns trigger language plpgsql as $$
begin
  if exists (
    select 1 from ledger_manualjournal j where j.state = 'posted'
    and (tg_op <> 'INSERT' and j.id = old.journal_id or tg_op <> 'DELETE' and j.id = new.journal_id)
  ) then
    raise exception 'a posted journal never changes: reverse its entry' using errcode = 'restrict_violation';
  end if;
  return case tg_op when 'DELETE' then old else new end;
end $$;
create trigger posted_journal_lines_stay before insert or update or delete on ledger_manualjournalline
  for each row execute function duecourse_posted_journal_lines_stay();
"""

BEFORE = """
create or replace function duecourse_entry_in_open_period() returns trigger language plpgsql as $$
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
drop function duecourse_posted_journal_stays() cascade;
drop function duecourse_posted_journal_lines_stay() cascade;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0002_core_guards"), ("ledger", "0007_manual_journals_and_exports")]

    operations = [
        guard("ledger_manualjournal", may_delete=False),
        guard("ledger_manualjournalline"),
        guard("ledger_booksetting", may_delete=False),
        guard("ledger_exportaccount"),
        guard("ledger_journalexport", append_only=True),
        migrations.RunSQL(RENAME.format(old="closed", new="hard"), RENAME.format(old="hard", new="closed")),
        migrations.RunSQL(RULES, BEFORE),
    ]
