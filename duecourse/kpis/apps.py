from django.apps import AppConfig


class KpisConfig(AppConfig):
    name = "duecourse.kpis"
    label = "kpis"
