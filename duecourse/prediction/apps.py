from django.apps import AppConfig


class PredictionConfig(AppConfig):
    name = "duecourse.prediction"
