"""Plain streams over the standard descriptors: line by line, so that a killed program's output is kept."""

import io
import sys


def open_streams():
    def opened(fd, mode, errors):
        raw = io.FileIO(fd, mode, closefd=False)
        buffered = io.BufferedReader(raw) if mode == 'r' else io.BufferedWriter(raw)
        return io.TextIOWrapper(buffered, encoding='utf-8', errors=errors, line_buffering=mode == 'w')

    sys.stdin = sys.__stdin__ = opened(0, 'r', 'strict')
    sys.stdout = sys.__stdout__ = opened(1, 'w', 'backslashreplace')
    sys.stderr = sys.__stderr__ = opened(2, 'w', 'backslashreplace')
