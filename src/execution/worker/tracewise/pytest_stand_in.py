"""The part of pytest that tests of one function use. The judge has no packages, and tests need few of its words."""

import math
import re
import sys
import types


class _Raised:
    def __init__(self):
        self.value = self.type = None

    def match(self, pattern):
        assert re.search(pattern, str(self.value)), 'pattern %r not found in %r' % (pattern, str(self.value))
        return True


class _Raises:
    def __init__(self, expected, match=None):
        self.expected, self.pattern = expected, match

    def __enter__(self):
        self.info = _Raised()
        return self.info

    def __exit__(self, kind, error, _traceback):
        if kind is None:
            raise AssertionError('DID NOT RAISE %r' % (self.expected,))
        if not issubclass(kind, self.expected):
            return False
        self.info.value, self.info.type = error, kind
        if self.pattern is not None:
            self.info.match(self.pattern)
        return True


def raises(expected, *args, match=None, **kwargs):
    if not args:
        return _Raises(expected, match)
    with _Raises(expected) as info:
        args[0](*args[1:], **kwargs)
    return info


class Approx:
    """Equal within 1e-6 of the expected value, or 1e-12, or what is given; numbers, sequences and dictionaries."""

    __hash__ = None

    def __init__(self, expected, rel=None, abs=None, nan_ok=False):
        self.expected, self.rel, self.abs, self.nan_ok = expected, rel, abs, nan_ok

    def __repr__(self):
        return 'approx(%r)' % (self.expected,)

    def __eq__(self, actual):
        return self._same(actual, self.expected)

    def _same(self, actual, expected):
        if isinstance(expected, dict):
            return isinstance(actual, dict) and actual.keys() == expected.keys() and all(self._same(actual[k], v) for k, v in expected.items())
        if isinstance(expected, (list, tuple)):
            return isinstance(actual, (list, tuple)) and len(actual) == len(expected) and all(map(self._same, actual, expected))
        numbers = (int, float, complex)
        if actual == expected or not isinstance(expected, numbers) or not isinstance(actual, numbers):
            return actual == expected
        if any(isinstance(n, float) and math.isnan(n) for n in (actual, expected)):
            return self.nan_ok and actual != actual and expected != expected
        if abs(expected) == math.inf:
            return False
        floor = 1e-12 if self.abs is None else self.abs
        share = (1e-6 if self.abs is None else 0) if self.rel is None else self.rel
        return abs(actual - expected) <= max(floor, share * abs(expected))


class _Mark:
    """A decorator that changes nothing: which tests run was decided by whoever wrote the request."""

    def __init__(self, name, args=()):
        self.name, self.args = name, args

    def __call__(self, *args, **kwargs):
        return args[0] if len(args) == 1 and callable(args[0]) and not kwargs else _Mark(self.name, args)

    def leaves_out(self):
        return self.name in ('skip', 'xfail') or (self.name == 'skipif' and bool(self.args and self.args[0]))


class _Marks:
    def __getattr__(self, name):
        return _Mark(name)


class _Case:
    def __init__(self, values, marks):
        self.values = values
        self.is_left_out = any(isinstance(mark, _Mark) and mark.leaves_out() for mark in marks)


def param(*values, id=None, marks=()):
    return _Case(values, marks if isinstance(marks, (list, tuple)) else [marks])


def cases(names, values):
    """The arguments of each case of a `parametrize`, by name; those that are marked to be left out are."""
    for value in values:
        if not isinstance(value, _Case):
            value = _Case(value if len(names) > 1 else (value,), ())
        if not value.is_left_out:
            yield dict(zip(names, value.values))


class Failed(AssertionError):
    pass


def fail(reason='', pytrace=True):
    raise Failed(reason)


def install_pytest():
    module = types.ModuleType('pytest')
    module.raises, module.approx, module.fail, module.param, module.cases = raises, Approx, fail, param, cases
    module.mark = _Marks()
    module.fixture = lambda *args, **kwargs: args[0] if args else lambda function: function
    sys.modules['pytest'] = module
