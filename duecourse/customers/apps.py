from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "duecourse.customers"
    label = "customers"
