"""Runs generated programs under the library's own tracer and judge, in this process: they are this generator's own.

What comes out is what the library's `cpython` backend sends for a test (src/execution/cpython/read-run.ts), so
that src/signal writes it exactly as it does for a user's program. Programs of a model never come here.
"""

import builtins
import json
import signal
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2] / 'src' / 'execution' / 'worker'))
from tracewise import judge, program  # noqa: E402

LIMITS = {'traceEvents': 2000, 'traceBytes': 256 << 10, 'valueChars': 200, 'valueItems': 20, 'valueDepth': 4, 'locals': 40}
SECONDS = 0.1  # of this process's own time


class _Late(BaseException):
    pass


def within_time(run):
    """`run()` with an end: raises TimeoutError where it takes longer than a tenth of a second of CPU time."""
    late = []

    def stop(*_):
        late.append(True)
        raise _Late

    signal.signal(signal.SIGVTALRM, stop)
    try:
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS, SECONDS)  # again and again: what runs may catch the first
        try:
            result = run()
        except _Late:  # the next one may come while what this one ended is freed
            pass
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    except _Late:
        pass
    if late:
        raise TimeoutError('a generated program ran too long')
    return result


def trace(source, entry_point, tests):
    """One record a test. Raises TimeoutError."""
    return [within_time(lambda: _trace(source, entry_point, test)) for test in tests]


def _trace(source, entry_point, test):
    events, started = bytearray(), time.monotonic()
    main = sys.modules['__main__']
    load = {'op': 'load', 'program': source, 'entryPoint': entry_point, 'trace': True, 'limits': LIMITS}
    message = {'op': 'judge', 'kind': 'assert', 'source': test, 'entryPoint': entry_point, 'limits': LIMITS}
    record = {}
    try:
        record['load'] = json.loads(program.handle(json.dumps(load), events.extend))
        if not record['load']:
            record['verdict'] = json.loads(judge.handle(json.dumps(message), lambda question: _answer(question, events)))
    finally:
        sys.settrace(None)
        sys.modules['builtins'], sys.modules['__main__'] = builtins, main
    elapsed = (time.monotonic() - started) * 1000
    return {**record, 'trace': events.decode('latin-1'), 'stdout': '', 'stdoutBytes': 0, 'elapsedMs': elapsed}


def _answer(question, events):
    return json.loads(program.handle(json.dumps(question), events.extend))
