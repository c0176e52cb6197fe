"""Records calls, lines, locals, returned values and exceptions of the program as it runs.

`sys.settrace`, not `sys.monitoring`: the latter's LINE events skip iterations of one-line loops. Events are
lines of JSON, `[event, line, function, depth, [[name, value, type], …], value, exception type]`, handed to a
sink as they happen, so that what was recorded survives a kill.
"""

import opcode
import sys
import types

try:
    from _json import encode_basestring_ascii as _quote
except ImportError:
    from json.encoder import py_encode_basestring_ascii as _quote

from .render import Renderer, type_name
from .values import encode_local

FILENAME = '<candidate>'
_NEWLOCALS, _SUSPENDS = 0x2, 0x20 | 0x80 | 0x200  # code flags: functions; generators and coroutines
# Values that cannot change: an unchanged object needs no second rendering.
_CONSTANT = frozenset((int, float, complex, bool, str, bytes, type(None), types.FunctionType, types.ModuleType, type, range))
_HIDDEN = frozenset((types.FunctionType, types.BuiltinFunctionType, types.ModuleType, type))
# A class body may run in a mapping of the program's own (`__prepare__`), which must not be asked.
_LOCALS_TYPES = (dict, type((lambda: sys._getframe().f_locals)()))
_YIELDS = {opcode.opmap.get('YIELD_VALUE'), opcode.opmap.get('INSTRUMENTED_YIELD_VALUE')} - {None}
_RESUME = opcode.opmap.get('RESUME')
_GENERIC_ALIAS = getattr(types, 'GenericAlias', None)


