"""A state that no message can hold is saved in slices, and its key names them.

A family grows for as long as its customer stays, and a source may say much at a time; one that no longer fits in a message would end its
worker again and again. A slice is never changed: what is new gets a new number, and only then the key names it; what the key no longer
names goes after that. So wherever a crash cuts what is written, the key names slices that are here. A crash in between leaves slices that
nobody names; whoever goes on from the key writes over those that are newer than it.

Touchpoints come first in a family and new ones come after the others, so most slices of one that has grown are the same as before.
"""

from collections.abc import Callable, Iterator
from hashlib import blake2b

from schemas.codec import decoder, encode
from schemas.state import Head

SLICE = 256 << 10  # bytes: several fit into the batch of a producer and into the 1 MB that brokers take by themselves

NEVER_FIRST = b"\xc1"  # the one byte that MessagePack never begins with
NEVER_IN_KEYS = b"\x00"  # keys are labels and identifiers

Item = tuple[bytes, bytes | None]


WHOLE = Head()  # of a value that is not in slices

_decode = decoder(Head).decode


def is_slice(key: bytes) -> bool:
    """Is this the key of a slice, whose value alone means nothing?"""
    return key.startswith(NEVER_IN_KEYS)


def head_of(value: bytes) -> Head:
    """The head that a key holds, `WHOLE` where it holds the value itself."""
    return _decode(value[1:]) if value.startswith(NEVER_FIRST) else WHOLE


def joined(key: bytes, saved: bytes, get: Callable[[bytes], bytes | None]) -> bytes:
    """The value of a key that holds `saved`; raises KeyError when a slice is missing, which no crash can bring about."""
    head = head_of(saved)
    if head is WHOLE:
        return saved
    return b"".join([_found(_slice(key, number), get) for number in head.numbers])


def sliced(key: bytes, value: bytes | None, before: Head, size: int = SLICE) -> tuple[list[Item], Head]:
    """What is to be written, in this order, when the key has had `before`; None deletes it. A slice has `size` bytes."""
    if value is None or len(value) <= size:
        return [(key, value), *_gone(key, before.numbers)], WHOLE
    known = dict(zip(before.digests, before.numbers, strict=True))
    number, items, numbers, digests = before.next, list[Item](), list[int](), list[bytes]()
    for start in range(0, len(value), size):
        content = value[start : start + size]
        digest = blake2b(content, digest_size=16).digest()
        if digest not in known:
            known[digest] = number
            items.append((_slice(key, number), content))
            number += 1
        numbers.append(known[digest])
        digests.append(digest)
    head = Head(tuple(numbers), tuple(digests), number)
    items.append((key, NEVER_FIRST + encode(head)))
    items.extend(_gone(key, [old for old in before.numbers if old not in numbers]))
    return items, head


def _slice(key: bytes, number: int) -> bytes:
    return NEVER_IN_KEYS + key + NEVER_IN_KEYS + b"%d" % number


def _gone(key: bytes, numbers: tuple[int, ...] | list[int]) -> Iterator[Item]:
    for number in dict.fromkeys(numbers):
        yield _slice(key, number), None


def _found(key: bytes, get: Callable[[bytes], bytes | None]) -> bytes:
    value = get(key)
    if value is None:
        raise KeyError(key)
    return value
