"""The program as a test sees it: names resolved, calls asked of the program's interpreter, answers rebuilt."""

import ast
import builtins
import itertools
import sys

from .answer import Broken, read_answer
from .remote import OWN_EXCEPTION, EntryPoint, Remote, derived_class, handle_of, made_of
from .shared import Shared
from .test_source import bound_names, loaded_names, nodes_of, position_of, standard_exception, standard_name
from .values import Decoder, Encoder, NotLiteral, decode


class NeedsInside(BaseException):
    """The test cannot be run apart from the program; `World.needs_inside` says why."""


class World:
    """The program as a test sees it."""

    missing = object()

    def __init__(self, ask, entry_point, source, test):
        self._ask = lambda question: read_answer(ask(question))
        self._shared = Shared()
        self._stand_ins = {}  # by handle
        self.decode = Decoder(self._remote, self._derived, self._shared.objects)
        self.compares = test.expected is not None  # whether the called frame's locals are looked at
        self.identifies = test.identifies  # whether the test compares what it does not write out
        self.entry_point, self.source = entry_point, source
        self.calls = []
        self.traced_calls = 0  # each begins a new part of the trace
        self.calls_behind = 0  # of anything else of the program, since the entry point was called last
        self.trusted = False  # whether the program's own word decided a comparison
        self.takes_objects = test.names_class  # whether the test names classes, or functions besides the entry point
        self.classes = {}  # made here for those of the program
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
        self.last = answer = self._ask(question)
        self._shared.hear(answer.get('objects', {}), self.decode)
        if 'raised' in answer:
            self._raise(answer['raised'])
        return answer

    def call(self, question, args, kwargs):
        encoder = Encoder(handle_of, self._shared, 'name' not in question or self.takes_objects)
        try:
            question['args'] = [encoder(arg) for arg in args]
            question['kwargs'] = {name: encoder(value) for name, value in kwargs.items()}
            question['objects'] = self._shared.tell(encoder)
        except NotLiteral as reason:
            self._shared.forget(untold=True)
            question = self._by_source(reason)
        self.traced_calls += question['op'] == 'source' or 'name' in question
        self.calls_behind += question['op'] in ('call', 'source')
        try:
            return self.decode(self.ask(question)['value'])
        finally:
            self._shared.forget()

    def _by_source(self, reason):
        """The running call as the test writes it, where the arguments cannot be sent but what both sides hold can."""
        source = self._call_source()
        try:
            objects = self._shared.tell(Encoder(handle_of, self._shared, True))
        except NotLiteral:
            source = None
        if source is None:
            self.need_inside('an argument of type %s' % reason)
        return {'op': 'source', 'source': source, 'objects': objects}

    def _remote(self, handle, kind):
        if handle in self._stand_ins:
            return self._met_again(handle)
        return self._stand_ins.setdefault(handle, Remote(self, handle, kind))

    def _met_again(self, handle):
        """One object is one stand-in; that it is the same one is the program's word."""
        self.trusted = self.trusted or self.identifies
        return self._stand_ins[handle]

    def exception_class(self, bases):
        """Python's own exception, or a local class of that name on the nearest ones of Python's."""
        standard = [standard_exception(*base) for base in bases]
        made = ()
        for found in filter(None, standard):
            if not any(issubclass(nearer, found) for nearer in made):
                made += (found,)
        if not made:
            raise Broken
        for (_, name), found in reversed([*zip(bases, standard)]):
            if found is None and name != 'object':
                made = (self._exception_class(name, made),)
        return made[0]

    def _exception_class(self, name, parents):
        found = self.classes.get(name)
        if found is None or not all(issubclass(found, parent) for parent in parents):
            found = self.classes[name] = type(name, parents if found is None else (found, *parents), dict(OWN_EXCEPTION))
        return found

    def _raise(self, said):
        raise self._exception(said)

    def _exception(self, said):
        kind = self.exception_class(said['bases'])
        try:
            error = _rebuilt(kind, said)
        except Exception:
            error = kind.__new__(kind)
        if said['object'] is not None:
            said['object'] = self.decode(said['object'])
        if said['cause'] is not None:
            error.__cause__ = self._exception(said['cause'])
        error.__tracewise__ = said
        return error

    def _derived(self, value, handle, kind, names):
        """An instance of a program's class derived from a built-in type: that type's value, the rest by asking."""
        if handle in self._stand_ins:
            return self._met_again(handle)
        key = (kind, type(value), names)
        if key not in self.classes:
            self.classes[key] = derived_class(*key)
        stand_in = self._stand_ins[handle] = made_of(self.classes[key], value)
        object.__setattr__(stand_in, '_remote', Remote(self, handle, kind))
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
