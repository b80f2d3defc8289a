"""What browser and form tests share: one small demo company for a whole module whose tests leave it as it was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from duecourse.config import database
from tests.conftest import fresh
from tests.databases import Fresh


@pytest.fixture(scope="module")
def demo_company(django_db_setup: None, database_access: database.Access, django_db_blocker: Any) -> Iterator[Fresh]:
    """Five weeks of the demo company in a database of the module's own."""
    from django.db import transaction
    from django.utils import timezone

    from duecourse.jobs import demo

    with fresh(database_access, django_db_blocker) as own:
        with transaction.atomic():
            demo.build(timezone.now(), weeks=5, orders_a_step=12, tell=lambda _: None)
        yield own
