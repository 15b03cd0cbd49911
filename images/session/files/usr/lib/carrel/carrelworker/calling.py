"""One call: arguments are bound, the handler runs, its result is sent."""

import json
import sys
import threading

from . import answers, interface
from .answers import Unanswerable
from .failures import cut, one_line, trace
from .wire import Gone, quote

PIECE = 262_144  # bytes of a streamed part


class WrongArguments(Exception):
    pass


class Cancelled(Exception):
    """Nobody waits for the answer any more."""


class Call:
    """A call under way. `more` and `cancel` may be called by another thread than the one that answers it."""

    def __init__(self, members, body):
        self.id = members["id"]
        self.quoted = quote(self.id).encode()
        self.handler = members["handler"]
        self.arguments = members["arguments"]
        self.keywords = members["keywords"]
        self.type = members["type"]
        self.method = members["method"]
        self.body = body
        self.request = interface.Request(self.id, self.method, members["headers"], members["millis"])
        self.window = 0
        self.cancelled = False
        self.changed = None
        self.kill = None

    def more(self, chunks):
        self.window += chunks
        self._tell()

    def cancel(self):
        self.cancelled = True
        self._tell()
        kill = self.kill
        if kill is not None:
            kill()

    def _tell(self):
        changed = self.changed
        if changed is not None:
            with changed:
                changed.notify_all()


class Handler:
    """A function and what it takes. What is simple is not bound by `inspect`, which costs more than most calls."""

    def __init__(self, name, function):
        import inspect

        self.name = name
        self.function = function
        self.least = self.most = -1
        try:
            self.signature = inspect.signature(function)
        except (TypeError, ValueError):
            self.signature = None  # some written in C do not say what they take
            return
        parameters = self.signature.parameters.values()
        simple = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
        if all(p.kind in simple for p in parameters):
            self.least = sum(p.default is inspect.Parameter.empty for p in parameters)
            self.most = len(parameters)

    def check(self, arguments, keywords):
        if not keywords and self.least <= len(arguments) <= self.most or self.signature is None:
            return
        try:
            self.signature.bind(*arguments, **keywords)
        except TypeError as failure:
            why = str(failure)
            if why.startswith("too many"):
                count = len(arguments)
                why = f"got {count} positional argument" + ("" if count == 1 else "s")
            takes = str(self.signature).partition(" -> ")[0][1:-1] or "no arguments"
            raise WrongArguments(cut(f"{self.name}() takes {takes}; {why}", 1000)) from None


def body_argument(call):
    """A raw body as the handler gets it: str for text/…, else bytes."""
    if not call.type.lower().startswith("text/"):
        return call.body
    charset = "utf-8"
    for part in call.type.split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            charset = value.strip().strip('"')
    try:
        return call.body.decode(charset)
    except LookupError:
        raise WrongArguments(f"charset {charset!r} (expected: one that Python knows, as utf-8)") from None
    except UnicodeDecodeError:
        raise WrongArguments(f"the body is no {charset} (expected: what its Content-Type says)") from None


