"""Static files with a hash in their name, compressed; imports between our JavaScript modules get the hash too."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc,unused-ignore]
    """For STORAGES["staticfiles"] outside of development and tests."""

    support_js_module_import_aggregation = True
