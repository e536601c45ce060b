"""How many persons a connection stands for where the register names none.

The number is the utility's policy, which lies above this app: whoever knows it says so once.
"""

from collections.abc import Callable

# Until somebody says: the policy's own default.
_ask: Callable[[], int] = lambda: 4  # noqa: E731 - a default, replaced by `ask`


def ask(source: Callable[[], int]) -> None:
    """Let `source` be asked from here on; it gives the number in force now."""
    global _ask  # noqa: PLW0603 - said once, when the apps are ready
    _ask = source


def persons_per_connection() -> int:
    """Return the number in force now."""
    return _ask()
