"""The program's side: runs the program, answers the judge's questions about it. Never told what is expected.

Everything said here is the program's own word, since it shares the interpreter; the judge treats it so.
"""

import builtins
import copy
import itertools
import json
import math
import operator
import sys
import types

from .program_source import reaches
from .pytest_stand_in import install_pytest
from .render import Renderer, class_dict, derives, exception_args, instance_dict, mro_of, type_name
from .shared import Shared
from .tracer import FILENAME, Tracer
from .values import Decoder, Encoder, NotLiteral, encode

_dumps = json.JSONEncoder(ensure_ascii=True, separators=(',', ':'), check_circular=False).encode
_loads = json.loads
_traceback = BaseException.__dict__['__traceback__'].__get__
_cause = BaseException.__dict__['__cause__'].__get__
_exit_code = SystemExit.__dict__['code'].__get__
_module_of = type.__dict__['__module__'].__get__
_compile, _exec, _eval = compile, exec, eval
_NAME, _MESSAGE = 200, 20_000  # characters; a report on a program is short
_NOT_COMPILED = (SyntaxError, ValueError, MemoryError, RecursionError, OverflowError)
MODULE = '__program__'


class Program:
    """One program in one run: its namespace, its tracer and the objects that the judge holds handles of."""

    def __init__(self, request, sink):
        limits = request['limits']
        self.source, self.setup = request['program'], request.get('setupCode') or ''
        self.entry_point = request.get('entryPoint')
        self.call_line = self.source.count('\n') + 2
        self.render = Renderer(limits['valueChars'], limits['valueItems'], limits['valueDepth'])
        self.is_whole = request['op'] == 'main'
        self.tracer = Tracer(limits, sink, self.entry_point, self.is_whole) if request.get('trace') else None
        self.objects, self.handles = [], {}  # by handle, by id
        self.shared = Shared()
        self.decode = Decoder(self._handle, self._derived, self.shared.objects)
        self.generator = None  # what the last call gave, where that is one: its body runs as the test asks for items
        self.has_ended = False  # a whole program may leave before its last line
        # The program gets a copy of the builtins to patch, and a module of its own, which only a whole one is the
        # main one of: what stands under `if __name__ == '__main__'` reads stdin, or runs tests of its own.
        own = types.ModuleType('builtins')
        own.__dict__.update(builtins.__dict__)
        module = types.ModuleType('__main__' if self.is_whole else MODULE)
        self.namespace = module.__dict__
        self.namespace['__builtins__'] = own
        sys.modules.update({'builtins': own, '__main__': module, MODULE: module})

    def load(self):
        try:
            code = _compile(self.source, FILENAME, 'exec', dont_inherit=True)
        except _NOT_COMPILED as error:
            message = str(getattr(error, 'msg', None) or error)[:300]
            return {'notParsable': type_name(type(error))[:_NAME], 'message': message, 'line': getattr(error, 'lineno', None)}
        report = self._guard(lambda: self._traced(lambda: _exec(code, self.namespace)))
        if 'raised' in report or not self.setup.strip():
            return report
        return self._guard(lambda: _exec(_compile(self.setup, '<setup>', 'exec', dont_inherit=True), self.namespace))

    def main(self):
        """A whole program read from stdin. The function that holds it is called where it does not run itself."""
        report = self.load()
        if report or self.has_ended or self.entry_point not in self.namespace or reaches(self.source, self.entry_point):
            return report
        return self._guard(lambda: self._called(self.namespace[self.entry_point], [], {}))

    def ask(self, question):
        op = question['op']
        if op == 'name':
            name = question['name']
            if name not in self.namespace:
                return {'missing': True}
            value = self.namespace[name]
            if isinstance(value, type) and BaseException in mro_of(value):
                return {'exceptionClass': _bases(value)}
            return self._told(value, True)
        self.shared.hear({int(n): data for n, data in question['objects'].items()}, self.decode)
        if op == 'source':
            return self._answer(lambda: self._evaluate(question['source']))
        args = [self.decode(arg) for arg in question['args']]
        if op == 'call':
            kwargs = {name: self.decode(value) for name, value in question['kwargs'].items()}
            if 'name' in question:
                if self.tracer is not None:
                    self.tracer.keeps_locals = question['locals']
                return self._answer(lambda: self._called(self._named(question['name']), args, kwargs))
            function = self.objects[question['handle']]
            return self._answer(lambda: function(*args, **kwargs), True)
        if op == 'next' and args[0] is self.generator:
            return self._answer(lambda: self._traced(lambda: next(*args), 1), True)
        return self._answer(lambda: _OPERATIONS[op](*args), True)

    def inside(self, source, check):
        """The test within the program's own namespace, where it cannot be split from it."""
        return self._guard(lambda: self._inside(source, check))

    def _inside(self, source, check):
        install_pytest()
        code = _compile(source, '<test>', 'exec', dont_inherit=True)
        if not check:
            return self._marked(lambda: _exec(code, self.namespace))
        _exec(code, self.namespace)
        return self._marked(lambda: self.namespace['check'](self.namespace[self.entry_point]))

    def _named(self, name):
        if name not in self.namespace:
            raise NameError("name '%s' is not defined" % name)
        return self.namespace[name]

    def _evaluate(self, source):
        code = _compile(source, '<test>', 'eval', dont_inherit=True)
        return self._marked(lambda: _eval(code, self.namespace))

    def _called(self, function, args, kwargs):
        return self._marked(lambda: function(*args, **kwargs))

    def _marked(self, run):
        if self.tracer is None:
            return run()
        self.generator = None
        self.tracer.mark_call(self.call_line, self.namespace)
        value = self._traced(run, 1)
        if type(value) is types.GeneratorType:
            self.generator = value
        return value

    def _traced(self, run, depth=0):
        if self.tracer is None:
            return run()
        self.tracer.start(depth)
        try:
            return run()
        finally:
            self.tracer.stop()

    def _answer(self, run, lasts=None):
        """Runs and tells what came of it. `lasts`: whether containers in the value are the judge's as well from now on."""
        out, answer = [], {}
        try:
            out.append(run())
        except BaseException as error:
            answer['raised'] = self._rebuilt_from(error)
        if self.tracer is not None and self.tracer.returned_locals is not None:
            answer['returnedLocals'] = self.tracer.returned_locals
            if self.tracer.final_locals is not None:
                answer['locals'] = self.tracer.final_locals
        if out:
            answer['rendered'] = self.render(out[0])
        answer.update(self._told(out[0] if out else None, lasts))
        self.shared.forget()
        return answer

    def _rebuilt_from(self, error, causes=3):
        """What the judge makes the exception of again. One of a class of the program's own can be asked, too."""
        kind = type(error)
        cause = _cause(error) if causes else None
        attributes = (instance_dict(error, kind) or {}).items()
        own = list(itertools.takewhile(lambda cls: _module_of(cls) != 'builtins', mro_of(kind)))
        return {
            **self._raised(error),
            'bases': _bases(kind),
            'args': _literal(list(exception_args(error))),
            'attributes': {name: _literal(value) for name, value in list(attributes) if type(name) is str},
            'object': self._keep(error) if own else None,
            'says': [name for name in ('__str__', '__repr__') if any(name in class_dict(cls) for cls in own)],
            'cause': None if cause is None else self._rebuilt_from(cause, causes - 1),
        }

    def _told(self, value, lasts):
        """A value, and what became of the containers that the judge knows."""
        encoder = Encoder(self._keep, self.shared, lasts)
        told = {'value': encoder(value)}
        objects = self.shared.tell(encoder)
        return {**told, 'objects': objects} if objects else told

    def _guard(self, run):
        try:
            run()
        except BaseException as error:
            if not self.is_whole or not _leaves_well(error):
                return {'raised': self._raised(error)}
            self.has_ended = True
        return {}

    def _raised(self, error):
        kind = type(error)
        return {
            'type': type_name(kind)[:_NAME],
            'message': self.render.message(error)[:_MESSAGE],
            'line': _last_line(error),
            'assertion': AssertionError in mro_of(kind),
        }

    def _keep(self, value):
        n = self.handles.get(id(value))
        if n is None:
            n = self.handles[id(value)] = len(self.objects)
            self.objects.append(value)
        return ['h', n, type_name(type(value))]

    def _handle(self, n, _kind):
        return self.objects[n]

    def _derived(self, _value, n, _kind, _names):
        return self.objects[n]


