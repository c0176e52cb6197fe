"""The judge's side: runs the tests themselves, in an interpreter that the program never enters.

The names that a test takes from the program are stand-ins. Calling one asks the program's interpreter, which
answers with data; so whatever a test compares is compared here, by Python's own types. What the program says
of itself counts only where its own objects are compared with each other, and the verdict then says `inside`.
"""

import ast
import json
import random

from .normal_form import first_that_parses
from .pytest_stand_in import install_pytest
from .remote import Remote
from .render import Renderer, type_name
from .test_source import (
    KIND, asks_type, call_of, deciding_calls, expected_of, identifies, leaves_nothing, loaded_names, nodes_of, position_of, standard_name,
    why_inside,
)  # fmt: skip
from .values import NotLiteral, decode, encode
from .world import NeedsInside, World, position_at

_dumps = json.JSONEncoder(ensure_ascii=True, separators=(',', ':'), check_circular=False).encode


def describe(request):
    """What can be told of a test without running the program: the call as it stands there, what it expects."""
    test = _read(request['source'], request.get('entryPoint'), request['kind'] == 'check')
    told = {'call': test.call_text}
    if test.calls > 1:
        told['joint'] = True  # which of them runs is not known
    elif test.expected is not None:
        space = _own_setup(request.get('setupCode') or '', test.names)
        space.update((name, standard_name(name)) for name in test.names if name not in space and standard_name(name) is not None)
        try:
            told['expected'] = _renderer(request)(eval(test.expected, space))
        except Exception:
            pass
    return told


def judge(request, ask):
    """Runs one test; `ask(question)` is answered by the program's interpreter."""
    source, check, setup = request['source'], request['kind'] == 'check', request.get('setupCode') or ''
    test = _read(source, request.get('entryPoint'), check)
    entry_point = test.entry_point
    world = World(ask, entry_point, source, test)
    install_pytest()
    random.seed(0)  # a test's outcome must not depend on which ran before it
    reply = {'outcome': 'passed'}
    space = {'__name__': '__test__'}
    try:
        _fill(space, test, world, setup, check)
        exec(test.code, space)
        if check:
            space['check'](world.name(entry_point))
    except NeedsInside:
        pass
    except BaseException as error:
        _blame(reply, error, _renderer(request))
    if world.needs_inside is not None:
        return {'needsInside': world.needs_inside}
    reply['judged'] = 'inside' if world.trusted else 'outside'
    last = _tell_call(reply, test, world)
    if last is not None:
        _expect(reply, test, space, last, _renderer(request))
    reply['plain'] = test.plain and not setup.strip()
    return reply


class _Test:
    """What reading a test's text tells; read once, since a task's tests come again with every candidate."""

    def __init__(self, source, entry_point, check):
        tree = ast.parse(source)
        self.code = compile(tree, '<test>', 'exec', dont_inherit=True)
        nodes = nodes_of(tree)
        self.names = loaded_names(nodes)
        call = None if check else call_of(nodes, entry_point, self.names)
        self.entry_point = call.func.id if entry_point is None and call is not None else entry_point
        self.call_text = ast.get_source_segment(source, call) if call is not None else None
        self.call_position = position_of(call) if call is not None else None
        called = {self.entry_point, *(_parameters(nodes) if check else ())}
        self.calls = sum(isinstance(node, ast.Call) and getattr(node.func, 'id', None) in called for node in nodes)
        self.deciding = deciding_calls(nodes, called)
        self.identifies = identifies(nodes)
        self.asks_type = asks_type(nodes)
        # A function's name may begin so too, but then what it gives is rarely asked for attributes or compared with more of it.
        has_attributes = any(isinstance(node, ast.Attribute) for node in nodes)
        self.names_class = (self.entry_point or '')[:1].isupper() and (has_attributes or self.identifies)
        self.why_inside = why_inside(nodes, self.names)
        expected = expected_of(tree, call)
        self.expected = None if expected is None else _compiled(expected)
        self.plain = leaves_nothing(nodes, self.names)


