"""Values between the program's interpreter and the judge's: typed, exact, by data alone.

JSON: null, booleans, strings and small integers stand for themselves, everything else is `[tag, …]`. What is
no literal stays where it is and travels as a handle, `["h", id, type name]`. An instance of a class derived
from a built-in container travels as that container's content, `["as", base, id, type name]`: what it says of
itself (`__eq__`, `__len__`) is left behind.
"""

import builtins
import collections
import datetime
import decimal
import fractions
import json

from .render import mro_of, type_name

_DEPTH = 60
_SMALL = 1 << 53
_BASES = (list, tuple, dict, set, frozenset, bytes, str, int, float)
_dumps = json.JSONEncoder(ensure_ascii=True, separators=(',', ':'), check_circular=False).encode


class NotLiteral(Exception):
    """A value that cannot travel by data alone."""


def encode(x, keep=None, depth=0, path=frozenset()):
    """The value as JSON-able data; `keep(x)` gives the handle of what is no literal, or NotLiteral is raised."""
    t = type(x)
    if x is None or t is bool or t is str:
        return x
    if t is int:
        return x if -_SMALL < x < _SMALL else ['i', '%x' % x]
    if t is float:
        return ['f', x.hex()]
    if depth < _DEPTH and id(x) not in path:
        coder = _ENCODERS.get(t)
        if coder is not None:
            return coder(x, keep, depth + 1, path | {id(x)})
        if t is type and builtins.__dict__.get(type_name(x)) is x:
            return ['type', type_name(x)]
        if keep is not None and t is not type:
            for base in _BASES:
                if base in mro_of(t):
                    return _encode_derived(x, t, base, keep, depth + 1, path | {id(x)})
    if keep is None:
        raise NotLiteral(type_name(t))
    return keep(x)


def _encode_derived(x, t, base, keep, depth, path):
    plain = {
        list: lambda: list(list.__iter__(x)),
        tuple: lambda: tuple(tuple.__iter__(x)),
        dict: lambda: dict(dict.items(x)),
        set: lambda: set(set.__iter__(x)),
        frozenset: lambda: frozenset(frozenset.__iter__(x)),
        bytes: lambda: bytes.__getitem__(x, slice(None)),
        str: lambda: str.__str__(x),
        int: lambda: int.__index__(x),
        float: lambda: float.__float__(x),
    }[base]()
    return ['as', encode(plain, keep, depth, path), keep(x)[1], type_name(t)]


def _items(tag, iterate):
    return lambda x, keep, depth, path: [tag, [encode(v, keep, depth, path) for v in iterate(x)]]


def _pairs(tag):
    def encode_pairs(x, keep, depth, path):
        return [tag, [[encode(k, keep, depth, path), encode(v, keep, depth, path)] for k, v in dict.items(x)]]

    return encode_pairs


def _text(tag, text):
    return lambda x, keep, depth, path: [tag, text(x)]


_ENCODERS = {
    list: _items('l', iter),
    tuple: _items('t', iter),
    set: _items('s', iter),
    frozenset: _items('z', iter),
    dict: _pairs('d'),
    collections.OrderedDict: _pairs('od'),
    collections.Counter: _pairs('c'),
    collections.defaultdict: _pairs('dd'),
    collections.deque: lambda x, keep, depth, path: ['q', [encode(v, keep, depth, path) for v in x], x.maxlen],
    bytes: _text('b', bytes.hex),
    bytearray: _text('y', bytearray.hex),
    complex: lambda x, keep, depth, path: ['x', x.real.hex(), x.imag.hex()],
    range: lambda x, keep, depth, path: ['r', str(x.start), str(x.stop), str(x.step)],
    decimal.Decimal: _text('m', str),
    fractions.Fraction: lambda x, keep, depth, path: ['n', '%x' % x.numerator, '%x' % x.denominator],
    datetime.date: _text('date', datetime.date.isoformat),
    datetime.timedelta: lambda x, keep, depth, path: ['delta', x.days, x.seconds, x.microseconds],
    type(Ellipsis): lambda x, keep, depth, path: ['...'],
}


def decode(data, handle=None, derived=None):
    """The value again. `handle(id, type)` and `derived(value, id, type)` build what stands for the rest."""
    if data is None or type(data) in (bool, str, int):
        return data
    tag = data[0]
    if tag == 'h':
        return handle(data[1], data[2])
    if tag == 'as':
        return derived(decode(data[1], handle, derived), data[2], data[3])
    maker = _DECODERS.get(tag)
    if maker is not None:
        return maker(data)
    body = [decode(v, handle, derived) for v in data[1]] if tag in _SEQUENCES else None
    if body is not None:
        return _SEQUENCES[tag](body) if tag != 'q' else collections.deque(body, data[2])
    pairs = [(decode(k, handle, derived), decode(v, handle, derived)) for k, v in data[1]]
    return _MAPPINGS[tag](pairs)


def _counter(pairs):
    counter = collections.Counter()
    dict.update(counter, pairs)
    return counter


_SEQUENCES = {'l': list, 't': tuple, 's': set, 'z': frozenset, 'q': collections.deque}
_MAPPINGS = {
    'd': dict,
    'od': collections.OrderedDict,
    'c': _counter,
    'dd': lambda pairs: collections.defaultdict(None, pairs),
}
_DECODERS = {
    'i': lambda d: int(d[1], 16),
    'f': lambda d: float.fromhex(d[1]),
    'b': lambda d: bytes.fromhex(d[1]),
    'y': lambda d: bytearray.fromhex(d[1]),
    'x': lambda d: complex(float.fromhex(d[1]), float.fromhex(d[2])),
    'r': lambda d: range(int(d[1]), int(d[2]), int(d[3])),
    'm': lambda d: decimal.Decimal(d[1]),
    'n': lambda d: fractions.Fraction(int(d[1], 16), int(d[2], 16)),
    'date': lambda d: datetime.date.fromisoformat(d[1]),
    'delta': lambda d: datetime.timedelta(d[1], d[2], d[3]),
    'type': lambda d: _builtin_type(d[1]),
    '...': lambda d: Ellipsis,
}


def _builtin_type(name):
    found = builtins.__dict__[name]
    if type(found) is not type:
        raise ValueError(name)
    return found


def encode_local(x, chars=16384):
    """A local's final value for the judge to compare with the expected one; None where it is no small literal."""
    try:
        _spend(x, chars, 0)
        text = _dumps(encode(x))
    except (NotLiteral, RecursionError, ValueError, MemoryError):
        return None
    return text if len(text) <= chars else None


def _spend(x, left, depth):
    """What is left of a budget of characters after a value, so that a large one costs nothing."""
    t = type(x)
    if t in (str, bytes, bytearray):
        left -= len(x)
    elif t is int:
        left -= x.bit_length() // 4
    elif t in (list, tuple, set, frozenset, dict, collections.deque):
        for item in x:
            left = _spend(item, left, depth + 1)
        if t is dict:
            for item in x.values():
                left = _spend(item, left, depth + 1)
    if left <= 0 or depth > _DEPTH:
        raise NotLiteral(t)
    return left - 1
