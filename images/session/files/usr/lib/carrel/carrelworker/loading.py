"""A function's code as a module, and what can be called in it."""

import base64
import os
import sys

from .failures import one_line, trace

NAME = "function"


class Unfit(Exception):
    """The function cannot be served."""

    def __init__(self, error, traceback=""):
        super().__init__(error)
        self.error = error
        self.traceback = traceback


def set_environment(environment):
    for name, value in environment.items():
        try:
            os.environ[name] = value
        except ValueError:  # the value is not shown: it may be a secret
            raise Unfit(f"variable {name!r} (expected: a name without =, and no NUL in name or value)") from None


def write_files(folder, files):
    """Lays the further files into the folder."""
    for path, text in files.items():
        parts = path.split("/")
        if path.startswith("/") or "\0" in path or any(part in ("", ".", "..") for part in parts):
            raise Unfit(f"file {path!r} (expected: a relative path without . and ..)")
        place = os.path.join(folder, *parts)
        try:
            os.makedirs(os.path.dirname(place), exist_ok=True)
            data = base64.b64decode(text)
            with open(place, "wb") as out:
                out.write(data)
            os.chmod(place, 0o755 if data.startswith(b"#!") else 0o644)
        except OSError as failure:
            raise Unfit(f"file {path!r} cannot be written: {failure.strerror}") from None


def write_code(folder, name, code, mode):
    try:
        with open(os.path.join(folder, name), "wb") as out:
            out.write(code.encode())
        os.chmod(os.path.join(folder, name), mode)
    except (OSError, UnicodeEncodeError) as failure:
        raise Unfit(f"the code cannot be written: {failure}") from None


def load(folder, init):
    """The handlers by name, the default one first."""
    import importlib

    write_files(folder, init["files"])
    write_code(folder, NAME + ".py", init["code"], 0o644)
    sys.path.insert(0, folder)
    importlib.invalidate_caches()
    try:
        module = importlib.import_module(NAME)
    except BaseException as failure:
        raise Unfit(one_line(failure), trace(failure)) from None
    offered = _offered(module)
    wanted = init["handlers"]
    if not wanted:
        if not offered:
            raise Unfit("the code defines no function that could be called (expected: at least one `def` whose name does not begin with _)")
        return {name: vars(module)[name] for name in offered}
    handlers = {}
    for name in wanted:
        value = getattr(module, name, None)
        if not callable(value):
            what = "is not there" if value is None else f"is a {type(value).__name__}, which cannot be called"
            there = ", ".join(offered) or "a function that the code defines; it defines none"
            raise Unfit(f"handler {name!r} {what} (expected: {there})")
        handlers[name] = value
    return handlers


def _offered(module):
    """Public functions that the module itself defines, in their order."""
    import types

    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (isinstance(value, types.FunctionType) or callable(value) and hasattr(value, "__wrapped__"))
        and getattr(value, "__module__", None) == NAME
    ]
