"""What a handler returns, as the bytes and the Content-Type of an answer."""

import json
import sys

from . import interface

JSON = "application/json"
TEXT = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"
LINES = "application/x-ndjson"

_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"), check_circular=True, default=lambda o: _plain(o)).encode
_token = frozenset("!#$%&'*+-.^_`|~0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


class Unanswerable(Exception):
    """What was returned cannot be sent; the text says what and what is expected."""


def _plain(value):
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        if isinstance(value, numpy.ndarray):
            return value.tolist()
        if isinstance(value, numpy.generic):
            return value.item()
    raise Unanswerable(
        f"the result holds {_a(value)}, which is no JSON (expected: None, bool, numbers, str, list, tuple, dict; bytes alone; or carrel.Response)"
    )


def _a(value):
    kind = type(value)
    name = kind.__qualname__ if kind.__module__ == "builtins" else f"{kind.__module__}.{kind.__qualname__}"
    return f"a {name}"


def to_json(value):
    try:
        text = _encode(value)
    except Unanswerable:
        raise
    except ValueError as failure:
        if "Circular" in str(failure):
            raise Unanswerable("the result holds itself (expected: a value that ends)") from None
        raise Unanswerable("the result holds NaN or Infinity, which JSON does not know (expected: finite numbers, or None)") from None
    except TypeError as failure:
        raise Unanswerable(f"the result is no JSON: {failure}") from None
    except RecursionError:
        raise Unanswerable("the result is nested too deeply (expected: some hundred levels at most)") from None
    try:
        return text.encode()
    except UnicodeEncodeError:
        return json.dumps(json.loads(text), separators=(",", ":")).encode()


def to_bytes(value):
    """(bytes, Content-Type) of a value that is no stream."""
    if isinstance(value, str):
        try:
            return value.encode(), TEXT
        except UnicodeEncodeError:
            raise Unanswerable("the result holds half of a surrogate pair, which is no text (expected: whole characters)") from None
    if isinstance(value, (bytes, bytearray)):
        return bytes(value), BYTES
    if isinstance(value, memoryview):
        return value.tobytes(), BYTES
    return to_json(value), JSON


def to_chunk(value):
    """The same for a part of a stream: what is neither text nor bytes becomes a line of JSON."""
    data, kind = to_bytes(value)
    return (data + b"\n", LINES) if kind is JSON else (data, kind)


def is_stream(value):
    return hasattr(value, "__next__") or hasattr(value, "__anext__")


def checked(response):
    """The headers and the type of a Response, as strings that HTTP allows."""
    headers = {}
    for name, value in response.headers.items():
        name, value = str(name), str(value)
        if not name or not _token.issuperset(name) or not _line(value):
            raise Unanswerable(f"header {name!r}: {value!r} (expected: a name without spaces, and one line of ASCII)")
        headers[name] = value
    kind = response.content_type
    if kind is not None and (not isinstance(kind, str) or not _line(kind) or len(kind) > 256):
        raise Unanswerable(f"content_type: {kind!r} (expected: something like \"text/html; charset=utf-8\")")
    return headers, kind


def _line(text):
    return text.isascii() and all(c == "\t" or " " <= c <= "~" for c in text)


def unwrapped(result):
    """(value, status, headers, Content-Type or None) of whatever was returned."""
    if isinstance(result, interface.Response):
        headers, kind = checked(result)
        return result.body, result.status, headers, kind
    return result, 200, {}, None
