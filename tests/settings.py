"""The product's settings, with what tests need: plain static files, a quick password hash, mail kept in memory."""

import os

os.environ.setdefault("DUECOURSE_PLAIN_STATIC", "1")

from duecourse.config.settings import *  # noqa: F403

ALLOWED_HOSTS = ["localhost", "127.0.0.1", "testserver"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
