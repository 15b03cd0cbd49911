"""What functions print becomes `log` messages: whole lines, those of one moment together, with the call they belong to."""

import io
import os
import sys
import threading
import time

from . import interface
from .wire import quote

TOGETHER = 8192  # characters that are sent at once
SOON = 0.1  # seconds that lines may wait for others
LONGEST = 16384  # characters of a line; what is longer becomes several


class Waiting:
    """Texts of one call that wait to be sent."""

    __slots__ = ("texts", "size", "since")

    def __init__(self, texts, size):
        self.texts = texts
        self.size = size
        self.since = time.monotonic()


class Printed:
    """Lines that wait to be sent, for each call. For every thread."""

    def __init__(self, line):
        self.line = line
        self.lock = threading.RLock()
        self.waiting = {}

    def add(self, id, text):
        with self.lock:
            waiting = self.waiting.get(id)
            if waiting is None:
                waiting = self.waiting[id] = Waiting([], 0)
            waiting.texts.append(text)
            waiting.size += len(text)
            if waiting.size > TOGETHER:
                self._send(id, waiting, waiting.size > LONGEST)
            elif "\n" in text and time.monotonic() - waiting.since > SOON:
                self._send(id, waiting, False)

    def finish(self, id):
        """Sends all that a call has printed."""
        if id in self.waiting:
            with self.lock:
                waiting = self.waiting.get(id)
                if waiting is not None:
                    self._send(id, waiting, True)

    def finish_old(self):
        """Sends what has waited."""
        with self.lock:
            for id, waiting in list(self.waiting.items()):
                if time.monotonic() - waiting.since > SOON:
                    self._send(id, waiting, id is None)

    def _send(self, id, waiting, all):
        text = "".join(waiting.texts)
        del self.waiting[id]
        end = len(text) if all else text.rfind("\n") + 1
        if end < len(text):
            self.waiting[id] = Waiting([text[end:]], len(text) - end)
            text = text[:end]
        head = b'{"id":%b,"text":' % (b"null" if id is None else quote(id).encode())
        for piece in pieces(text.removesuffix("\n")):
            self.line.say(b"log", head + quote(piece).encode() + b"}")


def pieces(text):
    """Parts of some thousand characters, of whole lines when these are not too long."""
    while len(text) > LONGEST:
        end = text.rfind("\n", 0, LONGEST)
        yield text[: end if end > 0 else LONGEST]
        text = text[end + 1 if end > 0 else LONGEST :]
    if text:
        yield text


class Stream(io.TextIOBase):
    """Stands for sys.stdout and sys.stderr."""

    encoding = "utf-8"
    errors = "backslashreplace"

    def __init__(self, printed, descriptor):
        self.printed = printed
        self.descriptor = descriptor
        self.buffer = Bytes(self)

    def write(self, text):
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        if text:
            request = interface._current.get()
            self.printed.add(None if request is None else request.id, text)
        return len(text)

    def fileno(self):
        return self.descriptor

    def writable(self):
        return True


class Bytes(io.RawIOBase):
    """Stands for sys.stdout.buffer."""

    def __init__(self, stream):
        self.stream = stream

    def write(self, data):
        data = bytes(data)
        self.stream.write(data.decode("utf-8", "backslashreplace"))
        return len(data)

    def fileno(self):
        return self.stream.descriptor

    def writable(self):
        return True


def capture(line):
    """From now on everything printed goes to the broker, also what other programs and libraries write. Gives what sends it, and the real stderr."""
    printed = Printed(line)
    real = os.fdopen(os.dup(2), "w", encoding="utf-8", errors="backslashreplace", buffering=1)
    read, write = os.pipe()
    os.dup2(write, 1)
    os.dup2(write, 2)
    os.close(write)
    sys.stdout = Stream(printed, 1)
    sys.stderr = Stream(printed, 2)
    os.register_at_fork(after_in_child=lambda: _in_child(line))
    threading.Thread(target=_forward, args=(read, printed), name="carrel-output", daemon=True).start()
    return printed, real


def _in_child(line):
    """A forked process prints by the pipe, as other programs do."""
    line.leave_to_parent()
    sys.stdout = open(1, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)
    sys.stderr = open(2, "w", encoding="utf-8", errors="backslashreplace", buffering=1, closefd=False)


def _forward(read, printed):
    while True:
        data = os.read(read, 65536)
        if not data:
            return
        printed.add(None, data.decode("utf-8", "backslashreplace"))
