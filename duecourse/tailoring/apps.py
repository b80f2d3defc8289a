from django.apps import AppConfig


class TailoringConfig(AppConfig):
    name = "duecourse.tailoring"
    label = "tailoring"
