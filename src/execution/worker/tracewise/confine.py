"""Pyodide made an ordinary, closed Python: its ways into JavaScript out of sight, its event loop a plain one.

This is tidiness, not the lock. The lock is the gate around the WebAssembly imports; nothing here need hold.
"""

import asyncio
import gc
import os
import sys
import time

from .event_loop import install_event_loop
from .streams import open_streams


def confine():
    import pyodide.webloop as webloop

    time.sleep = webloop._orig_sleep
    asyncio.run = asyncio.runners.run = getattr(webloop, '_orig_run', None) or asyncio.runners.run
    asyncio.tasks.sleep = asyncio.sleep
    install_event_loop()
    for name in [n for n in sys.modules if n == 'js' or n.startswith(('pyodide', '_pyodide'))]:
        del sys.modules[name]
    sys.meta_path[:] = [f for f in sys.meta_path if isinstance(f, type) or type(f).__module__ == 'builtins']
    sys.path[:] = [p for p in sys.path if p.endswith('.zip') or 'python3' in p]
    sys.argv, sys.orig_argv, sys.executable = ['main.py'], ['python3'], ''
    os.environ.clear()
    os.environ.update(PATH='/usr/bin', HOME='/home/user', LANG='C.UTF-8', TZ='UTC')
    open_streams()
    gc.collect()
    gc.freeze()
