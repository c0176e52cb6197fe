"""The program as a test sees it: names resolved, calls asked of the program's interpreter, answers rebuilt."""

import ast
import builtins
import itertools
import sys

from .answer import Broken, read_answer
from .remote import EntryPoint, Remote, handle_of
from .test_source import bound_names, loaded_names, nodes_of, position_of, standard_exception, standard_name
from .values import Encoder, NotLiteral, decode, update


class NeedsInside(BaseException):
    """The test cannot be run apart from the program; `World.needs_inside` says why."""


class World:
    """The program as a test sees it."""

    missing = object()

    def __init__(self, ask, entry_point, source, compares):
        self._ask = lambda question: read_answer(ask(question))
        self.compares = compares  # whether the called frame's locals are looked at
        self.entry_point, self.source = entry_point, source
        self.calls = []
        self.traced_calls = 0  # each begins a new part of the trace
        self.trusted = False  # whether the program's own word decided a comparison
        self.takes_objects = False  # whether the test names classes or functions besides the entry point
        self.classes = {}
        self.needs_inside = None  # why, where the test cannot go on here; it may catch what is raised then

    def need_inside(self, reason):
        self.needs_inside = reason
        raise NeedsInside

    def resolve(self, name):
        if name == self.entry_point and not hasattr(builtins, name):
            return EntryPoint(self, name)  # where the program has none, its call says so
        if name == self.entry_point and not self.ask({'op': 'name', 'name': name}).get('missing'):
            return EntryPoint(self, name)
        if hasattr(builtins, name):
            return self.missing
        answer = self.ask({'op': 'name', 'name': name})
        if answer.get('missing'):
            return self.missing
        standard = standard_name(name)
        if standard is not None:
            return standard
        if 'exceptionClass' in answer:
            return self.exception_class(answer['exceptionClass'])
        value = self.decode(answer['value'])
        self.takes_objects = self.takes_objects or isinstance(value, Remote)
        return value

    def name(self, name):
        found = self.resolve(name) if name else self.missing
        if found is self.missing:
            raise NameError("name '%s' is not defined" % name)
        return found

    def ask(self, question):
        answer = self._ask(question)
        if 'raised' in answer:
            self._raise(answer['raised'])
        return answer

    def call(self, question, args, kwargs):
        found = []
        try:
            encoder = Encoder(handle_of, {}, found)
            question['args'] = [encoder(arg) for arg in args]
            question['kwargs'] = {name: encoder(value) for name, value in kwargs.items()}
            question['objects'] = table = []
            while len(table) < len(found):
                table.append(encoder.contents(found[len(table)]))
        except NotLiteral as reason:
            source = self._call_source()
            if source is None:
                self.need_inside('an argument of type %s' % reason)
            question = {'op': 'source', 'source': source}
            found = []
        self.traced_calls += question['op'] == 'source' or 'name' in question
        answer = self._ask(question)
        for n, data in (answer.get('changed') or {}).items():
            update(found[n], self.decode(data, found))
        self.last = answer
        if 'raised' in answer:
            self._raise(answer['raised'])
        return self.decode(answer['value'], found)

    def decode(self, data, objects=()):
        return decode(data, lambda i, kind: Remote(self, i, kind), self._derived, objects)

    def exception_class(self, bases):
        """Python's own exception, or a local class of that name on the nearest one of Python's."""
        for known, (module, name) in enumerate(bases):
            base = standard_exception(module, name)
            if base is not None:
                break
        else:
            raise Broken
        for _, name in reversed(bases[:known]):
            base = self.classes.setdefault(name, type(name, (base,), {}))
        return base

    def _raise(self, said):
        kind = self.exception_class(said['bases'])
        try:
            error = _rebuilt(kind, said)
        except Exception:
            error = kind.__new__(kind)
        error.__tracewise__ = said
        raise error

    def _derived(self, value, handle, kind):
        """An instance of a program's class derived from a built-in type: that type's value, attributes by asking."""
        base = type(value)
        key = (kind, base)
        if key not in self.classes:
            self.classes[key] = type(kind, (base,), {'__getattr__': _derived_attribute, '_remote': None})
        stand_in = self.classes[key](value)
        stand_in._remote = Remote(self, handle, kind)
        return stand_in

    def place(self):
        """Where the test's code is, for `position_at`; None outside it."""
        frame = sys._getframe()
        while frame is not None and frame.f_code.co_filename != '<test>':
            frame = frame.f_back
        return frame and (frame.f_code, frame.f_lasti)

    def _call_source(self):
        """The text of the running call, where it stands at the test's top level and needs nothing but the program."""
        place = self.place()
        position = position_at(place)
        if position is None or place[0].co_name != '<module>':
            return None
        tree = ast.parse(self.source)
        nodes = nodes_of(tree)
        for node in nodes:
            if isinstance(node, ast.Call) and position_of(node) == position:
                own = nodes_of(node)
                needs_test = loaded_names(own) & (bound_names(nodes) - bound_names(own))
                return None if needs_test else ast.get_source_segment(self.source, node)
        return None


def position_at(place):
    """What a place's instruction was compiled from: line, end line, column, end column; None where Python does not say."""
    if place is None or not hasattr(place[0], 'co_positions'):
        return None
    code, instruction = place
    position = next(itertools.islice(code.co_positions(), instruction // 2, None))
    return None if None in position else position


def _rebuilt(kind, said):
    """An exception of that class. A constructor in Python would do with the arguments what it likes."""
    args = [said['message']] if said['args'] is None else decode(said['args'])
    error = kind.__new__(kind, *args)
    if type(kind.__init__) is type(BaseException.__init__):
        kind.__init__(error, *args)
    else:
        error.args = tuple(args)
    attributes = {name: decode(data) for name, data in said['attributes'].items() if data is not None}
    error.__dict__.update(attributes)
    return error


def _derived_attribute(self, name):
    return getattr(self._remote, name)
