from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "duecourse.jobs"
    label = "jobs"
