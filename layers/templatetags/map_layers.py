"""The layer catalogue for templates: the control room's page may not import this app."""

from typing import Any

from django import template
from django.http import HttpRequest

from layers.catalogue import Layer, layers_for

register = template.Library()


@register.simple_tag(takes_context=True)
def map_layers(context: dict[str, Any]) -> list[Layer]:
    """Return the layers that the reader may see, in the order of the layer control."""
    request = context.get("request")
    return layers_for(request.user) if isinstance(request, HttpRequest) else []


@register.simple_tag(takes_context=True)
def network_tiles(context: dict[str, Any]) -> str:
    """Return the address of the vector tiles that the reader may see, with {z}, {x} and {y}."""
    tiles = [layer for layer in map_layers(context) if layer.tile_layer]
    network = [layer for layer in tiles if layer.permission]
    return (network or tiles)[0].url if tiles else ""
