"""What the network's tests share."""

from collections.abc import Iterator

import pytest
from django.utils import translation


@pytest.fixture
def in_english() -> Iterator[None]:
    """Messages in English, whatever language the run's settings speak."""
    with translation.override("en"):
        yield
