from django.db import migrations

from duecourse.core.protect import guard

COLUMNS = "company_id, kind, currency, due_date, documents, amount, open_documents, open_documents_amount, open_amount"
PART = (
    "select company_id, kind, currency, due_date, {sign}1 as documents, {sign}amount as amount, {sign}(open_amount <> 0)::int as many, "
    "{sign}(open_amount <> 0)::int * amount as gross, {sign}open_amount as rest from {rows} "
    "where kind in ('invoice', 'credit-note') and starts_with(source, 'inv_')"
)
ADD = (
    "insert into receivables_documentsum ({columns}) select company_id, kind, currency, due_date, sum(documents), sum(amount), sum(many), "
    "sum(gross), sum(rest) from ({changes}) c group by 1, 2, 3, 4 having sum(documents) <> 0 or sum(many) <> 0 or sum(rest) <> 0"
)
ADDED = ADD.format(columns=COLUMNS, changes=PART.format(sign="", rows="added"))
CHANGED = ADD.format(
    columns=COLUMNS, changes=f"{PART.format(sign='', rows='after')} union all {PART.format(sign='-', rows='before')}"
)
KEEP = f"""
create function receivables_document_added() returns trigger language plpgsql as $$
begin
  {ADDED};
  return null;
end $$;
create function receivables_document_changed() returns trigger language plpgsql as $$
begin
  {CHANGED};
  return null;
end $$;
create trigger document_added after insert on receivables_openitem referencing new table as added
  for each statement execute function receivables_document_added();
create trigger document_changed after update on receivables_openitem referencing old table as before new table as after
  for each statement execute function receivables_document_changed();
"""
# Row-level security hides every row from a migration, so it rests.
FILL = f"""
set constraints all immediate;
alter table receivables_openitem no force row level security;
{ADD.format(columns=COLUMNS, changes=PART.format(sign="", rows="receivables_openitem"))};
alter table receivables_openitem force row level security;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0002_core_guards"), ("receivables", "0007_document_sums")]

    operations = [
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        guard("receivables_documentsum"),
        migrations.RunSQL(
            KEEP, "drop function receivables_document_added() cascade; drop function receivables_document_changed() cascade"
        ),
    ]
