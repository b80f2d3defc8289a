from django.apps import AppConfig


class CashConfig(AppConfig):
    name = "duecourse.cash"
    label = "cash"
