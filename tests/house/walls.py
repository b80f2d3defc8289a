"""What the import linter cannot see: each wall is a function that gives its breaches, one line each, so that it can be tried
on a broken example too. The walls over files take a root; those over tables take facts read off models or the database."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LINES_MAX = 400
FUNCTION_LINES_MAX = 70
DOORS = {"config", "web", "portal", "api", "jobs", "integrations"}
FURNITURE = {"models", "rules", "queries", "actions"}
BESIDE = {"__init__.py", "apps.py", "migrations", "__pycache__"}
PURE_FOLDERS = {"bank": {"formats"}, "invoicing": {"einvoice"}, "documents": {"mail", "pdf"}}  # where the tree names one
GENERATED_NAME = re.compile(r"^\d{4}_(auto_|initial$|alter_|remove_|rename_|delete_)|_and_more$")


def python_files(root: Path, *folders: str) -> Iterator[Path]:
    for folder in folders:
        for path in sorted((root / folder).rglob("*.py")):
            if "__pycache__" not in path.parts:
                yield path


def rooms(root: Path) -> list[Path]:
    """The rooms' folders: what has an apps.py and is neither a door nor the core."""
    folders = sorted((root / "duecourse").iterdir())
    return [path for path in folders if (path / "apps.py").is_file() and path.name not in DOORS | {"core"}]


def furniture(root: Path) -> list[str]:
    """Rooms hold only known furniture, and an `__init__.py` of at most three lines."""
    found = []
    for room in rooms(root):
        for entry in sorted(room.iterdir()):
            known = entry.name in BESIDE or entry.name.removesuffix(".py") in FURNITURE
            if not known and entry.name not in PURE_FOLDERS.get(room.name, set()):
                found.append(f"{room.name}/{entry.name}: not one of the five files")
        for name in FURNITURE:
            if (room / name).is_dir() and (room / f"{name}.py").is_file():
                found.append(f"{room.name}/{name}: both a file and a folder")
        lines = (room / "__init__.py").read_text().splitlines()
        if len(lines) > 3 or not lines or not lines[0].startswith('"""'):
            found.append(f"{room.name}/__init__.py: at most three lines, and they say what the room answers")
    return found


def sizes(root: Path, *folders: str) -> list[str]:
    """No file over 400 lines, no function over 70."""
    found = []
    for path in python_files(root, *folders):
        text = path.read_text(encoding="utf-8")
        name = path.relative_to(root)
        if text.count("\n") > LINES_MAX:
            found.append(f"{name}: {text.count(chr(10))} lines, {LINES_MAX} at most")
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > FUNCTION_LINES_MAX:
                    found.append(f"{name}:{node.lineno} {node.name}: {length} lines, {FUNCTION_LINES_MAX} at most")
    return found


def foreign_models(root: Path) -> list[str]:
    """A room's models are imported by its own files only; another room's models.py may, to point a foreign key down."""
    found = []
    for room in rooms(root):
        for path in python_files(root, f"duecourse/{room.name}"):
            inside = path.relative_to(room).parts
            if inside[0].removesuffix(".py") in ("models", "migrations"):
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                for module in imported(node):
                    parts = module.split(".")
                    if parts[:1] == ["duecourse"] and parts[2:3] == ["models"] and parts[1] not in (room.name, "core"):
                        found.append(f"{path.relative_to(root)}:{getattr(node, 'lineno', 0)} reaches into {module}")
    return found


def imported(node: ast.AST) -> list[str]:
    """The modules that an import statement names, `from duecourse.x import models` included."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module:
        return [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
    return []


def foreign_writes(root: Path, tables: Mapping[str, str]) -> list[str]:
    """No room writes another room's tables in SQL. `tables`: table name to its room."""
    writes = re.compile(
        r"\b(?:insert\s+into|update|delete\s+from|truncate|merge\s+into|alter\s+table)\s+(?:only\s+)?\"?(\w+)", re.I
    )
    found = []
    for room in rooms(root):
        for path in python_files(root, f"duecourse/{room.name}"):
            if "migrations" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Constant) and isinstance(node.value, str):
                    for table in writes.findall(node.value):
                        if tables.get(table.lower(), room.name) not in (room.name, "core"):
                            found.append(f"{path.relative_to(root)}:{node.lineno} writes {table}")
    return found


