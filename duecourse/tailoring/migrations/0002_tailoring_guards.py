from django.db import migrations

from duecourse.core.protect import guard

# A value of an invoice stays as it was posted; those of customers and orders may change.
POSTED = """
create or replace function tailoring_refuse_posted() returns trigger language plpgsql as $$
begin
  if old.thing = 'invoice' then
    raise exception 'values of invoices are append-only: credit the invoice and post again' using errcode = 'restrict_violation';
  end if;
  return case when tg_op = 'DELETE' then old else new end;
end $$;
create trigger posted_values before update or delete on tailoring_fieldvalue for each row execute function tailoring_refuse_posted();
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0002_core_guards"), ("tailoring", "0001_tailoring_tables")]

    operations = [
        guard("tailoring_reasonversion", append_only=True),
        guard("tailoring_reasonuse", append_only=True),
        guard("tailoring_field", may_delete=False),
        guard("tailoring_fieldvalue"),
        guard("tailoring_textversion", append_only=True),
        migrations.RunSQL(POSTED, "drop function tailoring_refuse_posted() cascade"),
    ]
