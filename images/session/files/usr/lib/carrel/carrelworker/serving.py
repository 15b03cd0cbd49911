"""The worker's life: hello, init, calls, bye."""

import collections
import json
import os
import sys
import threading

from .wire import Gone, Line, members_of

IDLE = 1.0  # seconds between two looks at the clock when nothing comes


class Worker:
    """Calls are answered on this thread when it takes one at once, else on as many others."""

    def __init__(self, line):
        self.line = line
        self.draining = False
        self.under_way = {}
        self.pending = collections.deque()
        self.caller = None

    # ---- one call at once: this thread has the socket and runs the handler

    def serve_one(self):
        while True:
            if self.pending:
                message = self.pending.popleft()
            elif self.draining:
                return
            else:
                message = self.line.hear(IDLE)
                if message is None:
                    self.printed.finish_old()
                    continue
            call = self._take(message)
            if call is not None:
                self.under_way[call.id] = call
                try:
                    self.caller.answer(call)
                finally:
                    del self.under_way[call.id]

    def wait_here(self, call):
        """A stream waits for its window: messages are taken meanwhile, other calls kept for later."""
        message = self.line.hear(IDLE)
        if message is None:
            self.printed.finish_old()
        elif message[0] == b"call":
            self.pending.append(message)
        else:
            self._take(message)

    def poll_here(self, call):
        while self.line.socket.poll(0):
            self.wait_here(call)

    # ---- several at once: this thread has the socket, others run handlers

    def serve_many(self, concurrency):
        import queue

        self.queue = queue.SimpleQueue()
        for i in range(concurrency):
            threading.Thread(target=self._answer_many, name=f"carrel-call-{i}", daemon=True).start()
        while not (self.draining and not self.under_way):
            message = self.line.hear(IDLE)
            if self.printed.waiting:
                self.printed.finish_old()
            if message is None:
                continue
            call = self._take(message)
            if call is not None:
                call.changed = threading.Condition()
                self.under_way[call.id] = call
                self.queue.put(call)

    def _answer_many(self):
        while True:
            call = self.queue.get()
            try:
                self.caller.answer(call)
            except BaseException as failure:
                from .failures import one_line, trace

                self.caller._failed(call, "RAISED", one_line(failure), trace(failure))
            self.under_way.pop(call.id, None)
            if self.draining:
                self.line.wake()

    def wait_there(self, call):
        with call.changed:
            if call.window < 1 and not call.cancelled:
                call.changed.wait(60)

    def poll_there(self, call):
        pass

    # ---- messages

    def _take(self, message):
        """Does what a message says; gives the call when it is one."""
        name, members, body = message
        if name == b"call":
            return self.Call(members_of(members), body)
        if name == b"drain":
            self.draining = True
        elif name == b"more":
            told = members_of(members)
            call = self.under_way.get(told["id"])
            if call is not None:
                call.more(told["chunks"])
        elif name == b"cancel":
            call = self.under_way.get(members_of(members)["id"])
            if call is not None:
                call.cancel()
        elif name == b"refused":
            raise Gone(members_of(members)["error"])
        return None  # `beat`, and what a newer engine says

    def init(self):
        """Waits until it is told what it is; meanwhile loads what every function needs."""
        for module in ("carrelworker.calling", "carrelworker.loading", "carrelworker.output", "inspect", "traceback", "asyncio"):
            if self.line.socket.poll(0):
                break  # no time to prepare: what is needed is loaded when it is
            __import__(module)
        while True:
            message = self.line.hear(IDLE)
            if message is None:
                continue
            if message[0] == b"init":
                return members_of(message[1])
            self._take(message)
            if self.draining:
                return None

    def run(self, init):
        """Becomes the function and serves it. Gives the exit status."""
        from . import calling, interface, loading, output

        self.Call = calling.Call
        folder = os.environ.get("HOME") or "/work"
        os.chdir(folder)
        sys.modules["carrel"] = interface
        self.printed, self.real_stderr = output.capture(self.line)
        concurrency = init["concurrency"]
        threaded = concurrency > 1 or init["runtime"] == "executable"
        try:
            handlers = self._load(folder, init, threaded)
        except loading.Unfit as failure:
            self.printed.finish(None)
            self.line.say(b"unfit", json.dumps({"error": failure.error, "traceback": failure.traceback}).encode())
            return 3
        self.printed.finish(None)
        if threaded:
            self.line.wake_for_threads()
        self.line.say(b"ready", json.dumps({"handlers": list(handlers), "credits": concurrency}).encode())
        import gc

        gc.collect()
        gc.freeze()
        gc.enable()
        if threaded:
            self.serve_many(concurrency)
        else:
            self.serve_one()
        self.printed.finish(None)
        self.line.say(b"bye")
        return 0

    def _load(self, folder, init, threaded):
        from . import calling, loading

        loading.set_environment(init["environment"])
        runtime = init["runtime"]
        if runtime == "executable":
            from . import executable

            handlers = executable.load(folder, init)
            self.caller = executable.Programs(self.line, self.printed, folder, init["maxAnswer"])
            return handlers
        if runtime != "python3":
            raise loading.Unfit(f"runtime {runtime!r} (expected: python3 or executable)")
        handlers = loading.load(folder, init)
        wait, poll = (self.wait_there, self.poll_there) if threaded else (self.wait_here, self.poll_here)
        self.caller = calling.Caller(
            self.line, self.printed, handlers, init["maxAnswer"], calling.Async(threaded), wait, poll
        )
        return handlers


def main():
    broker = os.environ.get("CARREL_BROKER")
    token = os.environ.pop("CARREL_TOKEN", None)
    if not broker or not token:
        print("carrel worker: CARREL_BROKER and CARREL_TOKEN say where the broker is and who this is; they are not there", file=sys.stderr)
        return 2
    line = Line(broker)
    line.say(b"hello", json.dumps({"protocol": 1, "token": token}).encode())
    del token
    worker = Worker(line)
    status = 1
    try:
        init = worker.init()
        if init is None:
            line.say(b"bye")
            status = 0
        else:
            status = worker.run(init)
    except Gone as gone:
        print(f"carrel worker: ends: {gone}", file=getattr(worker, "real_stderr", sys.stderr))
    except BaseException:
        import traceback

        traceback.print_exc(file=getattr(worker, "real_stderr", sys.stderr))
    for call in list(worker.under_way.values()):
        call.cancel()
    line.close()
    # Threads of the function, and handlers that still run, keep no worker alive.
    getattr(worker, "real_stderr", sys.stderr).flush()
    os._exit(status)
