from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "duecourse.web"
    label = "web"
