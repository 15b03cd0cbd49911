"""Exceptions as people are shown them."""

import os

HERE = os.path.dirname(os.path.abspath(__file__)) + os.sep
LONGEST_LINE = 1000
LONGEST_TRACEBACK = 50_000


def one_line(failure):
    """ZeroDivisionError: division by zero"""
    try:
        text = " ".join(str(failure).split())
    except Exception as worse:
        text = f"(its text cannot be had: {type(worse).__name__})"
    kind = type(failure)
    name = kind.__qualname__ if kind.__module__ in ("builtins", "function") else f"{kind.__module__}.{kind.__qualname__}"
    return cut(f"{name}: {text}" if text else name, LONGEST_LINE)


def cut(text, most):
    return text if len(text) <= most else text[: most - 1] + "…"


def trace(failure):
    """Its traceback without the worker's own part."""
    import traceback

    try:
        told = traceback.TracebackException.from_exception(failure)
        _strip(told, 10)
        text = "".join(told.format())
    except Exception as worse:
        text = f"(the traceback cannot be shown: {type(worse).__name__})"
    if len(text) > LONGEST_TRACEBACK:
        text = text[: LONGEST_TRACEBACK // 2] + "\n…\n" + text[-LONGEST_TRACEBACK // 2 :]
    return text


def _strip(told, depth):
    if told is None or depth == 0:
        return
    frames = list(told.stack)
    told.stack[:] = [f for f in frames if not f.filename.startswith(HERE) and not f.filename.startswith("<frozen importlib")]
    for other in (told.__cause__, told.__context__, *(getattr(told, "exceptions", None) or ())):
        _strip(other, depth - 1)
