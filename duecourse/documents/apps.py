from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "duecourse.documents"
    label = "documents"
