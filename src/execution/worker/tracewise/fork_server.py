"""The `cpython` backend: one process that has imported everything and forks for every run.

Speaks with the host in length-prefixed JSON on descriptors 0 and 1. A program runs in one fork, its test in
another, and this process, which never runs either, passes the questions of the second to the first.
"""

import gc
import importlib
import json
import os
import struct
import sys
import tempfile
import time

from . import judge, linux_sandbox, preload, program
from .answer import Broken, read_report
from .child import Child, Stopped

_LONGEST_REPORT = 256 << 10
_WIDE = {'stdoutBytes': 0, 'traceBytes': 0, 'memoryBytes': 1 << 30, 'timeoutMs': 10_000}


def serve_program(connection):
    while True:
        connection.send(program.handle(connection.receive(), connection.sink))


def serve_judge(connection):
    def ask(question):
        connection.send('?' + json.dumps(question))
        return json.loads(connection.receive())

    while True:
        connection.send('!' + judge.handle(connection.receive(), ask))


class Server:
    def __init__(self, options):
        self.options = options
        self.told = {}
        self.judge = None  # one for the tests of a request, which are trusted; a fork is half the cost of a run

    def run(self, request):
        try:
            return [self._test(request, test) for test in request['tests']]
        finally:
            self._end_judge()

    def parse(self, lists, timeout_ms):
        try:
            return [self._parse(attempts, timeout_ms / 1000) for attempts in lists]
        finally:
            self._end_judge()

    def _end_judge(self):
        if self.judge is not None:
            self.judge.end()
            self.judge = None

    def _parse(self, attempts, seconds):
        try:
            return self._judged({'op': 'parse', 'attempts': attempts}, _WIDE, time.monotonic() + seconds)
        except Stopped:
            return None

    def _test(self, request, test):
        """One test, as it went; the host reads the outcome off it."""
        started = time.monotonic()
        limits = request['limits']
        deadline = started + limits['timeoutMs'] / 1000
        is_io = test['kind'] == 'io'
        room = dict(limits, stdoutBytes=limits['stdoutBytes'] + 4 * len(test.get('expectedStdout', '')))
        result = {}
        child = Child(serve_program, self.options, room, test['stdin'].encode() if is_io else b'')
        try:
            if is_io:
                result['load'] = self._ask(child, dict(request, op='main', tests=None), deadline)
            else:
                child = self._run_judged(request, test, child, room, deadline, result)
        except Stopped as stop:
            result['stopped'] = [stop.reason, stop.detail]
        finally:
            child.end()
        if not is_io and 'verdict' not in result:
            result['told'] = self._describe(request, test)
        result['stdout'] = child.output.decode('utf-8', 'replace')
        result['stdoutBytes'] = child.output_bytes
        result['trace'] = child.trace.decode('latin-1')
        result['elapsedMs'] = (time.monotonic() - started) * 1000
        return result

    def _run_judged(self, request, test, child, room, deadline, result):
        """Gives the child that ran last, whose trace and output stand."""
        result['load'] = self._ask(child, dict(request, op='load', tests=None), deadline)
        if 'raised' in result['load'] or 'notParsable' in result['load']:
            return child
        message = dict(test, op='judge', **_context(request))
        verdict = self._judged(message, room, deadline, child)
        if 'needsInside' not in verdict:
            result['verdict'] = verdict
            return child
        child.end()
        again = Child(serve_program, self.options, room)
        result['reason'] = verdict['needsInside']
        try:
            self._ask(again, dict(request, op='load', tests=None), deadline)
            result['inside'] = self._ask(again, {'op': 'inside', 'kind': test['kind'], 'source': test['source']}, deadline)
        except Stopped as stop:
            result['stopped'] = [stop.reason, stop.detail]
        return again

    def _ask(self, child, message, deadline):
        child.send(json.dumps(message).encode())
        return _said(child.receive(deadline, _LONGEST_REPORT))

    def _judged(self, message, limits, deadline, child=None):
        """Asks the judge, answers its questions by the program's process."""
        if self.judge is None:
            room = dict(_WIDE, memoryBytes=max(limits['memoryBytes'], _WIDE['memoryBytes']), timeoutMs=3_600_000)
            self.judge = Child(serve_judge, self.options, room)
        try:
            self.judge.send(json.dumps(message).encode())
            while True:
                said = self.judge.receive(deadline)
                if said[:1] == b'!':
                    return json.loads(said[1:])
                child.send(said[1:])
                self.judge.send(child.receive(deadline))
        except Stopped:
            self._end_judge()
            raise

    def _describe(self, request, test):
        message = dict(test, op='describe', **_context(request))
        key = json.dumps(message)
        if key not in self.told:
            if len(self.told) > 1000:
                self.told.clear()
            try:
                self.told[key] = self._judged(message, _WIDE, time.monotonic() + 0.5)
            except Stopped:
                self.told[key] = {}
        return self.told[key]


