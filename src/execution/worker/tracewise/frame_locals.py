"""What changed among a frame's variables since they were last looked at: most of what tracing costs."""

import itertools
import sys
import types
from operator import is_

try:
    from _json import encode_basestring_ascii as quote
except ImportError:
    from json.encoder import py_encode_basestring_ascii as quote

from .render import ids_of, type_name

_NEWLOCALS = 0x2  # code flag: a function's
_SIMPLE = ids_of((int, float, bool, str, type(None)))
# Values that cannot change: an unchanged object needs no second rendering.
_CONSTANT = _SIMPLE | ids_of((complex, bytes, types.FunctionType, types.ModuleType, type, range))
_HIDDEN = ids_of((types.FunctionType, types.BuiltinFunctionType, types.ModuleType, type))
# A class body may run in a mapping of the program's own (`__prepare__`), which must not be asked.
_PROXY = type((lambda: sys._getframe().f_locals)())
_GENERIC_ALIAS = getattr(types, 'GenericAlias', None)
_module_of = type.__dict__['__dict__'].__get__
_UNKNOWN = object()
_chained = itertools.chain.from_iterable


class FrameLocals:
    """The variables of one frame as they were told last."""

    __slots__ = ('code', 'hides', 'told')

    def __init__(self, code):
        self.code = code
        self.hides = code is None or not code.co_flags & _NEWLOCALS  # modules and classes: functions, modules, types
        # For each name: the value itself where it cannot change, else what tells whether it did; its text; its type.
        # A hidden one has no text.
        self.told = {}

    def changes(self, values, render, most):
        """JSON of `[name, text, type]` for each that changed, `[name, null, ""]` for each that is gone; `most` are
        followed. Values are compared by identity, so that nothing of the program runs."""
        kind = type(values)
        if kind is not dict and kind is not _PROXY:
            return ''
        out, told, shown, hidden, short = [], self.told, 0, 0, render.short_int
        try:
            items = list(values.items())
        except RuntimeError:
            return ''
        for name, value in items:
            if type(name) is not str:
                continue
            known = told.get(name)
            if known is not None:
                mark, before, kind = known
                if mark is value or (type(mark) is _Contents and mark.are_those_of(value)):
                    if before is None:
                        hidden += 1
                    else:
                        shown += 1
                    continue
                if before is None:
                    known = None
                    del told[name]
            kind = type(value)
            if name[:2] == '__' or name[:1] == '.':
                continue
            if self.hides and _is_hidden(kind):
                if known is None:
                    told[name] = (value, None, kind)
                    hidden += 1
                continue
            shown += 1
            if shown > most:
                break
            if kind is int and -short < value < short:
                text = repr(value)
                quoted = '"' + text + '"'
            else:
                text = render(value)
                quoted = quote(text)
            if known is None or known[1] != text or known[2] is not kind:
                out.append('[%s,%s,%s]' % (quote(name), quoted, quote(type_name(kind))))
            told[name] = (value if id(kind) in _CONSTANT else _contents(value, kind, render.items), text, kind)
        if len(told) > shown + hidden:
            present = {name for name, _ in items if type(name) is str}
            for name in [name for name in told if name not in present]:
                if told.pop(name)[1] is not None:
                    out.append('[%s,null,""]' % quote(name))
        return ','.join(out)


class _Contents:
    """What a container of simple values held: while these very objects are in it, its text is the same."""

    __slots__ = ('kind', 'size', 'items')

    def __init__(self, kind, size, items):
        self.kind, self.size, self.items = kind, size, items

    def are_those_of(self, value):
        kind = self.kind
        if type(value) is not kind or len(value) != self.size:
            return False
        return all(map(is_, _chained((value, value.values())) if kind is dict else value, self.items))


def _contents(value, kind, shown):
    """Those that a container's text depends on; `_UNKNOWN` where it depends on more."""
    if kind is list:
        items = tuple(value[:shown])
    elif kind is set and len(value) <= shown:
        items = tuple(value)
    elif kind is dict and len(value) <= shown:
        items = (*value, *value.values())
    else:
        return _UNKNOWN
    return _Contents(kind, len(value), items) if _SIMPLE.issuperset(map(id, map(type, items))) else _UNKNOWN


def _is_hidden(kind):
    if id(kind) in _HIDDEN or kind is _GENERIC_ALIAS:
        return True
    module = _module_of(kind).get('__module__')
    return type(module) is str and module == 'typing'
