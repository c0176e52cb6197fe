"""Values as bounded, deterministic text, without running any code of the program.

Types are told by `type(x)`, never `x.__class__`, and compared by identity, since a metaclass may define `__eq__`
and `__hash__`; contents are read through the base class's own methods, never through an overridden `__repr__`,
`__len__` or `__iter__`. No addresses.
"""

import collections
import datetime
import decimal
import fractions
import itertools
import re
import types
from operator import is_


def ids_of(kinds):
    """Types to be told by identity alone."""
    return frozenset(map(id, kinds))


_type_name = type.__dict__['__name__'].__get__
_type_mro = type.__dict__['__mro__'].__get__
_type_dict = type.__dict__['__dict__'].__get__
_exception_args = BaseException.__dict__['args'].__get__
_LONG_INT_BITS = 2000  # str() of an int is quadratic, and refused past 4,300 digits
_NODES = 120  # values looked at in one rendering
_SORTED_SETS = ids_of((int, str, float, bytes))
_SAFE_REPR = ids_of(
    (decimal.Decimal, fractions.Fraction, datetime.date, datetime.datetime, datetime.time, datetime.timedelta, re.Pattern, range)
)
_NAMED = ids_of((types.BuiltinFunctionType, types.MethodType, types.ModuleType, types.GeneratorType, types.CoroutineType))
_SIMPLE = ids_of((int, float, bool, type(None), str))
_PLAIN = ids_of((list, tuple, dict))
_NESTED = ids_of((list, tuple))
_STR = id(str)
_chained = itertools.chain.from_iterable
_EMPTY = {id(list): '[...]', id(tuple): '(...)', id(dict): '{...}'}
_SHORT_INT = 15  # digits of an int that a trace shows as it is, without looking at its length first


def type_name(t):
    return _type_name(t)


def mro_of(t):
    return _type_mro(t)


def class_dict(t):
    return _type_dict(t)


def derives(mro, base):
    return any(map(is_, mro, itertools.repeat(base)))


def exception_args(error):
    args = _exception_args(error)
    return args if type(args) is tuple else ()


def instance_dict(x, t):
    """The real `__dict__` of an instance, past any property of that name; None where it has none."""
    for cls in _type_mro(t):
        found = _type_dict(cls).get('__dict__')
        if found is not None:
            return found.__get__(x) if type(found) is types.GetSetDescriptorType else None
    return None


