from django.apps import AppConfig


class InvoicingConfig(AppConfig):
    name = "duecourse.invoicing"
    label = "invoicing"
