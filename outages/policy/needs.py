"""Special needs as the register of customers names them."""

from typing import Final

# Who cannot wait: first on every list of those to be told.
URGENT_NEEDS: Final = frozenset({"dialysis", "medical"})
