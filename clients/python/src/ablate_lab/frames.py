"""Frames: a JSON head and arrays of numbers, with lengths and a checksum. docs/frames.md is their specification."""

from __future__ import annotations

import json
import struct
import sys
import zlib
from array import array
from typing import Any, Dict, Iterable, Iterator, List, Mapping, NamedTuple, Tuple

MAGIC = b"ABF1"
#: Magic, length of the head, length of the body, CRC-32.
_PREFIX_BYTES = 16
#: Elements of arrays, and what Python's `array` calls them.
_TYPECODES = {"f64": "d", "f32": "f", "u32": "I", "i32": "i", "u8": "B"}


class FrameArray(NamedTuple):
    """Numbers of one element type, as little-endian bytes."""

    name: str
    element: str
    data: bytes

    @property
    def length(self) -> int:
        """The number of elements."""
        return len(self.data) // array(_TYPECODES[self.element]).itemsize


def numbers(name: str, element: str, values: Iterable[float]) -> FrameArray:
    """Makes an array of a frame from numbers of Python."""
    return FrameArray(name, element, little_endian(element, array(_TYPECODES[element], values)))


def little_endian(element: str, data: Any) -> bytes:
    """Returns the bytes of numbers that lie in this machine's byte order."""
    if sys.byteorder == "little":
        return bytes(data)
    swapped = array(_TYPECODES[element], bytes(data))
    swapped.byteswap()
    return swapped.tobytes()


def encode_frame(head: Mapping[str, Any], arrays: Iterable[FrameArray] = ()) -> bytes:
    """Writes a frame as bytes; their number is a multiple of 8.

    Raises ValueError where the head has a number that JSON does not have.
    """
    listed = list(arrays)
    names = [[one.name, one.element, one.length] for one in listed]
    text = json.dumps({**head, "arrays": names}, allow_nan=False, separators=(",", ":"))
    head_bytes = text.encode("utf-8", "replace")
    head_bytes += b" " * (-len(head_bytes) % 8)
    body = b"".join(one.data + b"\0" * (-len(one.data) % 8) for one in listed)
    lengths = MAGIC + struct.pack("<II", len(head_bytes), len(body))
    checksum = zlib.crc32(body, zlib.crc32(head_bytes, zlib.crc32(lengths)))
    return b"".join((lengths, struct.pack("<I", checksum), head_bytes, body))


def decode_frames(data: bytes) -> Iterator[Tuple[Dict[str, Any], Dict[str, List[Any]]]]:
    """Yields head and arrays of every whole frame; what is cut off at the end is left out.

    Raises ValueError where bytes are no frame and cannot become one.
    """
    at = 0
    while len(data) - at >= _PREFIX_BYTES:
        if data[at : at + 4] != MAGIC:
            raise ValueError(f"no frame begins at byte {at}")
        head_bytes, body_bytes, checksum = struct.unpack_from("<III", data, at + 4)
        head_at = at + _PREFIX_BYTES
        body_at = head_at + head_bytes
        end = body_at + body_bytes
        if end > len(data):
            return
        if zlib.crc32(data[head_at:end], zlib.crc32(data[at : at + 12])) != checksum:
            raise ValueError(f"the frame at byte {at} differs from its checksum")
        head = json.loads(data[head_at:body_at])
        yield head, _arrays(head.pop("arrays"), data[body_at:end])
        at = end


def _arrays(listed: List[List[Any]], body: bytes) -> Dict[str, List[Any]]:
    found: Dict[str, List[Any]] = {}
    at = 0
    for name, element, length in listed:
        values = array(_TYPECODES[element])
        size = length * values.itemsize
        values.frombytes(body[at : at + size])
        if sys.byteorder == "big":
            values.byteswap()
        found[name] = values.tolist()
        at += size + -size % 8
    return found
