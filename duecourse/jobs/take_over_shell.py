"""`duecourse import KIND FILE`: the take-over of the screens from the shell, by the same reading, checking and writing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from duecourse.core.call import Call, within
from duecourse.core.errors import Refused
from duecourse.core.reasons import say
from duecourse.documents import actions as documents
from duecourse.documents import queries as document_facts
from duecourse.documents.rules import kind_of
from duecourse.jobs import take_overs
from duecourse.jobs.imports import examine, open_items

Tell = Callable[[str], object]


def is_general(kind: str, data: bytes, name: str, mapping: str) -> bool:
    """Whether a file is read by its columns' guesses: all but an SAP-like extract of open items, whose columns are known by name."""
    if kind != "open-items" or mapping:
        return True
    if data[:2] == b"PK":
        return True
    heads = examine.open_table(data, name, {}).heads
    return not open_items.is_extract(heads) and not {"cust_number", "kunnr", "doc_id", "belnr"} & {
        head.casefold() for head in heads
    }


def chosen_mapping(file: str, heads: tuple[str, ...]) -> dict[str, str]:
    """A JSON file {"head": "field"} as place → field. Errors: Refused('import.mapping-not-readable')."""
    try:
        named = json.loads(Path(file).read_text(encoding="utf-8"))
        assert isinstance(named, dict)
    except (OSError, ValueError, AssertionError) as error:
        raise Refused(
            "import.mapping-not-readable", f'{file} is no JSON object such as {{"Betrag": "amount"}}: {error}.'
        ) from None
    missing = sorted(set(named) - set(heads))
    if missing:
        raise Refused(
            "import.mapping-not-readable", f"{file}: the file has no column {', '.join(missing)}; it has {', '.join(heads)}."
        )
    return {str(heads.index(head)): str(field) for head, field in named.items()}


def run(call: Call, kind: str, data: bytes, name: str, chosen: Mapping[str, Any], tell: Tell, warn: Tell) -> None:
    """Look, tell what it would do, and with `confirm` take the ready rows over, all in one transaction. Errors: Refused."""
    options = {key: chosen[key] for key in ("terms", "on", "sheet", "currency", "difference") if chosen.get(key)}
    options = {key: value for key, value in options.items() if key == "sheet" or key in kind_of(kind).options}
    mapping = chosen_mapping(chosen["mapping"], examine.open_table(data, name, options).heads) if chosen.get("mapping") else {}
    system = chosen.get("system") or "file"
    with within(call):
        done = examine.examine(call, data, Path(name).name, kind, system, mapping, options)
    _told(done, tell, warn)
    if chosen.get("rejects") and done.checked.rejects:
        Path(chosen["rejects"]).write_bytes(examine.rejects_csv(done))
    if not chosen.get("confirm"):
        tell("This was a dry run; nothing was written. Take the ready rows over with --confirm.")
        return
    if not done.checked.ready and not done.checked.problems:
        tell("Nothing is ready and new; nothing was written.")
        return
    digest = documents.store_bytes(data)
    with within(call):
        document_facts.one_at_a_time(call)
        key, _ = documents.open_take_over(call, kind, Path(name).name, digest, len(data), system, queued=False)
        view = document_facts.take_over(call, key)
        if view.state != "reading":
            raise Refused("import.under-way", f"{name} is being taken over on screen already. Confirm or discard it there.")
        done = examine.examine(call, data, view.name, kind, view.system, mapping, options)
        take_overs.keep(call, view, done)
        documents.confirm_take_over(call, key, queued=False)
        made = examine.written(call, done, view.system)
        documents.finish_take_over(call, key, {**examine.outcome_json(done), "made": made}, done.fingerprint)
    tell("Taken over: " + ", ".join(f"{count} {word}" for word, count in made.items()) + ".")


def _told(done: examine.Examined, tell: Tell, warn: Tell) -> None:
    for reject in done.checked.rejects:
        label = done.kind.field(reject.field).label if reject.field else "the row"
        warn(f"line {reject.row.line}, {label}: {say(reject.reason)}")
    for reason in done.checked.problems:
        warn(say(reason))
    for column in done.columns:
        label = done.kind.field(column.field).label if column.field else "left out"
        tell(f"  {column.head[:30]:<30} {label:<28} {column.sure:<9} {'; '.join(say(reason) for reason in column.why)}")
    for note in done.checked.notes:
        tell(say(note))
    counts = done.checked.counts()
    tell(f"{counts['ready']} rows ready, {counts['known']} known, {counts['left']} left out, {counts['rejected']} rejected.")
    for part in done.sums:
        ties = "ties out" if part["ties"] else "DOES NOT TIE OUT"
        tell(f"  {part['currency'] or '?':<3} ready {part['ready']:>18}  in the file {part['file']:>18}  {ties}")