class Renderer:
    def __init__(self, chars=200, items=20, depth=4):
        self.chars, self.items, self.depth = chars, items, depth
        self.nodes = 0
        self.path = set()
        # An int between these has at most that many characters, and its `repr` is its text.
        self.short_int = 10 ** min(_SHORT_INT, chars - 1)

    def __call__(self, x):
        t = type(x)
        if t is int:
            return self._int(x)
        if t is str:
            return self._text(x)
        if t is bool or t is float or x is None:
            return repr(x)
        text = self._plain(x, t, 0) if id(t) in _PLAIN else None
        if text is None:
            self.nodes = _NODES
            self.path = set()
            text = self._value(x, 0)
        return text if len(text) <= self.chars else text[: self.chars] + '...'

    def message(self, error):
        """What an exception says: its one string as it is, anything else rendered."""
        args = exception_args(error)
        if len(args) == 1 and type(args[0]) is str:
            return args[0] if len(args[0]) <= self.chars else args[0][: self.chars] + '...'
        return self(args[0]) if len(args) == 1 else (self(args) if args else '')

    def _int(self, x):
        if x.bit_length() > _LONG_INT_BITS:
            return '<int of %d bits>' % x.bit_length()
        text = repr(x)
        return text if len(text) <= self.chars else '%s...<%d digits>' % (text[: self.chars], len(text))

    def _text(self, x):
        n = len(x)
        return repr(x) if n <= self.chars else '%r...<len %d>' % (x[: self.chars], n)

    def _plain(self, x, t, depth):
        """The `repr` of a small built-in container of numbers and short texts, or of such containers, which is
        what the long way gives and many times faster; None for any other."""
        items = self.items
        if len(x) > items:
            return None
        kinds = set(map(id, map(type, x)))
        if t is dict:
            kinds.update(map(id, map(type, x.values())))
            leaves = (x, x.values())
        elif kinds and kinds <= _NESTED:
            sizes = list(map(len, x))
            if max(sizes) > items or sum(sizes) > 100 or depth + 1 >= self.depth:
                return None
            kinds = set(map(id, map(type, _chained(x))))
            leaves = x
        else:
            leaves = (x,)
        if not kinds <= _SIMPLE:
            return None
        if _STR in kinds and any(type(leaf) is str and len(leaf) > 100 for leaf in _chained(leaves)):
            return None
        try:
            return repr(x)
        except ValueError:  # an integer of more digits than Python prints
            return None

    def _value(self, x, depth):
        t = type(x)
        self.nodes -= 1
        if id(t) in _PLAIN and depth < self.depth and self.nodes > 0:
            text = self._plain(x, t, depth)
            if text is not None:
                self.nodes -= len(x)
                return text
        if t is int:
            return self._int(x)
        if t is str or t is bytes or t is bytearray:
            return self._text(x)
        if t is bool or t is float or t is complex or x is None or x is Ellipsis or x is NotImplemented:
            return repr(x)
        if t is types.FunctionType:
            return '<function %s>' % x.__name__
        if id(x) in self.path or depth >= self.depth or self.nodes <= 0:
            return _EMPTY.get(id(t)) or '<%s>' % _type_name(t)
        self.path.add(id(x))
        try:
            return self._compound(x, t, depth)
        finally:
            self.path.discard(id(x))

    def _compound(self, x, t, depth):
        mro = _type_mro(t)
        if derives(mro, type):
            return '<class %s>' % _type_name(x)
        for base in (list, tuple, dict, set, frozenset, collections.deque, BaseException, int, str, float):
            if derives(mro, base):
                return self._based(x, t, base, depth)
        if id(t) in _NAMED:
            return '<%s %s>' % (_type_name(t), x.__name__)
        if id(t) in _SAFE_REPR:
            text = repr(x)
            return text if len(text) <= self.chars else text[: self.chars] + '...'
        return self._instance(x, t, mro, depth)

    def _based(self, x, t, base, depth):
        """A built-in type's value, or that of a class derived from it."""
        name = '' if t is base else _type_name(t)
        if base is list:
            text = self._items(list.__iter__(x), list.__len__(x), depth, '[', ']')
        elif base is tuple:
            fields = _type_dict(t).get('_fields')
            if t is not tuple and type(fields) is tuple and len(fields) == tuple.__len__(x):
                pairs = zip(fields, tuple.__iter__(x))
                return '%s(%s)' % (name, self._attributes(pairs, len(fields), depth))
            text = self._items(tuple.__iter__(x), tuple.__len__(x), depth, '(', ')')
            if tuple.__len__(x) == 1:
                text = text[:-1] + ',)'
        elif base is dict:
            text = self._pairs(dict.items(x), dict.__len__(x), depth)
        elif base is set or base is frozenset:
            text = self._set(x, base, depth)
            name = '' if t is set else _type_name(t)
        elif base is collections.deque:
            deque = collections.deque
            return '%s(%s)' % (_type_name(t), self._items(deque.__iter__(x), deque.__len__(x), depth, '[', ']'))
        elif base is BaseException:
            args = exception_args(x)
            return _type_name(t) + self._items(iter(args), len(args), depth, '(', ')')
        elif base is int:
            text = self._int(int.__index__(x))
        elif base is str:
            text = self._text(str.__str__(x))
        else:
            text = float.__repr__(x)
        return '%s(%s)' % (name, text) if name else text

    def _set(self, x, base, depth):
        size = base.__len__(x)
        if size == 0:
            return 'set()' if type(x) is set else ''
        values = base.__iter__(x)
        if size <= 200:
            values = list(values)
            kinds = {id(type(v)) for v in values}
            if len(kinds) == 1 and kinds.pop() in _SORTED_SETS:
                values.sort()
            values = iter(values)
        return self._items(values, size, depth, '{', '}')

    def _items(self, values, size, depth, opening, closing):
        out = []
        for value in values:
            if len(out) >= self.items or self.nodes <= 0:
                out.append('...<%d items>' % size)
                break
            out.append(self._value(value, depth + 1))
        return opening + ', '.join(out) + closing

    def _pairs(self, pairs, size, depth):
        out = []
        for key, value in pairs:
            if len(out) >= self.items or self.nodes <= 0:
                out.append('...<%d items>' % size)
                break
            out.append('%s: %s' % (self._value(key, depth + 1), self._value(value, depth + 1)))
        return '{' + ', '.join(out) + '}'

    def _attributes(self, pairs, size, depth):
        out = []
        for name, value in pairs:
            if len(out) >= self.items or self.nodes <= 0:
                out.append('...<%d attributes>' % size)
                break
            out.append('%s=%s' % (name if type(name) is str else '?', self._value(value, depth + 1)))
        return ', '.join(out)

    def _instance(self, x, t, mro, depth):
        attributes = instance_dict(x, t)
        if attributes is not None:
            text = self._attributes(list(dict.items(attributes)), dict.__len__(attributes), depth)
            return '%s(%s)' % (_type_name(t), text)
        # Slots of classes written in Python (Py_TPFLAGS_HEAPTYPE); members of C types may have side effects.
        slots = []
        for cls in mro:
            for name, member in list(_type_dict(cls).items()):
                if type(member) is types.MemberDescriptorType and cls.__flags__ & 512:
                    try:
                        slots.append((name, member.__get__(x)))
                    except AttributeError:
                        pass
        return '%s(%s)' % (_type_name(t), self._attributes(slots, len(slots), depth)) if slots else '<%s>' % _type_name(t)
