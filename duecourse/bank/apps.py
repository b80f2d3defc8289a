from django.apps import AppConfig


class BankConfig(AppConfig):
    name = "duecourse.bank"
    label = "bank"
