"""Reads vector tiles in tests: layer names with their features' properties. Protobuf by hand."""

import struct
from typing import Any


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, at
        shift += 7


def _fields(data: bytes) -> list[tuple[int, Any]]:
    found, at = [], 0
    while at < len(data):
        tag, at = _varint(data, at)
        wire = tag & 7
        value: Any
        if wire == 0:
            value, at = _varint(data, at)
        else:
            length, at = {1: (8, at), 5: (4, at)}.get(wire) or _varint(data, at)
            value = data[at : at + length]
            at += length
        found.append((tag >> 3, value))
    return found


def _value(data: bytes) -> Any:
    number, value = _fields(data)[0]
    if number == 1:
        return value.decode()
    if number == 3:
        return struct.unpack("<d", value)[0]
    if number == 6:
        return (value >> 1) ^ -(value & 1)
    return bool(value) if number == 7 else value


def read_tile(data: bytes) -> dict[str, list[dict[str, Any]]]:
    """Layer name to the properties of its features."""
    layers = {}
    for _number, layer in _fields(data):
        fields = _fields(layer)
        name = next(value.decode() for number, value in fields if number == 1)
        keys = [value.decode() for number, value in fields if number == 3]
        values = [_value(value) for number, value in fields if number == 4]
        layers[name] = [_properties(value, keys, values) for number, value in fields if number == 2]
    return layers


def _properties(feature: bytes, keys: list[str], values: list[Any]) -> dict[str, Any]:
    tags, at, numbers = b"".join(v for n, v in _fields(feature) if n == 2), 0, []
    while at < len(tags):
        number, at = _varint(tags, at)
        numbers.append(number)
    return {keys[k]: values[v] for k, v in zip(numbers[::2], numbers[1::2], strict=True)}
