"""Records calls, lines, locals, returned values and exceptions of the program as it runs.

`sys.settrace`, not `sys.monitoring`: the latter's LINE events skip iterations of one-line loops. Events are
lines of JSON, `[event, line, function, depth, [[name, value, type], …], value, exception type]`, handed to a
sink as they happen, so that what was recorded survives a kill.
"""

import opcode
import sys

from .frame_locals import FrameLocals, quote
from .render import Renderer, type_name
from .values import encode_local

FILENAME = '<candidate>'
_SUSPENDS = 0x20 | 0x80 | 0x200  # code flags: generators and coroutines


def _opcodes(*names):
    """Those that this Python has, and what they become while it is traced."""
    return {opcode.opmap[form] for name in names for form in (name, 'INSTRUMENTED_' + name) if form in opcode.opmap}


_YIELDS = _opcodes('YIELD_VALUE')
_RETURNS = _opcodes('RETURN_VALUE', 'RETURN_CONST')
_SENDS = _opcodes('SEND', 'END_SEND')
_RESUME = opcode.opmap.get('RESUME')


class Tracer:
    def __init__(self, limits, sink, entry_point=None, is_whole=False):
        self.max_events, self.max_bytes = limits['traceEvents'], limits['traceBytes']
        self.max_locals = limits['locals']
        self.render = Renderer(limits['valueChars'], limits['valueItems'], limits['valueDepth'])
        self.sink, self.entry_point = sink, entry_point
        self.least_return = 1 if is_whole else 2  # the depth from which on returns are told: a module's, where it is the test
        self.ended = None
        self.lost = False  # whether a callback had no room left on the stack
        self.count = self.bytes = self.depth = 0
        self.frames = {}  # id(frame) -> FrameLocals
        self.module = FrameLocals(None)
        self.raising = None
        self.names = {}
        self.final_locals = self.returned_locals = None
        self.keeps_locals = False  # whether somebody will look at what the called function's frame held in the end

    def start(self, depth=0):
        self.depth = depth
        self.raising = None
        if self.ended is None:
            sys.settrace(self.on_call)

    def stop(self):
        """Python takes a tracer away that it has no room to call; what ran from then on is not in the trace."""
        if self.ended is None and (self.lost or sys.gettrace() != self.on_call):
            self.end('events')
        sys.settrace(None)

    def mark_call(self, line, module_globals):
        """The line of the test that calls the program: it is no line of the program, but shows the module's variables."""
        if self.ended is None:
            self.final_locals = self.returned_locals = None
            self.emit('line', line, '<test>', 1, self.module.changes(module_globals, self.render, self.max_locals))

    def end(self, why):
        self.ended = why
        self.sink(b'["ended","%s"]\n' % why.encode())
        sys.settrace(None)
        frame = sys._getframe()
        while frame is not None:
            frame.f_trace = None
            frame = frame.f_back

    # Near the recursion limit a callback itself has no room; its RecursionError would be thrown into the
    # program and take the tracer away, so it is caught and noted.
    def on_call(self, frame, event, arg):
        try:
            return self._call(frame)
        except RecursionError:
            self.lost = True
            return self.on_event if frame.f_code.co_filename == FILENAME and self.ended is None else None

    def on_event(self, frame, event, arg):
        if self.ended is not None:
            return None
        if event == 'exception' and arg[0] is StopIteration and _at(frame, _SENDS):
            return self.on_event  # how Python itself learns that what was awaited, or yielded from, has its value
        depth = self.depth
        if event == 'return':
            self.depth -= 1
        try:
            code = frame.f_code
            known = self.frames.get(id(frame))
            if known is None or known.code is not code:
                known = self.frames[id(frame)] = FrameLocals(code)
            changes = known.changes(frame.f_locals, self.render, self.max_locals)
            if event == 'line':
                self.raising = None
                self.emit('line', frame.f_lineno, code.co_name, depth, changes)
            elif event == 'exception':
                self.raising = (frame, frame.f_lasti)
                text = ',%s,%s' % (quote(self.render.message(arg[1])), quote(type_name(arg[0])))
                self.emit('exception', frame.f_lineno, code.co_name, depth, changes, text)
            elif event == 'return':
                self._return(frame, code, depth, changes, arg)
        except RecursionError:
            self.lost = True
        return self.on_event

    def _call(self, frame):
        code = frame.f_code
        if code.co_filename != FILENAME or self.ended is not None:
            return None
        self.depth += 1
        self.raising = None
        known = self.frames.get(id(frame))
        resumes = known is not None and known.code is code and code.co_flags & _SUSPENDS and frame.f_lasti > 0
        # Who reads the trace may have seen other frames at this depth meanwhile, so all locals are told again.
        known = self.frames[id(frame)] = FrameLocals(code)
        if code.co_name == '<module>' and known.hides:
            self.module = known
        changes = known.changes(frame.f_locals, self.render, self.max_locals)
        self.emit('resume' if resumes else 'call', frame.f_lineno, code.co_name, self.depth, changes)
        return self.on_event if self.ended is None else None

    def _return(self, frame, code, depth, changes, value):
        # `return` also fires when an exception leaves the frame, be it where it was thrown into a generator.
        suspends = code.co_flags & _SUSPENDS and _at_yield(frame) and self.raising != (frame, frame.f_lasti)
        unwinds = not suspends and not _at(frame, _RETURNS)
        if unwinds:
            self.emit('unwind', frame.f_lineno, code.co_name, depth, changes)
        elif suspends:
            self.emit('yield', frame.f_lineno, code.co_name, depth, changes, ',' + quote(self.render(value)))
            return
        elif depth >= self.least_return:
            self.emit('return', frame.f_lineno, code.co_name, depth, changes, ',' + quote(self.render(value)))
        self.frames.pop(id(frame), None)
        if depth == 2 and code.co_name == self.entry_point:
            self._keep_locals(frame, value, unwinds)

    def _keep_locals(self, frame, value, unwinding):
        """What the called function's frame held when it ended, for the judge to compare outside."""
        found = [item for item in list(frame.f_locals.items())[: self.max_locals] if _visible(item[0])]
        if self.keeps_locals:
            self.final_locals = {name: text for name, text in ((n, encode_local(v)) for n, v in found) if text is not None}
        self.returned_locals = [] if unwinding else [name for name, v in found if v is value]

    def emit(self, event, line, name, depth, changes, rest=''):
        quoted = self.names.get(name)
        if quoted is None:
            quoted = self.names[name] = quote(name)
        record = f'["{event}",{line or 0},{quoted},{depth},[{changes}]{rest}]\n'.encode()
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


def _at(frame, instructions):
    at, code = frame.f_lasti, frame.f_code.co_code
    return 0 <= at < len(code) and code[at] in instructions


def _at_yield(frame):
    """Up to 3.12 `f_lasti` is at YIELD_VALUE; from 3.13 on it is already on the RESUME that follows."""
    at, code = frame.f_lasti, frame.f_code.co_code
    if not 0 <= at < len(code):
        return False
    return code[at] in _YIELDS or (code[at] == _RESUME and at >= 2 and code[at - 2] in _YIELDS)