def _enter(x):
    return type(x).__enter__(x)


def _exit(x, name):
    if name is None:
        return type(x).__exit__(x, None, None, None)
    kind = builtins.__dict__[name]
    return type(x).__exit__(x, kind, kind.__new__(kind), None)


_OPERATIONS = {
    'getattr': getattr, 'setattr': setattr, 'delattr': delattr, 'iter': iter, 'next': next, 'len': len, 'str': str, 'repr': repr,
    'format': format, 'reversed': reversed, 'bytes': bytes, 'complex': complex, 'divmod': divmod, 'trunc': math.trunc,
    'floor': math.floor, 'ceil': math.ceil, 'dir': dir,
    'bool': bool, 'int': int, 'float': float, 'hash': hash, 'abs': abs, 'round': round, 'contains': operator.contains,
    'getitem': operator.getitem, 'setitem': operator.setitem, 'delitem': operator.delitem, 'index': operator.index,
    'eq': operator.eq, 'ne': operator.ne, 'lt': operator.lt, 'le': operator.le, 'gt': operator.gt, 'ge': operator.ge,
    'add': operator.add, 'sub': operator.sub, 'mul': operator.mul, 'truediv': operator.truediv, 'neg': operator.neg,
    'floordiv': operator.floordiv, 'mod': operator.mod, 'pow': operator.pow, 'and': operator.and_, 'or': operator.or_,
    'matmul': operator.matmul, 'xor': operator.xor, 'lshift': operator.lshift, 'rshift': operator.rshift,
    'iadd': operator.iadd, 'isub': operator.isub, 'imul': operator.imul, 'imatmul': operator.imatmul,
    'itruediv': operator.itruediv, 'ifloordiv': operator.ifloordiv, 'imod': operator.imod, 'ipow': operator.ipow,
    'iand': operator.iand, 'ior': operator.ior, 'ixor': operator.ixor, 'ilshift': operator.ilshift,
    'irshift': operator.irshift, 'pos': operator.pos, 'invert': operator.invert,
    'isinstance': isinstance, 'copy': copy.copy, 'deepcopy': copy.deepcopy, 'enter': _enter, 'exit': _exit,
}  # fmt: skip
_current = None


