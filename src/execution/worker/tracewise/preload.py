"""Standard modules that programs use, imported once, before any program runs."""

import abc, array, bisect, cmath, collections, contextlib, copy, dataclasses, datetime, decimal, enum, fractions, functools  # noqa: E401, F401
import hashlib, heapq, io, itertools, json, linecache, math, numbers, opcode, operator, os, queue, random, re, statistics  # noqa: E401, F401
import string, struct, sys, textwrap, time, traceback, types, typing, unittest, unittest.mock, warnings  # noqa: E401, F401

from . import judge, program  # noqa: F401

# A program's `invalid escape sequence` is nobody's business here, and printing it would cost an import.
warnings.simplefilter('ignore')
_LIMITS = {
    'traceEvents': 100, 'traceBytes': 9999, 'valueChars': 99, 'valueItems': 9, 'valueDepth': 3, 'locals': 9,
}  # fmt: skip


def warm_up():
    """Runs every path once, so that what Python makes on first use is in the memory image already."""
    source = 'import math\ndef f(x):\n    y = [x, {"a": (1.5, None)}]\n    return y\n'
    load = {'op': 'load', 'program': source, 'setupCode': 'import re', 'entryPoint': 'f', 'limits': _LIMITS}
    test = {'op': 'judge', 'kind': 'assert', 'source': 'assert f(1) == [1]', 'entryPoint': 'f', 'limits': _LIMITS}
    saved = {name: sys.modules[name] for name in ('__main__', 'builtins')}
    for trace in (True, False):
        program.handle(json.dumps({**load, 'trace': trace}), lambda record: None)
        ask = lambda question: json.loads(program.handle(json.dumps(question), lambda record: None))  # noqa: E731
        for op in ('describe', 'judge'):
            judge.handle(json.dumps({**test, 'op': op}), ask)
        judge.handle(json.dumps({**test, 'kind': 'check', 'source': 'def check(c):\n    assert c(1) == [1], 2'}), ask)
        judge.handle(json.dumps({'op': 'parse', 'attempts': ['def f(', source]}), ask)
        program.handle(json.dumps({'op': 'inside', 'kind': 'assert', 'source': 'assert f(2)'}), lambda record: None)
    sys.modules.update(saved)
    del sys.modules[program.MODULE]
    program._current = None
    random.seed(0)