def _context(request):
    return {name: request.get(name) for name in ('entryPoint', 'setupCode', 'limits')}


def _said(message):
    try:
        return read_report(json.loads(message))
    except (ValueError, RecursionError, Broken) as error:
        raise Stopped('harness', 'the program broke the code that reports on it') from error


_CANARIES = """
import os, socket
open_roads = []
def road(name, attempt):
    try:
        attempt()
    except (OSError, MemoryError):
        return
    open_roads.append(name)
road('files', lambda: open('/etc/passwd').read())
road('folders', lambda: os.listdir('/'))
road('other processes', lambda: open('/proc/%d/environ' % os.getppid()).read())
road('writing', lambda: open('/tmp/tracewise-canary', 'w'))
road('processes', os.fork)
road('programs', lambda: os.execv('/bin/true', ['true']))
road('sockets', socket.socket)
road('signals', lambda: os.kill(os.getppid(), 0))
import wave
print(*open_roads)
"""


def self_check(server):
    """The roads to the host that are open to a program, by trying; `library` where it cannot even import."""
    limits = dict(_WIDE, stdoutBytes=1000, traceEvents=1, valueChars=200, valueItems=9, valueDepth=3, locals=9)
    child = Child(serve_program, server.options, limits)
    try:
        reply = server._ask(child, {'op': 'load', 'program': _CANARIES, 'limits': limits}, time.monotonic() + 10)
    except Stopped as stop:
        return ['%s %s' % (stop.reason, stop.detail)]
    finally:
        child.end()
    if 'raised' in reply:
        return ['library (%s)' % reply['raised']['message']]
    return child.output.decode().split()


def import_libraries(names):
    """Imports what programs will want. Some write caches: into a folder that is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        tempfile.tempdir = folder
        for name in names:
            importlib.import_module(name)
        # scikit-learn looks for its libraries in /proc when first used, which programs cannot read.
        look = getattr(sys.modules.get('sklearn.utils.parallel'), '_get_threadpool_controller', None)
        if look is not None:
            look()
    tempfile.tempdir = None


def main():
    settings = json.loads(sys.argv[1])
    host_in, host_out = os.dup(0), os.dup(1)
    null = os.open('/dev/null', os.O_RDWR)
    for fd in (0, 1):
        os.dup2(null, fd)
    preload.warm_up()
    linux_sandbox.drop_privileges()
    linux_sandbox.die_with_parent()
    kept = {name: os.environ[name] for name in ('OPENBLAS_NUM_THREADS', 'OMP_NUM_THREADS', 'MPLBACKEND')}
    os.environ.clear()
    os.environ.update(PATH='/usr/bin', HOME='/', LANG='C.UTF-8', TZ='UTC', **kept)
    os.chdir('/')
    if settings['preload']:
        import_libraries(settings['preload'])
    used = linux_sandbox.address_space()
    readable = [path for path in sys.path if path] + [sys.prefix + '/lib', sys.base_prefix + '/lib', '/lib', '/lib64']
    system = ['/etc/ld.so.cache', '/etc/localtime', '/usr/share/zoneinfo', '/dev/null']
    landlock = linux_sandbox.restrict_files(readable + system + settings['readable'])
    built = linux_sandbox.build_filter()
    server = Server({'filter': built, 'null': null, 'used': used})
    gc.collect()
    gc.freeze()
    gc.disable()
    layers = {'landlock': landlock, 'seccomp': built is not None, 'open': self_check(server)}
    _send(host_out, {'python': sys.version.split()[0], **layers})
    while True:
        request = json.loads(_exactly(host_in, struct.unpack('<I', _exactly(host_in, 4))[0]))
        if request['op'] == 'run':
            _send(host_out, server.run(request['request']))
        else:
            _send(host_out, server.parse(request['lists'], request['timeoutMs']))


def _send(fd, value):
    data = json.dumps(value).encode()
    view = memoryview(struct.pack('<I', len(data)) + data)
    while view:
        view = view[os.write(fd, view) :]


def _exactly(fd, size):
    parts = []
    while size:
        part = os.read(fd, min(size, 1 << 20))
        if not part:
            os._exit(0)
        parts.append(part)
        size -= len(part)
    return b''.join(parts)


if __name__ == '__main__':
    main()
