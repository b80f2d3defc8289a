from django.apps import AppConfig


class ReceivablesConfig(AppConfig):
    name = "duecourse.receivables"
    label = "receivables"
