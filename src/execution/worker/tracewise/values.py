"""Values between the program's interpreter and the judge's: typed, exact, by data alone.

JSON: null, booleans, strings and small integers stand for themselves, everything else is `[tag, …]`. What is
no literal stays where it is and travels as a handle, `["h", id, type name]`. An instance of a class derived
from a built-in type travels as that type's value, `["as", value, id, type name, names]`: what it says of itself
(`__eq__`, `__len__`) is left behind; `names` are those of the built-in's methods that it has of its own. A mutable
container that both sides know is `["@", n]`, however deep it lies and wherever it comes up again.
"""

import array
import builtins
import collections
import datetime
import decimal
import fractions
import json

from .render import class_dict, ids_of, mro_of, type_name

_DEPTH = 60
_SMALL = 1 << 53
_NAME = 200  # characters of a class's
_BASES = ids_of(
    (
        list, tuple, dict, set, frozenset, bytes, bytearray, str, int, float,
        collections.OrderedDict, collections.Counter, collections.defaultdict, collections.deque,
    )
)  # fmt: skip
_dumps = json.JSONEncoder(ensure_ascii=True, separators=(',', ':'), check_circular=False).encode


class NotLiteral(Exception):
    """A value that cannot travel by data alone."""


class TooDeep(RuntimeError):
    """A value nested deeper than values travel."""

    def __init__(self):
        super().__init__('a value nested more than %d deep' % _DEPTH)


def encode(x, keep=None):
    """The value as JSON-able data; `keep(x)` gives the handle of what is no literal, or NotLiteral is raised."""
    return Encoder(keep)(x)


class Encoder:
    """`shared`: the containers that both sides know, `lasts` as its `number_of` takes it."""

    __slots__ = ('keep', 'shared', 'lasts', 'path')

    def __init__(self, keep, shared=None, lasts=None):
        self.keep, self.shared, self.lasts = keep, shared, lasts
        self.path = set()

    def __call__(self, x):
        t = type(x)
        if x is None or t is bool or t is str:
            return x
        if t is int:
            return x if -_SMALL < x < _SMALL else ['i', '%x' % x]
        if t is float:
            return ['f', x.hex()]
        if self.shared is not None:
            n = self.shared.number_of(x, t, self.lasts)
            if n is not None:
                return ['@', n]
        return self.contents(x)

    def contents(self, x):
        """The value itself where a number could stand for it."""
        t, keep = type(x), self.keep
        if len(self.path) < _DEPTH and id(x) not in self.path:
            self.path.add(id(x))
            try:
                coder = _ENCODERS.get(id(t)) if _is_of_known_zone(x, t) else None
                if coder is not None:
                    return coder(x, self)
                if t is type and builtins.__dict__.get(type_name(x)) is x:
                    return ['type', type_name(x)]
                base = base_of(t) if keep is not None else None
                if base is not None:
                    value = _plain(x, base)
                    coder = _ENCODERS.get(id(base))
                    return ['as', coder(value, self) if coder else self(value), keep(x)[1], type_name(t), own_names(t, base)]
            finally:
                self.path.discard(id(x))
        if keep is None:
            raise NotLiteral(type_name(t))
        return keep(x)


def base_of(t):
    """The built-in type whose value an instance has, its own or an inherited one; None where there is none."""
    for cls in mro_of(t):
        if id(cls) in _BASES:
            return cls
    return t if id(t) in _MUTABLE else None


def is_mutable(t):
    return id(t) in _MUTABLE or id(t) not in _ENCODERS and id(base_of(t)) in _MUTABLE


def own_names(t, base):
    """What a class derived from a built-in type has of its own among that type's names, and those that are asked of it."""
    found = {}
    for cls in mro_of(t):
        if cls is base:
            return list(found)
        found.update((name, None) for name in class_dict(cls) if type(name) is str and is_asked(name, base))


# What Python itself does with such a value goes by its contents: compares, counts and goes through them.
_ASKED = frozenset(
    '__repr__ __str__ __format__ __getitem__ __setitem__ __delitem__ __missing__ __call__ __enter__ __exit__ __abs__ __neg__ '
    '__pos__ __invert__ __round__'.split()
)
ARITHMETIC = ('add', 'sub', 'mul', 'matmul', 'truediv', 'floordiv', 'mod', 'divmod', 'pow', 'and', 'or', 'xor', 'lshift', 'rshift')
_OPERATORS = frozenset('__%s%s__' % (side, name) for name in ARITHMETIC for side in ('', 'i', 'r'))


def is_asked(name, base):
    """Whether a name of a built-in type is asked of the program where a class of its own defines that."""
    return name in _ASKED or name in _OPERATORS or name[:1] != '_' and hasattr(base, name)


