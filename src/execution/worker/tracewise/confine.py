"""Pyodide made an ordinary, closed Python: its ways into JavaScript out of sight, its event loop a plain one.

This is tidiness, not the lock. The lock is the gate around the WebAssembly imports; nothing here need hold.
"""

import asyncio
import gc
import io
import os
import sys
import time


class _Selector:
    """Waits for nothing but time."""

    def select(self, timeout=None):
        if timeout:
            time.sleep(timeout)
        return []

    def close(self):
        pass

    def get_map(self):
        return {}


class _Loop(asyncio.base_events.BaseEventLoop):
    def __init__(self):
        super().__init__()
        self._selector = _Selector()

    def _process_events(self, events):
        pass

    def _write_to_self(self):
        pass


class _Policy(asyncio.events._BaseDefaultEventLoopPolicy):
    _loop_factory = _Loop


def confine():
    import pyodide.webloop as webloop

    time.sleep = webloop._orig_sleep
    asyncio.run = asyncio.runners.run = getattr(webloop, '_orig_run', None) or asyncio.runners.run
    asyncio.tasks.sleep = asyncio.sleep
    asyncio.events._set_event_loop_policy(_Policy())
    asyncio.events._set_running_loop(None)
    for name in [n for n in sys.modules if n == 'js' or n.startswith(('pyodide', '_pyodide'))]:
        del sys.modules[name]
    sys.meta_path[:] = [f for f in sys.meta_path if isinstance(f, type) or type(f).__module__ == 'builtins']
    sys.path[:] = [p for p in sys.path if p.endswith('.zip') or 'python3' in p]
    sys.argv, sys.orig_argv, sys.executable = ['main.py'], ['python3'], ''
    os.environ.clear()
    os.environ.update(PATH='/usr/bin', HOME='/home/user', LANG='C.UTF-8', TZ='UTC')
    _streams()
    gc.collect()
    gc.freeze()


def _streams():
    """Plain streams over the standard descriptors: line by line, so that a killed program's output is kept."""

    def opened(fd, mode, errors):
        raw = io.FileIO(fd, mode, closefd=False)
        buffered = io.BufferedReader(raw) if mode == 'r' else io.BufferedWriter(raw)
        return io.TextIOWrapper(buffered, encoding='utf-8', errors=errors, line_buffering=mode == 'w')

    sys.stdin = sys.__stdin__ = opened(0, 'r', 'strict')
    sys.stdout = sys.__stdout__ = opened(1, 'w', 'backslashreplace')
    sys.stderr = sys.__stderr__ = opened(2, 'w', 'backslashreplace')
