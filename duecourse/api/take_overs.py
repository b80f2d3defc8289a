"""Take-overs from other systems: upload a file, say what its columns are, see what it would do, confirm it."""

from __future__ import annotations

import datetime as dt
from typing import Any, Literal

from django.http import HttpResponse
from ninja.files import UploadedFile
from pydantic import Field

from duecourse.api.door import Door, listed
from duecourse.api.shapes import Done, In, Listed, Made, Out, Paging, ReasonOut, Short, like, outer_id, reason
from duecourse.core import ids
from duecourse.core.call import Call
from duecourse.core.errors import Refused
from duecourse.core.reasons import from_json
from duecourse.documents import actions as documents
from duecourse.documents import queries
from duecourse.documents.rules import TakeOverView

room = Door("Take-overs")
KindName = Literal["customers", "products", "open-items", "balances", "history"]


class KindOfFile(In):
    kind: KindName


class TakeOverFilter(Paging):
    state: Literal["", "under-way", "reading", "open", "sent", "taking", "taken", "discarded", "refused"] = ""


class ColumnOut(Out):
    """A column of the file: the field it is taken for, how sure that is, and why."""

    place: int
    head: str
    samples: list[str]
    field: str
    sure: Literal["sure", "look", "left-out"]
    why: list[ReasonOut]
    ask: str = Field(description="dates or decimals: what has to be said before all values can be read")


class SumOut(Out):
    """What the amounts of a currency add up to. `file` is added up by itself; `ties`: the ready rows as read add up to the same."""

    currency: str
    rows: int
    ready_rows: int
    file: str
    ready: str
    known: str
    left: str
    rejected: str
    ties: bool
    rate: str | None
    company: str | None


class RejectOut(Out):
    """A row that stays out, and the way out."""

    row: int
    number: str
    field: str
    reason: ReasonOut


class TakeOverOut(Out):
    """A file on its way in. Read it again until its state is no longer reading or taking."""

    id: str = outer_id("tko")
    kind: KindName
    name: str
    digest: str
    system: str
    state: Literal["reading", "open", "sent", "taking", "taken", "discarded", "refused"]
    ready: int
    known: int
    left: int
    rejected: int
    columns: list[ColumnOut]
    sums: list[SumOut]
    problems: list[ReasonOut]
    rejects: list[RejectOut] = Field(description="the first 200")
    error: str
    by: str
    at: dt.datetime
    confirmed_by: str


class ColumnsIn(In):
    """What the columns are, by their place from 0, and what is chosen beside them."""

    model_config = like({"mapping": {"0": "number", "1": "customer"}, "options": {"terms": "NET30"}})
    mapping: dict[str, Short] = Field(max_length=200)
    options: dict[str, str | int | dict[str, str]] = Field({}, max_length=20)


def _out(view: TakeOverView) -> TakeOverOut:
    outcome: Any = view.outcome
    return TakeOverOut(
        id=view.outer_id,
        kind=view.kind,  # type: ignore[arg-type]
        name=view.name,
        digest=view.digest,
        system=view.system,
        state=view.state,  # type: ignore[arg-type]
        ready=outcome.get("ready", 0),
        known=outcome.get("known", 0),
        left=outcome.get("left", 0),
        rejected=outcome.get("rejected", 0),
        columns=[_column(column) for column in view.found.get("columns", ())],
        sums=[SumOut(**part) for part in outcome.get("sums", ())],
        problems=[reason(from_json(problem)) for problem in outcome.get("problems", ())],
        rejects=[_reject(each) for each in outcome.get("rejects", ())],
        error=view.error.get("message", ""),
        by=view.by_name,
        at=view.at,
        confirmed_by=view.confirmed_by_name,
    )


def _column(column: Any) -> ColumnOut:
    plain = {name: column[name] for name in ("place", "head", "samples", "field", "sure", "ask")}
    return ColumnOut(**plain, why=[reason(from_json(each)) for each in column["why"]])


def _reject(each: Any) -> RejectOut:
    return RejectOut(row=each["row"], number=each["number"], field=each["field"], reason=reason(from_json(each["reason"])))


@room.post("/take-overs", "documents.open_take_over", Made, once=True)
def open_take_over(call: Call, query: KindOfFile, file: UploadedFile) -> Made:
    """Upload a CSV or XLSX file of customers, products, open-items, balances or history. A job reads it; nothing is written yet."""
    data = file.read()
    digest = documents.store_bytes(data)
    key, _ = documents.open_take_over(call, query.kind, (file.name or "file")[:200], digest, len(data))
    return Made(id=ids.outer("tko", key))


@room.get("/take-overs", "documents.read_take_overs", Listed[TakeOverOut])
def list_take_overs(call: Call, query: TakeOverFilter) -> Listed[TakeOverOut]:
    """Take-overs, newest first."""
    return listed(queries.take_overs(call, query.state, query.page, query.size), _out)


@room.get("/take-overs/{take_over}", "documents.read_take_overs", TakeOverOut)
def get_take_over(call: Call, take_over: str) -> TakeOverOut:
    """One take-over: its columns, what it would do, and why rows stay out."""
    return _out(queries.take_over_for_caller(call, take_over))


@room.get("/take-overs/{take_over}/rejects", "documents.read_take_overs", bytes)
def get_take_over_rejects(call: Call, take_over: str) -> HttpResponse:
    """All rejected rows as CSV, each as it was, with its row, field and reason behind."""
    view = queries.take_over_for_caller(call, take_over)
    if not view.rejects_digest:
        raise Refused("not-found", "No row of this file was rejected.")
    return HttpResponse(queries.read_bytes(view.rejects_digest), content_type="text/csv; charset=utf-8")


@room.post("/take-overs/{take_over}/columns", "documents.map_take_over", Done)
def map_take_over(call: Call, take_over: str, body: ColumnsIn) -> Done:
    """Say what the columns are; the file is read again with it."""
    view = queries.take_over_for_caller(call, take_over)
    documents.map_take_over(call, view.id, dict(body.mapping), dict(body.options))
    return Done()


@room.post("/take-overs/{take_over}/send", "documents.send_take_over", Done)
def send_take_over(call: Call, take_over: str) -> Done:
    """Send it to be confirmed by somebody else."""
    documents.send_take_over(call, queries.take_over_for_caller(call, take_over).id)
    return Done()


@room.post("/take-overs/{take_over}/confirm", "documents.confirm_take_over", Done)
def confirm_take_over(call: Call, take_over: str) -> Done:
    """Let the ready rows in, all or none; who prepared it confirms it only while nobody else may."""
    documents.confirm_take_over(call, queries.take_over_for_caller(call, take_over).id)
    return Done()


@room.post("/take-overs/{take_over}/discard", "documents.discard_take_over", Done)
def discard_take_over(call: Call, take_over: str) -> Done:
    """Put it away before it is confirmed; nothing of it was written."""
    documents.discard_take_over(call, queries.take_over_for_caller(call, take_over).id)
    return Done()
