"""The cash forecast on screen: bands with how often they held, the items behind a week, and what is expected of an item."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from duecourse.core import ids
from duecourse.core.call import within
from duecourse.forecasting import actions, queries
from duecourse.receivables.models import OpenItem
from tests import world as worlds
from tests.prediction.test_actions import books, made
from tests.web.desk import sit, stop_clock, text

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> worlds.World:
    stop_clock(monkeypatch, worlds.NOON)
    return worlds.build(at=worlds.NOON)


class TestTheForecast:
    def test_says_that_there_is_none_and_is_made_when_asked(self, world: worlds.World) -> None:
        desk = sit(world, "cfo")
        assert "No forecast yet" in text(desk.get("/forecast/"))
        assert sit(world, "order-desk").get("/forecast/").status_code == 403
        assert desk.post("/forecast/again/").status_code == 302
        with within(world.call):
            assert queries.running(world.call) is not None
        said = text(desk.get("/forecast/"))
        assert "The forecast is being made" in said
        assert "Learn how customers pay" in text(desk.get("/forecast/progress/", headers={"HX-Request": "true"}))
        desk.post("/forecast/again/")  # the one that runs is given again
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from core_task where kind = 'forecast'")
            assert cursor.fetchone()[0] == 1

    def test_shows_every_week_with_its_band_and_what_it_consists_of(self, world: worlds.World) -> None:
        books(world)
        made(world.call)
        desk = sit(world, "cfo")
        page = desk.get("/forecast/")
        said = text(page)
        assert "80 % band" in said
        assert "Does the band hold?" in said
        assert len(page.context["rows"]) == 13
        items = page.context["items"]
        assert items
        total = sum(row["expected"].amount for row in items)
        assert abs(total - page.context["whole"].amount) < 1  # chances are kept in hundredths of a percent
        assert [one.ahead for one in page.context["errors"]] == [0, 1, 2, 3]
        assert "Expected on" in text(desk.get("/forecast/?week=2&currency=EUR"))
        assert desk.get("/forecast/?week=99&currency=CHF").status_code == 200
        lines = b"".join(desk.get("/forecast/?format=csv").streaming_content).decode().splitlines()  # type: ignore[attr-defined]
        assert len(lines) == 14
        assert "Cash expected in 7 days" in text(desk.get("/"))

    def test_takes_the_same_number_of_queries_whatever_is_in_it(self, world: worlds.World) -> None:
        counts = []
        for many in (30, 120):
            books(world, many) if many == 30 else books_more(world)
            made(world.call)
            desk = sit(world, "cfo")
            desk.get("/forecast/")
            with CaptureQueriesContext(
                connection,
            ) as seen:
                desk.get("/forecast/")
            counts.append(len(seen))
        assert counts[0] == counts[1], counts

    def test_tells_on_item_and_customer_when_it_will_be_paid_and_why(self, world: worlds.World) -> None:
        books(world)
        made(world.call)
        desk = sit(world, "collector")
        with within(world.call):
            item = OpenItem.objects.filter(company_id=world.call.company.id, open_amount__gt=0).order_by("id")[0]
        said = text(desk.get(f"/items/{ids.outer('itm', item.id)}/"))
        assert "with 80 % chance" in said
        assert "From how this customer paid" in said
        assert "expected " in text(desk.get(f"/customers/{ids.outer('acc', item.customer_account_id)}/"))

    def test_that_was_kept_is_scored_by_what_came_in(self, world: worlds.World) -> None:
        books(world)
        made(world.call)
        later = world.later(days=14).call
        with within(later):
            told = queries.kept(later, "EUR")
        assert [(one.start, one.ahead) for one in told] == [
            (later.today - dt.timedelta(days=14), 0),
            (later.today - dt.timedelta(days=7), 1),
        ]
        assert all(one.came == 0 for one in told)
        assert actions.request_forecast(later)


def books_more(world: worlds.World) -> None:
    """Thirty more open items."""
    with within(world.call):
        OpenItem.objects.bulk_create(
            OpenItem(
                company_id=world.call.company.id, customer_account_id=world.accounts["child" if number % 2 else "good"], kind="invoice",
                number=f"M-{number}", source=f"more:{number}", issue_date=world.call.today - dt.timedelta(days=9),
                due_date=world.call.today + dt.timedelta(days=21), currency="EUR", amount=100 + number, company_amount=100 + number,
                open_amount=100 + number, open_company_amount=100 + number, recorded_at=world.call.at - dt.timedelta(hours=1),
            )
            for number in range(30)
        )  # fmt: skip
