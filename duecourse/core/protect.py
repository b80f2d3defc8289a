"""Migration operations that guard tables: row-level security by company or organisation, append-only rows, grants.

Every table gets exactly one `guard(...)` in the migration that makes it. The application's role owns nothing: it holds what
is granted here and no more. The role's name comes from the connection's settings, so that several installations can share a
server.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

REFUSE_CHANGE = """
create or replace function duecourse_refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only: reverse it and post again', tg_table_name using errcode = 'restrict_violation';
end $$;
create or replace function duecourse_refuse_frozen() returns trigger language plpgsql as $$
declare
  free text[] := string_to_array(tg_argv[0], ',');
begin
  if (to_jsonb(old) - free) is distinct from (to_jsonb(new) - free) then
    raise exception '% is append-only but for %', tg_table_name, tg_argv[0] using errcode = 'restrict_violation';
  end if;
  return new;
end $$;
"""


def refusals() -> migrations.RunSQL:
    """The trigger functions behind append-only tables; made once, in core's first guards."""
    return migrations.RunSQL(
        REFUSE_CHANGE, "drop function duecourse_refuse_change() cascade; drop function duecourse_refuse_frozen() cascade"
    )


def guard(
    table: str,
    by: str | None = "company_id",
    append_only: bool = False,
    may_update: Sequence[str] = (),
    may_delete: bool = True,
) -> migrations.RunPython:
    """Protect `table`.

    `by` is the column row-level security goes by (`company_id`, `organisation_id`, or None for tables of the whole
    installation). `append_only` refuses UPDATE, DELETE and TRUNCATE by grant and by trigger; `may_update` names columns of
    an append-only table that may still change (stored totals that the verifier recomputes).
    """

    def forwards(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        role = editor.quote_name(settings.APPLICATION_ROLE)
        name = editor.quote_name(table)
        editor.execute(f"grant select, insert on {name} to {role}")
        # core.bulk reserves keys ahead of the rows that get them.
        with editor.connection.cursor() as cursor:
            cursor.execute(
                "select pg_get_serial_sequence(%s, a.attname) from pg_attribute a "
                "where a.attrelid = %s::regclass and a.attname = 'id'",
                [name, name],
            )
            found = cursor.fetchone()
        if found and found[0]:
            editor.execute(f"grant usage on sequence {found[0]} to {role}")
        if by:
            setting = "duecourse.company" if by == "company_id" else "duecourse.organisation"
            editor.execute(f"alter table {name} enable row level security")
            editor.execute(f"alter table {name} force row level security")
            editor.execute(
                f"create policy own_rows on {name} using ({by} = nullif(current_setting('{setting}', true), '')::bigint)"
            )
        if not append_only:
            editor.execute(f"grant update{', delete' if may_delete else ''} on {name} to {role}")
            return
        editor.execute(
            f"create trigger append_only_statement before truncate on {name} execute function duecourse_refuse_change()"
        )
        editor.execute(
            f"create trigger append_only_delete before delete on {name} for each row execute function duecourse_refuse_change()"
        )
        if may_update:
            columns = ", ".join(editor.quote_name(column) for column in may_update)
            editor.execute(f"grant update ({columns}) on {name} to {role}")
            editor.execute(
                f"create trigger append_only_update before update on {name} for each row "
                f"execute function duecourse_refuse_frozen('{','.join(may_update)}')"
            )
        else:
            editor.execute(
                f"create trigger append_only_update before update on {name} for each row execute function duecourse_refuse_change()"
            )

    def backwards(apps: StateApps, editor: BaseDatabaseSchemaEditor) -> None:
        name = editor.quote_name(table)
        if by:
            editor.execute(f"drop policy if exists own_rows on {name}")
        for trigger in ("append_only_statement", "append_only_delete", "append_only_update"):
            editor.execute(f"drop trigger if exists {trigger} on {name}")

    return migrations.RunPython(forwards, backwards, elidable=False)
