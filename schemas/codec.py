"""Bytes to messages and back. One encoder for what travels inside (MessagePack) and one for what leaves (JSON)."""

from typing import Any, TypeVar

from msgspec import json, msgpack

T = TypeVar("T")

encode = msgpack.Encoder().encode
encode_json = json.Encoder().encode


def decoder(type_: Any) -> msgpack.Decoder[Any]:
    """A compiled decoder; raises `msgspec.ValidationError` for bytes that are no such message."""
    return msgpack.Decoder(type_)
