"""Which static files are collected."""

from django.contrib.staticfiles.apps import StaticFilesConfig


class StaticFiles(StaticFilesConfig):
    """Leaves out htmx's extensions: they import by bare names that no file answers to."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "django_htmx/ext*", "ext"]
