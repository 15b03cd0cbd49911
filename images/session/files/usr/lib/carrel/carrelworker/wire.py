"""The connection to the broker: frames, who may touch the socket, and when the other end must be taken for gone."""

import collections
import json
import os
import threading
import time

import zmq

quote = json.encoder.encode_basestring_ascii
_decode = json.JSONDecoder().raw_decode

BEAT = 5.0  # seconds between two signs of life when there is nothing to say
SILENCE = 60.0  # seconds without a word from the broker after which it is gone
MOST_WAITING = 1000  # messages of other threads that wait for the one that owns the socket


def members_of(data):
    """The JSON object of a message. Quicker than json.loads, which looks for the encoding first."""
    return _decode(data.decode())[0]


class Gone(Exception):
    """The broker is gone, or does not want this worker."""


class Line:
    """A DEALER socket. `hear` and `flush` are for the thread that made it; `say` is for every thread."""

    def __init__(self, broker):
        self.context = zmq.Context(io_threads=1)
        self.socket = self.context.socket(zmq.DEALER)
        self.socket.setsockopt(zmq.SNDTIMEO, int(SILENCE * 1000))
        self.socket.setsockopt(zmq.LINGER, 2000)
        self.socket.setsockopt(zmq.RECONNECT_IVL, 100)
        self.socket.connect(broker)
        self.owner = threading.get_ident()
        self.waiting = collections.deque()
        self.dropped = 0
        self.heard = self.said = time.monotonic()
        self.poller = None
        self.asleep = False
        self.timeout = None
        self.forked = False

    def wake_for_threads(self):
        """From now on other threads say things that shall not wait: a pipe wakes the owner for them."""
        self.wake_end, self.wake_start = os.pipe()
        os.set_blocking(self.wake_end, False)
        os.set_blocking(self.wake_start, False)
        self.poller = zmq.Poller()
        self.poller.register(self.socket, zmq.POLLIN)
        self.poller.register(self.wake_end, zmq.POLLIN)

    def say(self, name, members=b"{}", body=None):
        if threading.get_ident() == self.owner:
            if self.waiting:
                self.flush()
            self._send(name, members, body)
        elif name == b"log" and len(self.waiting) >= MOST_WAITING:
            self.dropped += 1
        else:
            self.waiting.append((name, members, body))
            if self.asleep:
                self.asleep = False
                self.wake()

    def wake(self):
        """Has the owner look what there is. From any thread, after `wake_for_threads`."""
        try:
            os.write(self.wake_start, b"\0")
        except BlockingIOError:
            pass  # full of wake-up calls: one is enough

    def _send(self, name, members, body):
        send = self.socket.send
        send(name, zmq.SNDMORE)
        if body:
            send(members, zmq.SNDMORE)
            send(body)
        else:
            send(members)

    def flush(self):
        """Sends what other threads have said."""
        waiting = self.waiting
        while waiting:
            self._send(*waiting.popleft())
        if self.dropped:
            count, self.dropped = self.dropped, 0
            self._send(b"log", json.dumps({"id": None, "text": f"({count} printed texts were dropped: too many at once)"}).encode(), None)

    def hear(self, seconds):
        """The next message as (name, members, body), or None when nothing came in time. Says `beat` when it is due."""
        if self.forked:
            os._exit(0)  # a handler forked and the child came back from it: the connection is its parent's
        if self.waiting:
            self.flush()
        try:
            frames = self._receive(seconds)
        except zmq.Again:
            self._idle()
            return None
        self.heard = time.monotonic()
        return frames

    def _receive(self, seconds):
        socket = self.socket
        if self.poller is None:
            if seconds != self.timeout:
                socket.setsockopt(zmq.RCVTIMEO, int(seconds * 1000))
                self.timeout = seconds
            name = socket.recv()
        else:
            try:
                name = socket.recv(zmq.NOBLOCK)
            except zmq.Again:
                self._sleep(seconds)
                name = socket.recv(zmq.NOBLOCK)
        members = socket.recv()
        body = socket.recv() if socket.get(zmq.RCVMORE) else b""
        return name, members, body

    def _sleep(self, seconds):
        self.asleep = True
        try:
            ready = dict(self.poller.poll(0 if self.waiting else int(seconds * 1000)))
        finally:
            self.asleep = False
        if self.wake_end in ready:
            try:
                os.read(self.wake_end, 4096)
            except BlockingIOError:
                pass
        if self.waiting:
            self.flush()

    def _idle(self):
        now = time.monotonic()
        if now - self.heard > SILENCE:
            raise Gone(f"nothing was heard from the broker for {SILENCE:.0f} seconds")
        if now - self.said >= BEAT:
            self.said = now
            self.say(b"beat")

    def leave_to_parent(self):
        """In a forked process: what it says goes nowhere."""
        self.owner = None
        self.forked = True

    def close(self):
        """Sends what there is to send, for two seconds at most."""
        try:
            self.flush()
        except zmq.ZMQError:
            pass
        self.socket.close()
        self.context.term()
