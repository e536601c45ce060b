"""The list of map layers: what there is, who may see it, and where it comes from.

The staff map's layer control is drawn from it, and a test walks it against the views.
"""

from dataclasses import dataclass
from typing import Final

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PUBLIC: Final = ""


@dataclass(frozen=True, slots=True)
class Layer:
    """One layer. `tile_layer` is its name within the vector tiles; without one `url_name` is
    GeoJSON. `permission` is PUBLIC (empty) for everybody."""

    code: str
    name: str | Promise
    permission: str
    url_name: str
    tile_layer: str = ""

    @property
    def url(self) -> str:
        """Where it is fetched from; a tile address keeps {z}, {x} and {y} to be filled in."""
        if not self.tile_layer:
            return reverse(self.url_name)
        address = reverse(self.url_name, args=[0, 0, 0])
        return address.replace("0/0/0.mvt", "{z}/{x}/{y}.mvt")


LAYERS: Final = (
    Layer("background", _("Town"), "network.view_network", "layers:tile", "background"),
    Layer("outages", _("Areas without water"), "outages.view_outages", "layers:outages"),
    Layer("reports", _("Open reports"), "outages.view_outages", "layers:reports"),
    Layer("pipes", _("Pipes"), "network.view_network", "layers:tile", "pipe"),
    Layer("sources", _("Sources"), "network.view_network", "layers:tile", "source"),
    Layer("valves", _("Valves"), "network.view_network", "layers:tile", "valve"),
    Layer("hydrants", _("Hydrants"), "network.view_network", "layers:tile", "hydrant"),
    Layer("key-users", _("Key users"), "network.view_network", "layers:network"),
)


def layers_for(user: AbstractBaseUser | AnonymousUser) -> list[Layer]:
    """The layers that this person may see, in the order of the layer control."""
    return [
        layer
        for layer in LAYERS
        if not layer.permission or user.has_perm(layer.permission)  # type: ignore[union-attr]
    ]
