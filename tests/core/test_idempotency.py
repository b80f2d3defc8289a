"""One request, one effect: fifty at once, another body, one still running, one refused, another company."""

from __future__ import annotations

import datetime as dt
from threading import Event as Signal

import pytest

from duecourse.core import idempotency
from duecourse.core.call import Call, within
from duecourse.core.errors import Refused
from duecourse.core.idempotency import Answer
from duecourse.core.models import IdempotencyKey
from duecourse.ledger.models import JournalEntry
from tests import databases
from tests.books import post, refused
from tests.world import World, build


@pytest.fixture
def world(db: None) -> World:
    return build()


def digest(body: bytes = b"{}", path: str = "/entries") -> str:
    return idempotency.input_hash("POST", path, body)


def once(call: Call, key: str = "key-1", body: bytes = b"{}") -> Answer:
    with within(call):
        return idempotency.once(call, key, digest(body), lambda: (201, {"number": post(call).number}))


def entries(world: World) -> int:
    with within(world.call):
        return JournalEntry.objects.count()


class TestOneKey:
    def test_gives_the_first_answer_again(self, world: World) -> None:
        assert once(world.call) == Answer(201, {"number": "JE-26-00001"})
        assert once(world.call) == Answer(201, {"number": "JE-26-00001"}, repeated=True)
        assert entries(world) == 1

    def test_with_another_body_is_refused(self, world: World) -> None:
        once(world.call)
        refused("idempotency.key-reused", once, world.call, body=b'{"amount":"2"}')
        assert entries(world) == 1

    def test_is_free_again_after_a_refusal(self, world: World) -> None:
        def no() -> tuple[int, object]:
            post(world.call)
            raise Refused("x.no", "No.")

        with pytest.raises(Refused, match=r"x\.no"), within(world.call):
            idempotency.once(world.call, "key-1", digest(), no)
        assert entries(world) == 0
        assert not once(world.call, body=b"mended").repeated

    def test_is_each_companys_own(self, world: World) -> None:
        other = build("OT")
        assert not once(world.call).repeated
        assert not once(other.call).repeated
        assert (entries(world), entries(other)) == (1, 1)

    @pytest.mark.parametrize("key", ["", "x" * 256])
    def test_has_a_length(self, world: World, key: str) -> None:
        refused("idempotency.key-not-usable", once, world.call, key)
        assert once(world.call, "x" * 255).status == 201

    def test_answers_with_what_json_can_say(self, world: World) -> None:
        with within(world.call):
            first = idempotency.once(world.call, "k", digest(), lambda: (200, {"on": dt.date(2026, 11, 17), "none": None}))
            assert first == Answer(200, {"on": "2026-11-17", "none": None})
            assert idempotency.once(world.call, "k", digest(), lambda: (500, None)).body == first.body


class TestTheHash:
    def test_tells_method_path_and_body_apart(self) -> None:
        made = {
            idempotency.input_hash(*one)
            for one in (("POST", "/a", b"b"), ("PUT", "/a", b"b"), ("POST", "/ab", b""), ("POST", "/a", b""))
        }
        assert len(made) == 4


class TestManyAtOnce:
    def test_fifty_equal_requests_have_one_effect(self, fresh_database: databases.Fresh) -> None:
        world = build()
        results = databases.together([lambda: once(world.call)] * 50)
        answers = [one for one in results if isinstance(one, Answer)]
        assert {getattr(one, "code", one) for one in results if isinstance(one, Exception)} <= {"idempotency.still-running"}
        assert len([one for one in answers if not one.repeated]) == 1
        assert {one.body["number"] for one in answers} == {"JE-26-00001"}
        assert entries(world) == 1
        with within(world.call):
            assert IdempotencyKey.objects.count() == 1

    def test_one_that_still_runs_is_said_to_and_another_company_is_not_held_up(self, fresh_database: databases.Fresh) -> None:
        world, other = build(), build("OT")
        inside, finish = Signal(), Signal()

        def slow() -> tuple[int, object]:
            inside.set()
            assert finish.wait(30)
            return 201, {}

        def first() -> object:
            with within(world.call):
                return idempotency.once(world.call, "key-1", digest(), slow)

        def second() -> object:
            inside.wait(30)
            try:
                assert not once(other.call).repeated
                return once(world.call)
            finally:
                finish.set()

        done, told = databases.together([first, second])
        assert done == Answer(201, {})
        assert isinstance(told, Refused)
        assert told.code == "idempotency.still-running"
        assert once(world.call).repeated
