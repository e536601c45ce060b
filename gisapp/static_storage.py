"""Static files with hashed names and gzip copies."""

from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedGzipStorage(CompressedManifestStaticFilesStorage):
    """Whitenoise's manifest storage without Brotli.

    Brotli at its highest level takes minutes on vendored bundles, and whitenoise uses it whenever
    the package is importable, which weasyprint's fonttools sees to.
    """

    def create_compressor(self, **kwargs: object) -> Compressor:
        """Make a gzip-only compressor."""
        return Compressor(**{**kwargs, "use_brotli": False})
