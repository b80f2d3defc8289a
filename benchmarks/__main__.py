"""`make bench`: every speed target of the product, each against a limit or a baseline of the same run."""

from __future__ import annotations

import os
import sys


def main(names: list[str]) -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from benchmarks import ageing, bank_file, confirming, forecast_bench, large, pay_bench, posting, stage, takeover

    suites = {"posting": posting.run, "confirming": confirming.run, "ageing": ageing.run, "takeover": takeover.run, "large": large.run}
    suites |= {"bank": bank_file.run}
    suites |= {"pay": pay_bench.run, "forecast": forecast_bench.run}
    from duecourse.config import database

    if set(names or suites) - {"pay", "forecast"}:  # these two need no database
        for line in stage.settings(database.ensure()):
            stage.tell(line)
    figures = []
    for name in names or suites:
        figures += suites[name]()
    stage.tell()
    width = max(len(figure.name) for figure in figures)
    for figure in figures:
        stage.tell(f"{'kept  ' if figure.kept else 'MISSED'}  {figure.name:<{width}}  {figure.measured}  (limit {figure.limit})")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
