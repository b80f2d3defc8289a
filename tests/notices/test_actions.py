"""Real PostgreSQL: a task is done once, by one of those whose it is; a notice is told once to each."""

from __future__ import annotations

import pytest

from duecourse.core import ids
from duecourse.core.call import Call, within
from duecourse.core.errors import Refused
from duecourse.core.reasons import Reason
from duecourse.notices import actions as notices
from duecourse.notices import queries
from duecourse.notices.rules import NewNotice, NewTask, Owner, TaskView
from tests import databases
from tests.world import World, build


@pytest.fixture
def world(db: None) -> World:
    return build()


def task(world: World, role: str = "controller", key: str = "") -> NewTask:
    words = Reason("notices.own", {"text": "Look at it"})
    return NewTask(ids.outer("acc", world.accounts["good"]), words, Owner(role=role), world.call.today, key)


def tasks(call: Call, show: str = "todo") -> list[TaskView]:
    with within(call):
        return list(queries.tasks(call, show).rows)


class TestTasks:
    def test_are_seen_by_whoever_holds_the_role(self, world: World) -> None:
        notices.create_tasks(world.call, [task(world)])
        assert len(tasks(world.calls["controller"])) == 1
        assert tasks(world.calls["collector"]) == []

    def test_are_made_once_for_a_key_until_it_is_done(self, world: World) -> None:
        (key,) = notices.create_tasks(world.call, [task(world, key="k"), task(world, key="k")])
        assert notices.create_tasks(world.call, [task(world, key="k")]) == []
        notices.finish_tasks(world.calls["controller"], [key], "Looked")
        assert len(notices.create_tasks(world.call, [task(world, key="k")])) == 1

    def test_are_done_handed_over_and_both_taken_back(self, world: World) -> None:
        controller, collector = world.calls["controller"], world.calls["collector"]
        (key,) = notices.create_tasks(world.call, [task(world)])
        notices.hand_over_tasks(controller, [key], Owner(user_id=world.users["collector"]), "You know them")
        (mine,) = tasks(collector)
        assert (mine.state, mine.note) == ("handed-over", "You know them")
        with within(collector):
            assert queries.waiting(collector).unread == 1
        notices.take_back_tasks(controller, [key])
        assert tasks(collector) == []
        notices.finish_tasks(controller, [key], "Done")
        assert tasks(controller, "done")[0].outcome == "Done"
        notices.reopen_tasks(controller, [key])
        assert tasks(controller)[0].state == "open"

    def test_of_others_are_not_there(self, world: World) -> None:
        (key,) = notices.create_tasks(world.call, [task(world)])
        for refuse in (notices.finish_tasks, notices.reopen_tasks):
            with pytest.raises(Refused) as caught:
                refuse(world.calls["collector"], [key])
            assert caught.value.code == "not-found"

    def test_belong_to_one(self, world: World) -> None:
        with pytest.raises(Refused) as caught:
            notices.create_tasks(world.call, [NewTask("acc_x", Reason("notices.own", {"text": "x"}), Owner())])
        assert caught.value.code == "notices.owner-missing"


def test_two_who_finish_at_once_do_it_once(fresh_database: databases.Fresh) -> None:
    world = build()
    (key,) = notices.create_tasks(world.call, [task(world)])
    results = databases.together([lambda: notices.finish_tasks(world.calls["controller"], [key])] * 2)
    assert [result.code for result in results if isinstance(result, Refused)] == ["notices.task-changed"]


def test_a_notice_is_told_once_to_each(world: World) -> None:
    new = NewNotice(ids.outer("acc", world.accounts["good"]), Reason("notices.books-whole"), Owner(role="controller"), "k")
    assert notices.notify(world.call, [new, new]) == 1
    assert notices.notify(world.call, [new]) == 0
    with within(world.call):
        assert queries.waiting(world.calls["controller"]).unread == 1
    assert notices.mark_read(world.calls["controller"]) == 1
    assert notices.mark_read(world.calls["controller"]) == 0
