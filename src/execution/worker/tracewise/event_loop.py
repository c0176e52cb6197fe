"""An event loop that waits for nothing but time: neither backend has sockets, which Python's own loops need."""

import asyncio
import time


class _Selector:
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


_Base = getattr(asyncio.events, '_BaseDefaultEventLoopPolicy', None) or asyncio.events.BaseDefaultEventLoopPolicy


class _Policy(_Base):
    _loop_factory = _Loop


def install_event_loop():
    (getattr(asyncio.events, '_set_event_loop_policy', None) or asyncio.set_event_loop_policy)(_Policy())
    asyncio.events._set_running_loop(None)
