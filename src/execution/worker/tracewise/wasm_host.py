"""The two entries of a locked interpreter, and the devices through which it speaks while it runs."""

import json
import os
import struct

from . import judge, program

_trace = _ask = -1


def attach():
    """Opens the devices; before the lock, since afterwards nothing can be opened for writing."""
    global _trace, _ask
    _trace = os.open('/dev/tracewise-trace', os.O_WRONLY)
    _ask = os.open('/dev/tracewise-ask', os.O_RDWR)


def _sink(record, _write=os.write):
    _write(_trace, record)


def _question(question):
    """Asks the program's interpreter; the host runs it while this one waits in `write`."""
    message = json.dumps(question).encode('ascii')
    os.write(_ask, message)
    (size,) = struct.unpack('<I', os.read(_ask, 4))
    parts = []
    while size:
        part = os.read(_ask, size)
        parts.append(part)
        size -= len(part)
    return json.loads(b''.join(parts))


def run_program(message):
    return program.handle(message, _sink)


def run_judge(message):
    return judge.handle(message, _question)
