"""What functions may use of Carrel: they see this module as `carrel`.

    import carrel

    def picture(name):
        if carrel.request().method != "GET":
            return carrel.Response("only GET", status=405)
        return carrel.Response(open(name, "rb").read(), content_type="image/png", headers={"Cache-Control": "max-age=60"})
"""

import contextvars
import time

__all__ = ["Request", "Response", "request"]

_current = contextvars.ContextVar("carrel.request", default=None)


class Response:
    """An answer with more than a value: status 200 to 599, headers, a Content-Type. The body may be whatever a handler may return."""

    def __init__(self, body=None, status=200, headers=None, content_type=None):
        if isinstance(status, bool) or not isinstance(status, int) or not 200 <= status <= 599:
            raise ValueError(f"status: {status!r} (expected: a number from 200 to 599)")
        self.body = body
        self.status = int(status)
        self.headers = dict(headers or {})
        self.content_type = content_type

    def __repr__(self):
        return f"<carrel.Response {self.status}>"


class Request:
    """The call that is being answered."""

    __slots__ = ("id", "method", "headers", "_deadline")

    def __init__(self, id, method, headers, millis):
        self.id = id
        self.method = method
        self.headers = headers
        self._deadline = time.monotonic() + millis / 1000

    @property
    def remaining(self):
        """Seconds until the caller stops waiting; 0 when it has."""
        return max(0.0, self._deadline - time.monotonic())

    def __repr__(self):
        return f"<carrel.Request {self.id} {self.method}>"


def request():
    """The call that is being answered: method, headers (names in small letters), remaining (seconds).

    RuntimeError outside calls, and in threads that a handler has started."""
    current = _current.get()
    if current is None:
        raise RuntimeError("carrel.request(): no call is being answered here")
    return current
