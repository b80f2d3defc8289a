"""Static files with a hash in their name, compressed; imports between our own JavaScript modules get the hash too."""

from __future__ import annotations

from django.contrib.staticfiles.storage import ManifestFilesMixin
from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc,unused-ignore]
    """For STORAGES["staticfiles"] outside of development and tests."""

    support_js_module_import_aggregation = True
    # ours only: other packages ship scripts whose comments name files that do not exist
    _js_module_import_aggregation_patterns = ("js/*.js", ManifestFilesMixin._js_module_import_aggregation_patterns[1])  # type: ignore[attr-defined]