def migration_names(root: Path) -> list[str]:
    """Every migration is named by a person, after its one idea."""
    paths = sorted((root / "duecourse").glob("*/migrations/0*.py"))
    return [f"{path.relative_to(root)}: name it after its idea" for path in paths if GENERATED_NAME.search(path.stem)]


def missing_pages(root: Path) -> list[str]:
    """Every room has its page in docs/rooms."""
    names = [path.name for path in rooms(root)] + ["core"]
    return [f"docs/rooms/{name}.md is missing" for name in names if not (root / "docs" / "rooms" / f"{name}.md").is_file()]


# -- tables


@dataclass(frozen=True)
class ForeignKey:
    """One foreign key, as plain values."""

    model: str
    name: str
    room: str
    target: str
    target_room: str
    on_delete: str
    related_name: str | None


@dataclass(frozen=True)
class Table:
    """One model, as plain values."""

    model: str
    table: str
    columns: tuple[str, ...]
    floats: tuple[str, ...]


def foreign_keys_of(models: Iterable[Any]) -> list[ForeignKey]:
    found = []
    for model in models:
        for field in model._meta.get_fields():
            if field.auto_created or not (field.many_to_one or field.one_to_one):
                continue
            remote = field.remote_field
            target = remote.model._meta
            found.append(
                ForeignKey(
                    model.__name__,
                    field.name,
                    model._meta.app_label,
                    remote.model.__name__,
                    target.app_label,
                    remote.on_delete.__name__,
                    remote.related_name,
                )
            )
    return found


def tables_of(models: Iterable[Any]) -> list[Table]:
    found = []
    for model in models:
        fields = model._meta.concrete_fields
        floats = tuple(field.name for field in fields if field.get_internal_type() == "FloatField")
        found.append(Table(model.__name__, model._meta.db_table, tuple(field.column for field in fields), floats))
    return found


def foreign_keys(keys: Iterable[ForeignKey], layers: Sequence[set[str]]) -> list[str]:
    """Keys point down the map, with PROTECT and without a reverse name across rooms; CASCADE only from a line to its header."""
    level = {name: number for number, names in enumerate(layers) for name in names}
    found = []
    for key in keys:
        label = f"{key.room}.{key.model}.{key.name}"
        if key.target_room not in level:
            found.append(f"{label}: points at {key.target_room}, which is not a room")
        elif key.room != key.target_room and level[key.room] >= level[key.target_room]:
            found.append(f"{label}: points up or sideways at {key.target_room}")
        is_line = key.room == key.target_room and key.model != key.target and key.model.startswith(key.target)
        if key.on_delete != "PROTECT" and not (key.on_delete == "CASCADE" and is_line):
            found.append(f"{label}: {key.on_delete}; PROTECT, or CASCADE from a line to its own header")
        if key.room != key.target_room and not (key.related_name or "").endswith("+"):
            found.append(f"{label}: gives {key.target_room} a reverse name; say related_name='+'")
    return found


def company_columns(tables: Iterable[Table], without: Mapping[str, str]) -> list[str]:
    """Every table says whose rows it holds, or stands on the short list with a reason."""
    owned = {"company_id", "organisation_id"}
    found = [
        f"{table.table}: no company column"
        for table in tables
        if not owned & set(table.columns) and table.table not in without
    ]  # fmt: skip
    return found + [f"{name}: on the list without a reason" for name, reason in without.items() if not reason.strip()]


def float_fields(tables: Iterable[Table]) -> list[str]:
    return [f"{table.table}.{name}: a float" for table in tables for name in table.floats]


def row_level_security(
    tables: Iterable[Table], secured: Mapping[str, tuple[bool, bool, int]], without: Mapping[str, str]
) -> list[str]:
    """Tables with a company column have forced row-level security and a policy. `secured`: enabled, forced, policies."""
    found = []
    for table in tables:
        enabled, forced, policies = secured.get(table.table, (False, False, 0))
        due = {"company_id", "organisation_id"} & set(table.columns) and table.table not in without
        if due and not (enabled and forced and policies):
            found.append(f"{table.table}: row-level security enabled={enabled}, forced={forced}, policies={policies}")
    return found
