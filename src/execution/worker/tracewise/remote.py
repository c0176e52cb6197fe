"""Stand-ins, in the judge, of what lives in the program's interpreter."""

import collections

from .render import Renderer
from .test_source import standard_exception
from .values import ARITHMETIC, NotLiteral, TooDeep, is_literal, is_mutable, update


def _docstring_of(stand_in):
    return stand_in.__getattr__('__doc__')


class EntryPoint:
    """The function under test."""

    __doc__ = property(_docstring_of)

    def __init__(self, world, name):
        self._world, self.__name__ = world, name

    def __call__(self, *args, **kwargs):
        world = self._world
        shown = [_render(arg) for arg in args] + ['%s=%s' % (k, _render(v)) for k, v in kwargs.items()]
        record = {'text': '%s(%s)' % (self.__name__, ', '.join(shown)), 'place': world.place()}
        question = {'op': 'call', 'name': self.__name__, 'locals': world.compares}
        world.calls.append(record)
        world.last = {}
        try:
            return world.call(question, args, kwargs)
        finally:
            for field in ('rendered', 'returnedLocals', 'locals'):
                record[field] = world.last.get(field)
            record['number'] = world.traced_calls
            world.calls_behind = 0

    def _itself(self):
        answer = self._world.ask({'op': 'name', 'name': self.__name__})
        if 'value' not in answer:
            raise NameError("name '%s' is not defined" % self.__name__)
        return self._world.decode(answer['value'])

    def __getattr__(self, name):
        return getattr(self._itself(), name)

    def __instancecheck__(self, value):
        return isinstance(value, self._itself())

    def __copy__(self):
        return self

    def __deepcopy__(self, _memo):
        return self


class Remote:
    """An object of the program. What is done to it is asked of the program's interpreter."""

    __doc__ = property(_docstring_of)
    __slots__ = ('_world', '_handle', '_kind')

    def __init__(self, world, handle, kind):
        object.__setattr__(self, '_world', world)
        object.__setattr__(self, '_handle', handle)
        object.__setattr__(self, '_kind', kind)

    def _do(self, op, *args):
        return self._world.call({'op': op}, (self, *args), {})

    def __call__(self, *args, **kwargs):
        return self._world.call({'op': 'call', 'handle': self._handle}, args, kwargs)

    def __getattr__(self, name):
        if name in Remote.__slots__:  # of one that is being made without its constructor
            raise AttributeError(name)
        return self._do('getattr', name)

    def __setattr__(self, name, value):
        self._do('setattr', name, value)

    def __delattr__(self, name):
        self._do('delattr', name)

    def __repr__(self):
        return str(self._do('repr'))

    # Equal only by the program's word, so only another of the program's objects can be: an object that
    # claims to equal everything equals no expected literal.
    def __eq__(self, other):
        return self._binary('eq', self, other) if _is_remote(other) else False

    def __ne__(self, other):
        return not self == other

    def __contains__(self, value):
        return any(item is value or item == value for item in self)

    def _binary(self, op, left, right):
        """An operator with another operand. What a test expects is not handed to an object that the program
        chose to return: where the test itself deals in the program's objects, it may be, and the verdict says so."""
        if not (_is_remote(left) and _is_remote(right)) and not self._world.takes_objects:
            return NotImplemented
        self._world.trusted = True
        return self._world.call({'op': op}, (left, right), {})

    def __hash__(self):
        return hash(self._do('hash'))

    def __copy__(self):
        return self._do('copy')

    def __deepcopy__(self, _memo):
        return self._do('deepcopy')

    def __enter__(self):
        return self._do('enter')

    def __exit__(self, kind, _error, _traceback):
        """The program learns the class of what went wrong. Only where the test deals in its objects may it swallow that:
        it could be an assertion of the test."""
        known = None if kind is None else kind.__name__ if standard_exception('builtins', kind.__name__) is kind else 'Exception'
        swallows = self._do('exit', known)
        if kind is None or issubclass(kind, AssertionError) or not self._world.takes_objects:
            return False
        self._world.trusted = self._world.trusted or bool(swallows)
        return bool(swallows)

    def __instancecheck__(self, value):
        self._world.trusted = True
        return self._world.call({'op': 'isinstance'}, (value, self), {})