def _plain(x, base):
    return {
        list: lambda: list(list.__iter__(x)),
        tuple: lambda: tuple(tuple.__iter__(x)),
        dict: lambda: dict(dict.items(x)),
        collections.OrderedDict: lambda: collections.OrderedDict(collections.OrderedDict.items(x)),
        collections.Counter: lambda: _counter(dict.items(x)),
        collections.defaultdict: lambda: collections.defaultdict(_default_factory(x), dict.items(x)),
        collections.deque: lambda: collections.deque(collections.deque.__iter__(x), _longest(x)),
        set: lambda: set(set.__iter__(x)),
        frozenset: lambda: frozenset(frozenset.__iter__(x)),
        bytes: lambda: bytes.__getitem__(x, slice(None)),
        bytearray: lambda: bytearray.__getitem__(x, slice(None)),
        str: lambda: str.__str__(x),
        int: lambda: int.__index__(x),
        float: lambda: float.__float__(x),
    }[base]()


_default_factory = collections.defaultdict.__dict__['default_factory'].__get__
_longest = collections.deque.__dict__['maxlen'].__get__


def _items(tag):
    return lambda x, encode: [tag, [encode(v) for v in x]]


def _pairs(tag):
    return lambda x, encode: [tag, [[encode(k), encode(v)] for k, v in dict.items(x)]]


def _text(tag, text):
    return lambda x, encode: [tag, text(x)]


def _time(tag):
    return lambda x, encode: [tag, x.replace(tzinfo=None).isoformat(), x.fold, *_zone(x.tzinfo, encode)]


def _zone(zone, encode):
    return [] if zone is None else [encode(zone.utcoffset(None)), zone.tzname(None)]


def _zone_of(said):
    if not said:
        return None
    zone = datetime.timezone(_DECODERS['delta'](said[0]))
    return zone if zone.tzname(None) == said[1] else datetime.timezone(zone.utcoffset(None), said[1])


def _is_of_known_zone(x, t):
    """Of the zones of a time only those of `datetime` itself travel."""
    return id(t) not in _TIMES or x.tzinfo is None or type(x.tzinfo) is datetime.timezone


_TIMES = ids_of((datetime.datetime, datetime.time))
_MUTABLE = ids_of(
    (
        list, dict, set, bytearray, array.array,
        collections.OrderedDict, collections.Counter, collections.defaultdict, collections.deque,
    )
)  # fmt: skip
_ENCODERS = {
    list: _items('l'),
    tuple: _items('t'),
    set: _items('s'),
    frozenset: _items('z'),
    dict: _pairs('d'),
    collections.OrderedDict: lambda x, encode: ['od', [[encode(k), encode(v)] for k, v in collections.OrderedDict.items(x)]],
    collections.Counter: _pairs('c'),
    collections.defaultdict: lambda x, encode: [*_pairs('dd')(x, encode), encode(x.default_factory)],
    collections.deque: lambda x, encode: ['q', [encode(v) for v in x], x.maxlen],
    bytes: _text('b', bytes.hex),
    bytearray: _text('y', bytearray.hex),
    complex: lambda x, encode: ['x', x.real.hex(), x.imag.hex()],
    slice: lambda x, encode: ['slice', [encode(x.start), encode(x.stop), encode(x.step)]],
    range: lambda x, encode: ['r', str(x.start), str(x.stop), str(x.step)],
    decimal.Decimal: _text('m', str),
    fractions.Fraction: lambda x, encode: ['n', '%x' % x.numerator, '%x' % x.denominator],
    datetime.date: _text('date', datetime.date.isoformat),
    datetime.datetime: _time('datetime'),
    datetime.time: _time('time'),
    datetime.timedelta: lambda x, encode: ['delta', x.days, x.seconds, x.microseconds],
    array.array: lambda x, encode: ['a', [encode(v) for v in x], x.typecode],
    type({}.keys()): _items('keys'),
    type({}.items()): lambda x, encode: ['items', [[encode(k), encode(v)] for k, v in x]],
    type(Ellipsis): lambda x, encode: ['...'],
    type(NotImplemented): lambda x, encode: ['NotImplemented'],
}
_ENCODERS = {id(kind): coder for kind, coder in _ENCODERS.items()}


def is_literal(x):
    """Whether a value travels by data, where it is not too deep."""
    return id(type(x)) in _ENCODERS and _is_of_known_zone(x, type(x))


def decode(data, handle=None, derived=None, objects=()):
    """The value again. `handle(id, type)` and `derived(value, id, type, names)` build what stands for the rest; `objects`
    are those with a number."""
    return Decoder(handle, derived, objects)(data)


