"""A process of the fork server, seen from it and from within."""

import gc
import os
import select
import signal
import struct
import sys
import time

from . import linux_sandbox
from .event_loop import install_event_loop
from .streams import open_streams

_LONGEST_FRAME = 16 << 20
_LONGEST_OUTPUT = 16 << 20  # of a run in all, kept or not


class Stopped(Exception):
    """The child gave no answer. `reason` as in the other backend."""

    def __init__(self, reason, detail=''):
        super().__init__(reason)
        self.reason, self.detail = reason, detail


class Child:
    """Forks, confines the fork, and lets `serve(connection)` answer there."""

    def __init__(self, serve, options, limits, stdin=b''):
        self.output, self.trace = bytearray(), bytearray()
        self.output_bytes = 0
        self.output_limit, self.trace_limit = limits['stdoutBytes'], limits['traceBytes'] + 64
        self._inbox, self._outbox = bytearray(), b''
        pipes = [os.pipe() for _ in range(4)]  # to the child, from it, its trace, its output
        source = os.memfd_create('stdin')
        os.write(source, stdin)
        os.lseek(source, 0, os.SEEK_SET)
        self.pid = os.fork()
        if self.pid == 0:
            try:
                _become(serve, options, limits, pipes, source)
            finally:
                os._exit(98)
        os.close(source)
        for kept, given in ((1, 0), (0, 1), (0, 1), (0, 1)):
            pair = pipes.pop(0)
            os.close(pair[given])
            pipes.append(pair[kept])
            os.set_blocking(pair[kept], False)
        self._to, self._from, self._trace, self._output = pipes

    def send(self, message):
        self._outbox += struct.pack('<I', len(message)) + message

    def receive(self, deadline, longest=_LONGEST_FRAME):
        """The next message. Raises Stopped where none comes by the deadline, or the child is gone."""
        while True:
            if len(self._inbox) >= 4:
                (size,) = struct.unpack_from('<I', self._inbox)
                if size > longest:
                    raise Stopped('too-large', '%d bytes came back' % size)
                if len(self._inbox) >= 4 + size:
                    message = bytes(self._inbox[4 : 4 + size])
                    del self._inbox[: 4 + size]
                    self._drain()
                    return message
            self._wait(deadline)

    def _wait(self, deadline):
        left = deadline - time.monotonic()
        if left <= 0:
            raise Stopped('timed-out')
        poll = select.poll()
        for fd in (self._from, self._trace, self._output):
            poll.register(fd, select.POLLIN)
        if self._outbox:
            poll.register(self._to, select.POLLOUT)
        ready = dict(poll.poll(left * 1000))
        if self._to in ready:
            try:
                self._outbox = self._outbox[os.write(self._to, self._outbox) :]
            except BrokenPipeError:
                self._outbox = b''
        for fd in (self._trace, self._output):
            if fd in ready:
                self._take(fd)
        if self.output_bytes > max(_LONGEST_OUTPUT, self.output_limit):
            raise Stopped('output')
        if self._from in ready:
            part = os.read(self._from, 1 << 16)
            if not part:
                raise self._ended()
            self._inbox += part

    def _take(self, fd):
        try:
            part = os.read(fd, 1 << 16)
        except BlockingIOError:
            return False
        if fd == self._trace:
            self.trace += part[: max(0, self.trace_limit - len(self.trace))]
        else:
            self.output_bytes += len(part)
            self.output += part[: max(0, self.output_limit - len(self.output))]
        return bool(part)

    def _drain(self):
        for fd in (self._trace, self._output):
            while self._take(fd):
                pass

    def _ended(self):
        self._drain()
        _, status = os.waitpid(self.pid, 0)
        self.pid = None
        if os.WIFEXITED(status):
            return Stopped('exit', 'status %d' % os.WEXITSTATUS(status))
        number = os.WTERMSIG(status)
        return Stopped('timed-out') if number == signal.SIGXCPU else Stopped('crash', signal.Signals(number).name)

    def end(self):
        if self.pid is not None:
            os.kill(self.pid, signal.SIGKILL)
            os.waitpid(self.pid, 0)
            self.pid = None
            self._drain()
        for fd in (self._to, self._from, self._trace, self._output):
            os.close(fd)


class Connection:
    """The child's end."""

    def __init__(self, read_fd, write_fd, trace_fd):
        self._read, self._write, self._trace = read_fd, write_fd, trace_fd

    def receive(self):
        (size,) = struct.unpack('<I', self._exactly(4))
        return self._exactly(size).decode()

    def send(self, message):
        data = message.encode('ascii')
        view = memoryview(struct.pack('<I', len(data)) + data)
        while view:
            view = view[os.write(self._write, view) :]

    def sink(self, record):
        os.write(self._trace, record)

    def _exactly(self, size):
        parts = []
        while size:
            part = os.read(self._read, size)
            if not part:
                os._exit(0)
            parts.append(part)
            size -= len(part)
        return b''.join(parts)


def _become(serve, options, limits, pipes, source):
    """In the fork: keeps its own four pipes and nothing else, closes the sandbox, serves."""
    linux_sandbox.die_with_parent()
    (read_fd, _), (_, write_fd), (_, trace_fd), (_, output_fd) = pipes
    wanted = (source, output_fd, options['null'], read_fd, write_fd, trace_fd)
    moved = [os.dup2(fd, 50 + i) for i, fd in enumerate(wanted)]
    os.closerange(0, 50)
    for fd, place in zip(moved, range(6)):
        os.dup2(fd, place)
    os.closerange(6, 256)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    linux_sandbox.set_limits(options['used'] + limits['memoryBytes'], int(limits['timeoutMs'] / 1000) + 2)
    if not linux_sandbox.restrict_calls(options['filter']):
        os._exit(97)
    open_streams()
    install_event_loop()
    sys.argv, sys.orig_argv, sys.executable = ['main.py'], ['python3'], ''
    gc.enable()
    serve(Connection(3, 4, 5))