def _object_of(error):
    """The program's exception that a local one stands for; None for one that the test made."""
    found = error.__dict__.get('__tracewise__', {}).get('object')
    return found if isinstance(found, Remote) else None


def _attribute_of(error, name):
    found = _object_of(error)
    if found is None:
        raise AttributeError("'%s' object has no attribute '%s'" % (type(error).__name__, name))
    return getattr(found, name)


def _saying(name):
    def say(error):
        if name in error.__dict__.get('__tracewise__', {}).get('says', ()) and _object_of(error) is not None:
            return getattr(Remote, name)(_object_of(error))
        known = next(cls for cls in type(error).__mro__ if cls.__dict__.get('__getattr__') is not _attribute_of)
        return getattr(known, name)(error)

    return say


# What a local class for a program's own exception has: what is not rebuilt is asked.
OWN_EXCEPTION = {'__getattr__': _attribute_of, '__str__': _saying('__str__'), '__repr__': _saying('__repr__')}


class _Renderer(Renderer):
    def _instance(self, x, t, mro, depth):
        if t is EntryPoint:
            return x.__name__
        return '<%s>' % x._kind if t is Remote else super()._instance(x, t, mro, depth)


_render = _Renderer()


def _forward(op):
    return lambda self, *args: self._do(op, *args)


for _op in (
    'iter', 'next', 'reversed', 'len', 'str', 'format', 'bytes', 'bool', 'int', 'float', 'complex', 'index', 'abs', 'round', 'trunc',
    'floor', 'ceil', 'neg', 'pos', 'invert', 'getitem', 'setitem', 'delitem', 'dir',
):  # fmt: skip
    setattr(Remote, '__%s__' % _op, _forward(_op))
for _op in ('lt', 'le', 'gt', 'ge', *ARITHMETIC, *('i' + op for op in ARITHMETIC)):
    setattr(Remote, '__%s__' % _op, lambda self, other, op=_op: self._binary(op, self, other))
for _op in ARITHMETIC:
    setattr(Remote, '__r%s__' % _op, lambda self, other, op=_op: self._binary(op, other, self))


_ALWAYS_ASKED = ('__getattr__', '__setattr__', '__delattr__', '__copy__', '__deepcopy__')


def derived_class(kind, base, names):
    """The class of a stand-in that has a built-in type's value: what the program's class has of its own is asked."""
    asked = {'__getitem__' if name == '__missing__' else name for name in names}
    return type(kind, (base,), {'_remote': None, **{name: _asking(name, base) for name in (*asked, *_ALWAYS_ASKED)}})


def _asking(name, base):
    def attribute(self):
        found = getattr(self._remote, name)
        # `f(1).startswith('a')` would be true of any text that says so: as for operators, the test has to deal in objects.
        is_theirs = not isinstance(found, Remote) or self._remote._world.takes_objects
        return found if is_theirs else getattr(super(type(self), self), name)

    def ask(self, *args):
        result = getattr(Remote, name)(self._remote, *args)
        return getattr(base, name)(self, *args) if result is NotImplemented and hasattr(base, name) else result

    return ask if name[:1] == '_' else property(attribute)


def made_of(cls, value):
    """An instance that has this value; no constructor is called, since they ask for what they can."""
    base = type(value)
    if not is_mutable(base):
        return base.__new__(cls, value)
    made = base.__new__(cls)
    if base is collections.deque:
        base.__init__(made, (), value.maxlen)
    if base is collections.defaultdict:
        base.__init__(made, value.default_factory)
    update(made, value)
    return made


def _is_remote(value):
    return isinstance(value, Remote) or '_remote' in type(value).__dict__


def handle_of(value):
    """What a stand-in is sent as. Raises NotLiteral for the judge's own objects, and TooDeep for a literal, of which
    the program may have chosen how deep it is."""
    if isinstance(value, EntryPoint):
        value = value._itself()
    elif '_remote' in type(value).__dict__:
        value = value._remote
    if isinstance(value, Remote):
        return ['h', value._handle, '']
    if is_literal(value):
        raise TooDeep
    raise NotLiteral(type(value).__name__)