class Caller:
    """Answers calls. `wait` is called as wait(call) while a stream may send no more; `poll` as poll(call) between its parts."""

    def __init__(self, line, printed, handlers, most, run_async, wait, poll):
        self.line = line
        self.printed = printed
        self.handlers = {name: Handler(name, function) for name, function in handlers.items()}
        self.handlers[""] = next(iter(self.handlers.values()))
        self.most = most
        self.run_async = run_async
        self.wait = wait
        self.poll = poll

    def answer(self, call):
        """Runs a call to its end: exactly one answer, failure or end is sent. Raises nothing but what the line raises."""
        handler = self.handlers.get(call.handler)
        if handler is None:
            there = ", ".join(name for name in self.handlers if name)
            self._failed(call, "UNKNOWN_HANDLER", cut(f"{call.handler!r} is not there (expected: {there})", 1000))
            return
        token = interface._current.set(call.request)
        try:
            self._run(call, handler)
        finally:
            interface._current.reset(token)

    def _run(self, call, handler):
        try:
            arguments = call.arguments
            if call.type:
                arguments = [*arguments, body_argument(call)]
            handler.check(arguments, call.keywords)
        except WrongArguments as failure:
            self._failed(call, "ARGUMENTS", str(failure))
            return
        try:
            result = handler.function(*arguments, **call.keywords)
            if hasattr(result, "__await__"):
                result = self.run_async(result)
        except BaseException as failure:
            self._raised(call, failure)
            return
        try:
            value, status, headers, kind = answers.unwrapped(result)
            if not answers.is_stream(value):
                body, usual = answers.to_bytes(value)
                self._whole(call, status, headers, kind or usual, body)
                return
        except Unanswerable as failure:
            self._failed(call, "RESULT", str(failure))
            return
        except BaseException as failure:
            self._failed(call, "RESULT", one_line(failure), trace(failure))
            return
        self._stream(call, value, status, headers, kind)

    # ---- streams

    def _next(self, stream):
        """(True, part) or (False, None) at the end."""
        try:
            if hasattr(stream, "__anext__"):
                return True, self.run_async(stream.__anext__())
            return True, next(stream)
        except (StopIteration, StopAsyncIteration):
            return False, None

    def _stream(self, call, stream, status, headers, kind):
        # Not begun before the first part is there: what is raised until then is a failure, not an answer that breaks off.
        try:
            there, part = self._next(stream)
            data, usual = answers.to_chunk(part) if there else (b"", answers.TEXT)
        except Unanswerable as failure:
            self._close(stream)
            self._failed(call, "RESULT", str(failure))
            return
        except BaseException as failure:
            self._raised(call, failure)
            return
        self.printed.finish(call.id)
        self.line.say(b"answer", self._head(call, status, headers, kind or usual, b"true"))
        error = None
        try:
            while there:
                for at in range(0, len(data), PIECE):
                    self._send_part(call, data[at : at + PIECE])
                there, part = self._next(stream)
                if there:
                    data, _ = answers.to_chunk(part)
        except Cancelled:
            error = "cancelled"
        except Unanswerable as failure:
            error = str(failure)
        except Gone:
            raise
        except BaseException as failure:
            error = one_line(failure)
            self.printed.add(call.id, trace(failure))
        if error is not None:
            self._close(stream)
        self.printed.finish(call.id)
        said = b"null" if error is None else quote(error).encode()
        self.line.say(b"end", b'{"id":%b,"error":%b}' % (call.quoted, said))

    def _send_part(self, call, data):
        self.poll(call)
        while call.window < 1 and not call.cancelled:
            self.wait(call)
        if call.cancelled:
            raise Cancelled
        call.window -= 1
        self.line.say(b"chunk", b'{"id":%b}' % call.quoted, data)

    def _close(self, stream):
        """Lets a generator's `finally` run."""
        try:
            if hasattr(stream, "aclose"):
                self.run_async(stream.aclose())
            elif hasattr(stream, "close"):
                stream.close()
        except BaseException as failure:
            print(f"closing the stream: {one_line(failure)}", file=sys.stderr)

    # ---- what is said

    def _head(self, call, status, headers, kind, streamed):
        if not headers:
            return b'{"id":%b,"status":%d,"type":%b,"headers":{},"streamed":%b}' % (call.quoted, status, quote(kind).encode(), streamed)
        return json.dumps({"id": call.id, "status": status, "type": kind, "headers": headers, "streamed": streamed == b"true"}).encode()

    def _whole(self, call, status, headers, kind, body):
        if len(body) > self.most:
            self._failed(call, "RESULT", f"the result has {len(body)} bytes (expected: at most {self.most}; a generator may yield more)")
            return
        self.printed.finish(call.id)
        self.line.say(b"answer", self._head(call, status, headers, kind, b"false"), body)

    def _raised(self, call, failure):
        self._failed(call, "RAISED", one_line(failure), trace(failure))

    def _failed(self, call, kind, error, traceback=""):
        self.printed.finish(call.id)
        self.line.say(b"failed", json.dumps({"id": call.id, "kind": kind, "error": error, "traceback": traceback}).encode())


class Async:
    """Runs what is `async`: on this thread, or, for several calls at once, on one of its own."""

    def __init__(self, threaded):
        self.threaded = threaded
        self.loop = None
        self.lock = threading.Lock()

    def __call__(self, awaitable):
        import asyncio

        async def run():
            return await awaitable

        with self.lock:
            if self.loop is None:
                self.loop = asyncio.new_event_loop()
                if self.threaded:
                    threading.Thread(target=self.loop.run_forever, name="carrel-async", daemon=True).start()
        try:
            if self.threaded:
                return asyncio.run_coroutine_threadsafe(run(), self.loop).result()
            return self.loop.run_until_complete(run())
        except StopAsyncIteration:
            raise
        except asyncio.CancelledError as failure:
            raise RuntimeError("the handler was cancelled by itself") from failure
