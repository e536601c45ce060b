"""What the map's own background is made of, and what the public may look up."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class BackgroundKind(TextChoices):
    LAND = "land", _("land")
    BLOCK = "block", _("street block")
    BUILDING = "building", _("building")
    PARK = "park", _("park")
    WATER = "water", _("water")
    RAIL = "rail", _("railway")
    STREET = "street", _("street")
    LABEL = "label", _("place name")


class PlaceKind(TextChoices):
    """What a member of the public can type: a street, a compound, a landmark, a building."""

    STREET = "street", _("street")
    COMPOUND = "compound", _("residential compound")
    LANDMARK = "landmark", _("landmark")
    ADDRESS = "address", _("address")
