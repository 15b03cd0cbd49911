"""A function that is a program: each call starts it."""

import json
import os
import re
import selectors
import shutil
import signal
import subprocess

from . import answers, calling, failures, loading

PROGRAM = "function"
READ = 65_536


def load(folder, init):
    """Lays the program there; gives its one handler's name."""
    loading.write_files(folder, init["files"])
    code = init["code"]
    first = code.split("\n", 1)[0]
    if not first.startswith("#!"):
        raise loading.Unfit("the program does not begin with #! (expected: #! and what runs it, as #!/bin/sh)")
    words = first[2:].split()
    if not words or not os.access(words[0], os.X_OK):
        raise loading.Unfit(f"{first!r}: there is no such program (expected: #! and what runs it, as #!/bin/sh)")
    if os.path.basename(words[0]) == "env" and len(words) > 1 and not words[1].startswith("-") and not shutil.which(words[1]):
        raise loading.Unfit(f"{first!r}: {words[1]} is not there (expected: #! and what runs it, as #!/bin/sh)")
    for name in init["handlers"]:
        if name != "main":
            raise loading.Unfit(f"handler {name!r} is not there (expected: main, the only one of an executable)")
    loading.write_code(folder, PROGRAM, code, 0o755)
    return ["main"]


class Programs(calling.Caller):
    """Answers calls by starting the program."""

    def __init__(self, line, printed, folder, most):
        self.line = line
        self.printed = printed
        self.folder = folder
        self.most = most

    def answer(self, call):
        if call.handler not in ("", "main"):
            self._failed(call, "UNKNOWN_HANDLER", failures.cut(f"{call.handler!r} is not there (expected: main)", 1000))
            return
        try:
            process = self._start(call)
        except ValueError as failure:
            self._failed(call, "ARGUMENTS", f"an argument cannot be given to a program: {failure} (expected: text without NUL)")
            return
        except OSError as failure:
            self._failed(call, "RAISED", f"the program cannot be started: {failure.strerror}")
            return
        try:
            with process:
                Running(self, call, process).run()
        finally:
            call.kill = None
            kill(process)

    def _start(self, call):
        environment = dict(os.environ)
        environment["CARREL_METHOD"] = call.method
        environment["CARREL_TYPE"] = call.type
        for name, value in call.keywords.items():
            environment["CARREL_ARG_" + re.sub("[^A-Z0-9_]", "_", name.upper())] = text(value)
        return subprocess.Popen(
            [os.path.join(self.folder, PROGRAM), *map(text, call.arguments)],
            cwd=self.folder,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )


def text(value):
    return value if isinstance(value, str) else json.dumps(value)


def kill(process):
    """Ends the program and what it has started."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


class Running:
    """A program that runs: its input is written while its output is read, so that neither waits for the other."""

    def __init__(self, programs, call, process):
        self.programs = programs
        self.call = call
        self.process = process
        self.output = bytearray()
        self.errors = b""
        self.stop = None
        call.kill = lambda: kill(process)

    def run(self):
        body = memoryview(self.call.body)
        with selectors.DefaultSelector() as ready:
            for pipe, event in ((self.process.stdout, selectors.EVENT_READ), (self.process.stderr, selectors.EVENT_READ)):
                os.set_blocking(pipe.fileno(), False)
                ready.register(pipe, event)
            if body:
                os.set_blocking(self.process.stdin.fileno(), False)
                ready.register(self.process.stdin, selectors.EVENT_WRITE)
            else:
                self.process.stdin.close()
            while ready.get_map():
                if self.call.cancelled:
                    kill(self.process)
                for key, _ in ready.select(1.0):
                    if key.fileobj is self.process.stdin:
                        body = self._write(ready, body)
                    else:
                        self._read(ready, key.fileobj)
                if self.process.poll() is not None:
                    # What it has started and left behind may keep the pipes open: that is not waited for.
                    self._rest(ready)
                    break
        self._finish(self.process.wait())

    def _write(self, ready, body):
        try:
            body = body[os.write(self.process.stdin.fileno(), body[:READ]) :]
        except BrokenPipeError:
            body = body[:0]  # it does not want to read more
        if not body:
            ready.unregister(self.process.stdin)
            try:
                self.process.stdin.close()
            except BrokenPipeError:
                pass
        return body

    def _rest(self, ready):
        for key in list(ready.get_map().values()):
            if key.fileobj is not self.process.stdin:
                try:
                    while key.fd in ready.get_map():
                        self._read(ready, key.fileobj)
                except BlockingIOError:
                    pass

    def _read(self, ready, pipe):
        data = os.read(pipe.fileno(), READ)
        if not data:
            ready.unregister(pipe)
        elif pipe is self.process.stderr:
            self.programs.printed.add(self.call.id, data.decode("utf-8", "backslashreplace"))
            self.errors = (self.errors + data)[-4096:]
        elif self.stop is None:
            self.output += data
            if len(self.output) > self.programs.most:
                self.stop = f"the program has written more than {self.programs.most} bytes (expected: at most that)"
                self.output.clear()
                kill(self.process)

    def _finish(self, status):
        call, programs = self.call, self.programs
        if self.stop is not None:
            programs._failed(call, "RESULT", self.stop)
        elif call.cancelled:
            programs._failed(call, "RAISED", "cancelled")
        elif status != 0:
            lines = self.errors.decode("utf-8", "replace").strip().splitlines()
            how = f"exit status {status}" if status > 0 else f"ended by signal {-status}"
            programs._failed(call, "RAISED", failures.cut(lines[-1], 1000) if lines else how)
        else:
            body = bytes(self.output)
            try:
                body.decode()
                kind = answers.TEXT
            except UnicodeDecodeError:
                kind = answers.BYTES
            programs._whole(call, 200, {}, kind, body)