class Tracer:
    def __init__(self, limits, sink, entry_point=None):
        self.max_events, self.max_bytes = limits['traceEvents'], limits['traceBytes']
        self.max_locals = limits['locals']
        self.render = Renderer(limits['valueChars'], limits['valueItems'], limits['valueDepth'])
        self.sink, self.entry_point = sink, entry_point
        self.ended = None
        self.lost = 0  # callbacks that had no room left on the stack
        self.count = self.bytes = self.depth = 0
        self.frames = {}  # id(frame) -> (code, {name: (object, text)})
        self.module_state = (None, {})
        self.raising = None
        self.names = {}
        self.final_locals = self.returned_locals = None

    def start(self, depth=0):
        self.depth = depth
        self.raising = None
        if self.ended is None:
            sys.settrace(self.on_call)

    def stop(self):
        sys.settrace(None)

    def mark_call(self, line, module_globals):
        """The line of the test that calls the program: it is no line of the program, but shows the caller."""
        if self.ended is None:
            self.final_locals = self.returned_locals = None
            self.emit('line', line, '<module>', 1, self._delta(module_globals, self.module_state[1], True))

    def end(self, why):
        self.ended = why
        self.sink(b'["ended","%s"]\n' % why.encode())
        sys.settrace(None)
        frame = sys._getframe()
        while frame is not None:
            frame.f_trace = None
            frame = frame.f_back

    # Near the recursion limit a callback itself has no room; its RecursionError would be thrown into the
    # program and take the tracer away, so it is caught and counted.
    def on_call(self, frame, event, arg):
        try:
            return self._call(frame)
        except RecursionError:
            self.lost += 1
            return self.on_event if frame.f_code.co_filename == FILENAME and self.ended is None else None

    def on_event(self, frame, event, arg):
        if self.ended is not None:
            return None
        try:
            self._event(frame, event, arg)
        except RecursionError:
            self.lost += 1
        return self.on_event

    def _call(self, frame):
        code = frame.f_code
        if code.co_filename != FILENAME or self.ended is not None:
            return None
        self.depth += 1
        self.raising = None
        known = self.frames.get(id(frame))
        if known is not None and known[0] is code and code.co_flags & _SUSPENDS and frame.f_lasti > 0:
            self.emit('resume', frame.f_lineno, code.co_name, self.depth, '')
        else:
            if code.co_name == '<module>' and not code.co_flags & _NEWLOCALS:
                state = self.module_state = (code, {})
            else:
                state = (code, {})
            self.frames[id(frame)] = state
            self.emit('call', frame.f_lineno, code.co_name, self.depth, self._changes(frame, state))
        return self.on_event if self.ended is None else None

    def _event(self, frame, event, arg):
        code = frame.f_code
        state = self.frames.get(id(frame))
        if state is None or state[0] is not code:
            state = self.frames[id(frame)] = (code, {})
        if event == 'line':
            self.raising = None
            self.emit('line', frame.f_lineno, code.co_name, self.depth, self._changes(frame, state))
        elif event == 'exception':
            self.raising = frame
            text = ',%s,%s' % (_quote(self.render.message(arg[1])), _quote(type_name(arg[0])))
            self.emit('exception', frame.f_lineno, code.co_name, self.depth, self._changes(frame, state), text)
        elif event == 'return':
            self._return(frame, code, state, arg)

    def _return(self, frame, code, state, value):
        depth = self.depth
        self.depth -= 1
        changes = self._changes(frame, state)
        # `return` also fires when an exception leaves the frame; the exception was then its last event.
        if self.raising is frame:
            self.emit('unwind', frame.f_lineno, code.co_name, depth, changes)
        elif code.co_flags & _SUSPENDS and _at_yield(frame):
            self.emit('yield', frame.f_lineno, code.co_name, depth, changes, ',' + _quote(self.render(value)))
            return
        elif depth > 1:
            self.emit('return', frame.f_lineno, code.co_name, depth, changes, ',' + _quote(self.render(value)))
        self.frames.pop(id(frame), None)
        if depth == 2 and code.co_name == self.entry_point:
            self._keep_locals(frame, value, self.raising is frame)

    def _keep_locals(self, frame, value, unwinding):
        """What the called function's frame held when it ended, for the judge to compare outside."""
        found = [item for item in list(frame.f_locals.items())[: self.max_locals] if _visible(item[0])]
        self.final_locals = {name: text for name, text in ((n, encode_local(v)) for n, v in found) if text is not None}
        self.returned_locals = [] if unwinding else [name for name, v in found if v is value]

    def _changes(self, frame, state):
        values = frame.f_locals
        if type(values) not in _LOCALS_TYPES:
            return ''
        return self._delta(values, state[1], not frame.f_code.co_flags & _NEWLOCALS)

    def _delta(self, values, before, is_module):
        out = []
        shown = 0
        try:
            items = list(values.items())
        except RuntimeError:
            return ''
        for name, value in items:
            kind = type(value)
            if type(name) is not str or name[:2] == '__' or name[:1] == '.':
                continue
            if is_module and (kind in _HIDDEN or _is_alias(kind)):
                continue
            shown += 1
            if shown > self.max_locals:
                break
            known = before.get(name)
            if known is not None and known[0] is value and kind in _CONSTANT:
                continue
            text = self.render(value)
            if known is None or known[1] != text or known[2] is not kind:
                before[name] = (value if kind in _CONSTANT else None, text, kind)
                out.append('[%s,%s,%s]' % (_quote(name), _quote(text), _quote(type_name(kind))))
            elif kind in _CONSTANT:
                before[name] = (value, text, kind)
        if len(before) > shown:
            for name in [name for name in before if name not in values]:
                del before[name]
                out.append('[%s,null,""]' % _quote(name))
        return ','.join(out)

    def emit(self, event, line, name, depth, changes, rest=''):
        quoted = self.names.get(name)
        if quoted is None:
            quoted = self.names[name] = _quote(name)
        record = ('["%s",%d,%s,%d,[%s]%s]\n' % (event, line or 0, quoted, depth, changes, rest)).encode('ascii')
        self.count += 1
        self.bytes += len(record)
        if self.count > self.max_events:
            self.end('events')
        elif self.bytes > self.max_bytes:
            self.end('bytes')
        else:
            self.sink(record)


def _visible(name):
    return type(name) is str and name[:2] != '__' and name[:1] != '.'


def _is_alias(kind):
    return kind is _GENERIC_ALIAS or type.__dict__['__dict__'].__get__(kind).get('__module__') == 'typing'


def _at_yield(frame):
    """Up to 3.12 `f_lasti` is at YIELD_VALUE; from 3.13 on it is already on the RESUME that follows."""
    at, code = frame.f_lasti, frame.f_code.co_code
    if not 0 <= at < len(code):
        return False
    return code[at] in _YIELDS or (code[at] == _RESUME and at >= 2 and code[at - 2] in _YIELDS)
