"""Every address: the screens at /, the API at /api/, log-in at /account/, and two for whoever watches the service."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import include, path

from duecourse.config import database


def livez(request: HttpRequest) -> HttpResponse:
    """The process answers."""
    return HttpResponse("ok", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """The database answers and has seen this code's migrations; 503 with what is wrong otherwise."""
    access = database.known()
    problems = (
        [] if access and database.is_migrated(access) else ["the database is unreachable or not migrated: duecourse migrate"]
    )
    if not settings.DATA.is_dir():
        problems.append("the data folder is missing")
    return JsonResponse({"ready": not problems, "problems": problems}, status=503 if problems else 200)


urlpatterns = [
    path("livez", livez),
    path("readyz", readyz),
    path("account/", include("allauth.urls")),
    path("api/", include("duecourse.api.urls")),
    path("", include("duecourse.web.urls")),
]
