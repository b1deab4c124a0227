"""One way to write a value as bytes, so that everyone hashes the same thing.

Canonical JSON of pbvote, version 1:

* UTF-8, no byte order mark, no white space between tokens, no line end at the end;
* objects have text keys, sorted by Unicode code point, none twice;
* text is written as it is; only ``"``, ``\\`` and the control characters U+0000 to U+001F are escaped, as
  ``\\"``, ``\\\\``, ``\\b \\t \\n \\f \\r`` where such a short form exists, else as ``\\u00xx`` (lower case);
* numbers are whole, written in decimal without exponent, sign only if negative; there are no fractions;
* ``true``, ``false``, ``null``; arrays keep their order; lone surrogates are refused.

In Python: ``json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)`` once floats are
refused. RFC 8785 differs in the order of keys outside the Basic Multilingual Plane and in allowing fractions.
"""

import hashlib
import json
from typing import Any


class NotCanonical(ValueError):
    """The value, or the text read, has no canonical form or is not in it."""


def canonical(value: Any) -> bytes:
    """Return the canonical bytes of a value made of dict, list, tuple, str, int, bool and None.

    Raises NotCanonical for anything else (floats, bytes, keys that are not text, lone surrogates).
    """
    _refuse_strangers(value)
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise NotCanonical("text with a lone surrogate has no canonical form") from error


def read_canonical(data: bytes) -> Any:
    """Return the value written in `data`; raise NotCanonical unless `data` is exactly its canonical form."""
    try:
        value = json.loads(data.decode())
        again = canonical(value)
    except (ValueError, RecursionError) as error:
        raise NotCanonical(f"not canonical JSON: {error}") from error
    if again != data:
        raise NotCanonical("JSON, but not in its canonical form")
    return value


def digest(label: str, *parts: bytes) -> bytes:
    """Return SHA-256 over an ASCII label and the parts, 32 bytes. Each use has a label of its own."""
    sha = hashlib.sha256(label.encode("ascii"))
    for part in parts:
        sha.update(part)
    return sha.digest()


def _refuse_strangers(value: Any) -> None:
    if value is None or isinstance(value, str | bool | int):
        return
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise NotCanonical(f"the key {key!r} is not text")
            _refuse_strangers(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_strangers(inner)
    else:
        raise NotCanonical(f"{type(value).__name__} has no canonical form")
