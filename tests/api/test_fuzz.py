"""Anything at all is sent to every operation, made from its own description: never an error on our side, always a described answer."""

from __future__ import annotations

import os
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from duecourse.api import description, urls
from tests.api.desk import PREFIX, Caller, key_of_all, operations
from tests.api.test_walk import belongings
from tests.web.desk import stop_clock
from tests.world import NOON, World, build

ALL = operations()
EXAMPLES = int(os.environ.get("DUECOURSE_FUZZ", "12"))
NASTY = st.sampled_from(
    [
        None, True, 0, -1, 2**63, 10**40, 1.5, "", " ", "\x00", "\ud800", "NaN", "-0.00", "1e9", "9" * 30, "0.00001", "EUR", "XXX",
        "2026-02-30", "2026-11-17", "0001-01-01", "9999-12-31", "' or 1=1 --", "{{7*7}}", "../../etc/passwd", "%s%s%n", "😀" * 300,
        "<script>alert(1)</script>", [], {}, [[[]]], {"$ref": "#"}, "inv_000000000000", "acc_zzzzzzzzzzzz",
    ]
)  # fmt: skip


def of(part: dict[str, Any], ours: dict[str, str], name: str = "", depth: int = 0) -> st.SearchStrategy[Any]:
    """Values that mostly fit a schema, with ids that are there, and now and then anything else."""
    part = description.resolved(description.schema(urls.v1), part)
    fitting = _fitting(part, ours, name, depth)
    return st.integers(0, 19).flatmap(lambda dice: NASTY if dice == 0 else fitting)


def _fitting(part: dict[str, Any], ours: dict[str, str], name: str, depth: int) -> st.SearchStrategy[Any]:
    singular = {"open_item": "item"}.get(name, name.removesuffix("s"))
    if part.get("enum"):
        return st.sampled_from(part["enum"])
    if "properties" in part:
        needed = part.get("required", [])
        fields = {each: of(form, ours, each, depth + 1) for each, form in part["properties"].items()}
        return st.fixed_dictionaries(
            {each: form for each, form in fields.items() if each in needed},
            optional={each: form for each, form in fields.items() if each not in needed},
        )
    if part.get("type") == "array":
        return st.lists(of(part.get("items", {}), ours, singular, depth + 1), min_size=part.get("minItems", 0), max_size=3)
    if part.get("type") == "integer":
        return st.integers(part.get("minimum", -5), min(part.get("maximum", 1000), 10**6))
    if part.get("type") == "boolean":
        return st.booleans()
    if part.get("format") == "date":
        return st.sampled_from(["2026-11-17", "2026-11-24", "2026-01-01", "2027-12-31", "1999-12-31", "2099-12-31"])
    if part.get("format") == "date-time":
        return st.sampled_from(["2026-11-17T11:00:00Z", "1990-01-01T00:00:00+14:00", "2099-12-31T23:59:59-11:00"])
    if singular in ours:
        return st.just(ours[singular])
    if part.get("pattern"):
        return st.from_regex(part["pattern"], fullmatch=True) | st.sampled_from(part.get("examples") or ["1"])
    known = st.sampled_from(["P-100", "10001", "NET30", "S", "Albrecht", "pc", *(part.get("examples") or ["x"])])
    return known | st.text(max_size=min(part.get("maxLength", 50), 50))


@pytest.fixture(scope="module")
def stage(django_db_setup: None, django_db_blocker: Any) -> Any:
    """One world for all examples; each is undone at its end."""
    with django_db_blocker.unblock():
        from django.db import transaction

        patch = pytest.MonkeyPatch()
        stop_clock(patch, NOON)
        outermost = transaction.atomic()
        outermost.__enter__()
        world: World = build()
        api = Caller(key_of_all(world))
        yield api, belongings(world, api)
        transaction.set_rollback(True)
        outermost.__exit__(None, None, None)
        patch.undo()


@pytest.mark.parametrize(("method", "address", "operation"), ALL, ids=[each["operationId"] for _, _, each in ALL])
def test_nothing_breaks_it(stage: Any, method: str, address: str, operation: dict[str, Any]) -> None:
    api, ours = stage
    path = re.sub(
        r"\{([a-z_]+)\}", lambda name: ours.get(name.group(1)) or description.PATH_WORDS[name.group(1)], address
    ).removeprefix(PREFIX)
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    asked = of(content["schema"], ours) if content else st.none()
    queries = {each["name"]: of(each["schema"], ours, each["name"]) for each in operation["parameters"] if each["in"] == "query"}
    parameters = st.fixed_dictionaries({}, optional=queries)

    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(body=asked, query=parameters, once=st.uuids())
    def attack(body: Any, query: dict[str, Any], once: Any) -> None:
        from django.db import transaction

        with transaction.atomic():
            if method == "GET":
                plain = {
                    name: value for name, value in query.items() if isinstance(value, str | int) and "\ud800" not in str(value)
                }
                response = api.ask("GET", path, query=plain)
            else:
                response = api.post(path, body, once=str(once))
            assert response.status_code < 500, response.content
            transaction.set_rollback(True)

    attack()
