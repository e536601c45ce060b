"""Several forms stand in one panel: each has ids of its own, so that labels find their fields."""

from typing import Any, ClassVar

from django import forms


class PanelForm(forms.Form):
    """A form whose fields' ids begin with `mark`."""

    mark: ClassVar[str] = "id"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": f"{self.mark}-%s", **kwargs})
