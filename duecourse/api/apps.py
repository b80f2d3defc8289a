from django.apps import AppConfig


class ApiConfig(AppConfig):
    name = "duecourse.api"
    label = "api"
