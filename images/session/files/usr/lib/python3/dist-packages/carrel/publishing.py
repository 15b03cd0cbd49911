"""Functions of a notebook as published ones."""

import functools
import json

from carrel import desk
from carrel.source import program


def function(fn=None, /, *, name=None, **fields):
    """Publishes a function: `@function`, or `@function(visibility="public", memory="512MiB", …)`.

    `name` is the published one's name, else the function's own in small letters; all other fields are those of docs/functions.md.
    """
    if fn is None:
        return lambda decorated: function(decorated, name=name, **fields)
    published = publish(program(fn), name=name or fn.__name__.lower(), handlers=[fn.__name__], **fields)
    return functools.update_wrapper(_Function(fn, published), fn)


def publish(code, *, name, **fields):
    """Publishes a program's text, e.g. `publish(open("calc.py").read(), name="calc", handlers=["add"])`."""
    answer = _json(desk.ask("PUT", desk.path("hub", "api", "functions", desk.owner(), name), {"code": code, **fields}))
    return Published(answer, (fields.get("handlers") or [""])[0])


def delete(name):
    """Deletes a published function with all its versions."""
    desk.ask("DELETE", desk.path("hub", "api", "functions", desk.owner(), name))


def _json(answer):
    return json.loads(answer[1])


class Published:
    """A published function as Carrel tells of it."""

    def __init__(self, told, handler):
        self.name = told["name"]
        self.version = told["version"]
        self.handler = handler
        self.url = told["url"] + (f"/{handler}" if handler else "")

    def remote(self, *args, **kwargs):
        """Asks it, as its callers do; arguments and result are what JSON can say, bytes are bytes."""
        parts = ["function", f"{self.name}.{desk.owner()}"] + ([self.handler] if self.handler else [])
        kind, body = desk.ask("POST", desk.path(*parts), {"args": args, "kwargs": kwargs})
        if kind == "application/json":
            return json.loads(body)
        return body.decode() if kind.startswith("text/") else body

    def __repr__(self):
        return f"{self.url} (version {self.version})"


class _Function:
    """The function itself, which also knows where it answers."""

    def __init__(self, fn, published):
        self._fn = fn
        self.published = published
        self.url = published.url
        self.remote = published.remote

    def __call__(self, *args, **kwargs):
        return self._fn(*args, **kwargs)

    def __repr__(self):
        return f"<function {self._fn.__name__}, published at {self.published}>"
