from django.apps import AppConfig


class CreditConfig(AppConfig):
    name = "duecourse.credit"
    label = "credit"