class Decoder:
    """Raises an Exception where the data is none of Encoder's."""

    __slots__ = ('handle', 'derived', 'objects', 'depth')

    def __init__(self, handle, derived, objects):
        self.handle, self.derived, self.objects = handle, derived, objects
        self.depth = 0

    def __call__(self, data):
        if data is None or type(data) in (bool, str, int):
            return data
        if type(data) is not list:
            raise ValueError('no value: %s' % type(data).__name__)
        tag = data[0]
        if tag == '@':
            return self.objects[data[1]]
        if tag == 'h':
            return self.handle(_checked(int, data[1]), _checked(str, data[2])[:_NAME])
        maker = _DECODERS.get(tag)
        if maker is not None:
            return maker(data)
        if self.depth >= _DEPTH:
            raise TooDeep
        self.depth += 1
        try:
            return self._contents(tag, data)
        finally:
            self.depth -= 1

    def _contents(self, tag, data):
        if tag == 'as':
            return self._derived(data, self(data[1]))
        if tag in _SEQUENCES:
            body = [self(v) for v in data[1]]
            return _SEQUENCES[tag](body, *data[2:])
        pairs = [(self(k), self(v)) for k, v in data[1]]
        if tag == 'dd':
            return collections.defaultdict(self(data[2]), pairs)
        return _MAPPINGS[tag](pairs)

    def _derived(self, data, value):
        base = type(value)
        if id(base) not in _BASES:
            raise ValueError('no base of a class: %s' % type_name(base))
        names = frozenset(name for name in data[4] if type(name) is str and is_asked(name, base))
        return self.derived(value, _checked(int, data[2]), _checked(str, data[3])[:_NAME], names)

    def empty(self, data):
        """A container, of which `bare` gives the contents: they may hold each other and themselves."""
        tag, _, *rest = data[1] if data[0] == 'as' else data
        value = self([tag, _NOTHING[tag], *rest])
        return self._derived(data, value) if data[0] == 'as' else value

    def bare(self, data):
        """The value alone of an instance of a derived class."""
        return self(data[1] if data[0] == 'as' else data)


def _checked(kind, data):
    if type(data) is not kind or kind is int and data < 0:
        raise ValueError('no %s of an object: %r' % ('name' if kind is str else 'number', data))
    return data


def update(target, value):
    """Makes a container what another of its type is; an object keeps being the one that others hold."""
    base = type(value)
    if base_of(type(target)) is not base or target is value:
        return
    if base in (list, bytearray, array.array):
        base.__setitem__(target, slice(None), value)
        return
    base.clear(target)
    if base is collections.deque:
        base.extend(target, value)
    elif base is collections.OrderedDict:
        for key, item in value.items():
            base.__setitem__(target, key, item)
    elif base is set:
        set.update(target, value)
    else:
        dict.update(target, value)  # a Counter's own would add


def _counter(pairs):
    counter = collections.Counter()
    dict.update(counter, pairs)
    return counter


_SEQUENCES = {
    'l': list,
    't': tuple,
    's': set,
    'z': frozenset,
    'q': collections.deque,
    'a': lambda items, kind: array.array(_checked(str, kind), items),
    'slice': lambda parts: slice(*parts),
    'keys': lambda items: dict.fromkeys(items).keys(),
}
_MAPPINGS = {
    'd': dict,
    'od': collections.OrderedDict,
    'c': _counter,
    'items': lambda pairs: dict(pairs).items(),
}
_NOTHING = {'a': [], 'l': [], 'd': [], 's': [], 'y': '', 'od': [], 'c': [], 'dd': [], 'q': []}
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
    'datetime': lambda d: datetime.datetime.fromisoformat(d[1]).replace(fold=d[2], tzinfo=_zone_of(d[3:])),
    'time': lambda d: datetime.time.fromisoformat(d[1]).replace(fold=d[2], tzinfo=_zone_of(d[3:])),
    'delta': lambda d: datetime.timedelta(d[1], d[2], d[3]),
    'type': lambda d: _builtin_type(d[1]),
    '...': lambda d: Ellipsis,
    'NotImplemented': lambda d: NotImplemented,
}


def _builtin_type(name):
    found = builtins.__dict__[name]
    if type(found) is not type or type_name(found) != name:
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


_SIZED = ids_of((str, bytes, bytearray, array.array))
_HOLDERS = ids_of((list, tuple, set, frozenset, dict, collections.deque, type({}.keys()), type({}.items())))


def _spend(x, left, depth):
    """What is left of a budget of characters after a value, so that a large one costs nothing."""
    t = type(x)
    if id(t) in _SIZED:
        left -= len(x)
    elif t is int:
        left -= x.bit_length() // 4
    elif id(t) in _HOLDERS:
        for item in x:
            left = _spend(item, left, depth + 1)
        if t is dict:
            for item in x.values():
                left = _spend(item, left, depth + 1)
    if left <= 0 or depth > _DEPTH:
        raise NotLiteral(t)
    return left - 1