def _leaves_well(error):
    if not derives(mro_of(type(error)), SystemExit):
        return False
    code = _exit_code(error)
    return code is None or type(code) is int and code == 0


def _literal(value):
    """The value as data; None where it is not one."""
    try:
        return encode(value)
    except (NotLiteral, RecursionError):
        return None


def _bases(kind):
    """Modules and names of a class and those that it derives from."""
    modules = map(_module_of, mro_of(kind))
    return [[module if type(module) is str else '', type_name(cls)] for module, cls in zip(modules, mro_of(kind))]


def _last_line(error):
    """The program's line that the traceback ends at."""
    line, steps, trace = None, 0, _traceback(error)
    while trace is not None and steps < 5000:
        if trace.tb_frame.f_code.co_filename == FILENAME:
            line = trace.tb_lineno
        trace, steps = trace.tb_next, steps + 1
    return line


def handle(message, sink):
    """One message of the host, answered: `load` begins a run, the others go on with it."""
    global _current
    request = _loads(message)
    op = request['op']
    if op == 'load':
        _current = Program(request, sink)
        reply = _current.load()
    elif op == 'main':
        _current = Program(request, sink)
        reply = _current.main()
    elif op == 'inside':
        reply = _current.inside(request['source'], request['kind'] == 'check')
    else:
        reply = _current.ask(request)
    _flush()
    return _dumps(reply)


def _flush():
    for stream in (sys.stdout, sys.__stdout__):
        try:
            stream.flush()
        except BaseException:
            pass
