from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "duecourse.ledger"
    label = "ledger"