def _parameters(nodes):
    """What `check` calls the program's function."""
    checks = [node for node in nodes if isinstance(node, ast.FunctionDef) and node.name == 'check']
    return {parameter.arg for check in checks for parameter in check.args.args}


_tests = {}


def _read(source, entry_point, check):
    key = (source, entry_point, check)
    if key not in _tests:
        if len(_tests) >= 300:
            _tests.clear()
        _tests[key] = _Test(source, entry_point, check)
    return _tests[key]


def _renderer(request):
    limits = request['limits']
    return Renderer(limits['valueChars'], limits['valueItems'], limits['valueDepth'])


def _fill(space, test, world, setup, check):
    """Gives the test its names: its own setup's, the standard library's, the program's."""
    if test.why_inside is not None:
        world.need_inside(test.why_inside)
    space.update(_own_setup(setup, test.names))
    for name in test.names:
        if name in space or (check and name == 'check'):
            continue
        value = world.resolve(name)
        if value is not world.missing:
            space[name] = value
    if test.asks_type and world.takes_objects:
        world.need_inside(KIND)


def _own_setup(setup, names):
    """Runs the setup code here where the test needs its names and it stands without the program."""
    if not setup.strip():
        return {}
    space = {}
    try:
        tree = ast.parse(setup)
        if not names & {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} and 'import' not in setup:
            return {}
        exec(compile(tree, '<setup>', 'exec', dont_inherit=True), space)
    except Exception:
        return {}
    space.pop('__builtins__', None)
    return space


def _blame(reply, error, renderer):
    said = getattr(error, '__tracewise__', None) if isinstance(error, BaseException) else None
    if said is not None:
        out_of_memory = said['type'] == 'MemoryError'
        reply['outcome'] = 'out-of-memory' if out_of_memory else 'raised'
        reply['exception'] = {'type': said['type'], 'message': said['message'], 'line': said['line']}
    elif isinstance(error, AssertionError):
        reply['outcome'] = 'failed'
        reply['detail'] = renderer.message(error) or None
    else:
        reply['outcome'] = 'raised'
        reply['exception'] = {'type': type_name(type(error)), 'message': renderer.message(error)}


def _tell_call(reply, test, world):
    """Tells of the call that ran last. Returns its record where that is the one which the test's end compares."""
    if not world.calls:
        reply['call'] = test.call_text
        return {}
    last, only = world.calls[-1], len(world.calls) == 1
    position = position_at(last['place'])
    as_written = position == test.call_position or (position is None and only)
    reply['call'] = test.call_text if only and as_written and test.call_text else last['text']
    reply['returned'] = last['rendered']
    reply['returnedLocals'] = last['returnedLocals']
    if world.traced_calls > 1:
        reply['callNumber'] = last['number']
    if world.calls_behind > 0 or (not only and position not in test.deciding):
        reply['joint'] = True
    return last if as_written else None


def _compiled(node):
    return compile(ast.fix_missing_locations(ast.Expression(node)), '<expected>', 'eval', dont_inherit=True)


def _expect(reply, test, space, last, renderer):
    """What the test compares with, and which of the called frame's final locals already were that."""
    if test.expected is None:
        return
    try:
        value = eval(test.expected, space)
        if isinstance(value, Remote):
            return
        reply['expected'] = renderer(value)
        encode(value)
    except (Exception, NotLiteral):
        return
    kind, equal = type(value), []
    for name, text in (last.get('locals') or {}).items():
        try:
            local = decode(json.loads(text))
            if type(local) is kind and local == value:
                equal.append(name)
        except Exception:
            continue
    if last.get('locals') is not None:
        reply['expectedLocals'] = equal


def handle(message, ask):
    request = json.loads(message)
    if request['op'] == 'parse':
        return _dumps(first_that_parses(request['attempts']))
    try:
        reply = describe(request) if request['op'] == 'describe' else judge(request, ask)
    except (SyntaxError, ValueError, RecursionError) as error:
        reply = {'badTest': '%s: %s' % (type_name(type(error)), str(error)[:300])}
    return _dumps(reply)
