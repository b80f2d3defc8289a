from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "duecourse.access"
    label = "access"
