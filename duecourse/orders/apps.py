from django.apps import AppConfig


class OrdersConfig(AppConfig):
    name = "duecourse.orders"
    label = "orders"
