"""What the tests of the public side share with those of outages and maps."""

from tests.layers.conftest import (  # noqa: F401 - fixtures
    _public_addresses,
    _public_folder,
    burst,
    desk,
)
from tests.outages.conftest import _no_broker, _own_snapshots  # noqa: F401 - fixtures
