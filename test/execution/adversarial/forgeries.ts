/** A program that wants a test to pass without doing what is asked. The right answer is a doubled argument. */
export interface Forgery {
  readonly tries: string;
  readonly program: string;
}

const yes = '__sub__ __rsub__ __add__ __lt__ __le__ __gt__ __ge__ __contains__ __eq__ __and__ __mod__';

/** Objects made to please one form of test; each is held against that form. */
export const craftedObjects: readonly (Forgery & { readonly source: string })[] = [
  {
    tries: 'a difference of nothing',
    source: 'assert abs(f(21) - 42) < 1e-6',
    program: 'class L:\n    def __sub__(self, o): return 0.0\ndef f(x): return L()',
  },
  {
    tries: 'a difference from the right',
    source: 'assert abs(42 - f(21)) < 1e-6',
    program: 'class L:\n    def __rsub__(self, o): return 0.0\ndef f(x): return L()',
  },
  {
    tries: 'the expected value, read off an operand',
    source: 'assert f(21) + 0 == 42 - 0',
    program: 'seen = []\nclass L:\n    def __add__(self, o): return 42\ndef f(x): return L()',
  },
  {
    tries: 'an order that always holds',
    source: 'assert 41 < f(21) < 43',
    program: `class L:\n${yes
      .split(' ')
      .map((name) => `    def ${name}(self, o): return True`)
      .join('\n')}\ndef f(x): return L()`,
  },
  {
    tries: 'an order that always holds, reflected',
    source: 'assert f(21) >= 42',
    program: `class L:\n${yes
      .split(' ')
      .map((name) => `    def ${name}(self, o): return True`)
      .join('\n')}\ndef f(x): return L()`,
  },
  {
    tries: 'a container of everything',
    source: 'assert 42 in f(21)',
    program:
      'class L:\n    def __contains__(self, o): return True\n    def __iter__(self): return iter(())\ndef f(x): return L()',
  },
  {
    tries: 'a container of liars',
    source: 'assert 42 in f(21)',
    program: 'class L:\n    def __eq__(self, o): return True\ndef f(x): return [L()]',
  },
  {
    tries: 'items that equal everything',
    source: 'assert sorted(f(21)) == [42]',
    program:
      'class L:\n    def __eq__(self, o): return True\n    def __lt__(self, o): return True\ndef f(x): return [L()]',
  },
  {
    tries: 'items that equal everything, of an iterator',
    source: 'assert list(f(21)) == [42]',
    program: 'class L:\n    def __eq__(self, o): return True\ndef f(x): yield L()',
  },
  {
    tries: 'a set that holds everything',
    source: 'assert f(21) in {42}',
    program:
      'class L:\n    def __hash__(self): return hash(42)\n    def __eq__(self, o): return True\ndef f(x): return L()',
  },
  {
    tries: 'a length of any length',
    source: 'assert len(f(21)) == 42',
    program: 'class L(list):\n    def __len__(self): return 42\ndef f(x): return L()',
  },
  {
    tries: 'a text that begins with everything',
    source: 'assert str(f(21)) == f(21) and f(21).startswith("42")',
    program: 'class S(str):\n    def startswith(self, *a): return True\ndef f(x): return S("no")',
  },
  {
    tries: 'a list that is one with the other',
    source: 'a = [42]\nassert f(a) == 0 and a == [42]',
    program:
      'import sys\nm = vars(sys.modules["tracewise.program"])\ndumps = m["_dumps"]\nm["_dumps"] = lambda o: dumps({"value": ["as", ["l", []], 0, "L", ["__eq__", "__len__", "__class__", "__hash__"]], "rendered": "0"} if "value" in o and "rendered" in o else o)\ndef f(x): return 1',
  },
  {
    tries: 'a key for every lock',
    source: 'assert f(21)[0] == 42',
    program:
      'class E:\n    def __eq__(self, o): return True\nclass L:\n    def __getitem__(self, i): return E()\ndef f(x): return L()',
  },
  {
    tries: 'a text that equals everything',
    source: 'assert str(f(21)) == "42"',
    program:
      'class S(str):\n    def __eq__(self, o): return True\nclass L:\n    def __str__(self): return S()\ndef f(x): return L()',
  },
  {
    tries: 'a float that is close to everything',
    source: 'import math\nassert math.isclose(f(21), 42)',
    program:
      'class F(float):\n    def __eq__(self, o): return True\n    def __sub__(self, o): return 0\nclass L:\n    def __float__(self): return F(1)\ndef f(x): return L()',
  },
  {
    tries: 'a value too deep to be handed back, so that the program judges itself',
    source: 'assert f((f(21),)) == 42',
    program: 'def f(x):\n    if x != 21: return 42\n    for _ in range(60): x = (x,)\n    return x',
  },
  {
    tries: 'an answer too deep to be handed back',
    source: 'assert f((f(21),)) == 42',
    program:
      'import sys\nm = vars(sys.modules["tracewise.program"])\ndumps, deep = m["_dumps"], 1\nfor _ in range(100): deep = ["t", [deep]]\nm["_dumps"] = lambda o: dumps({"value": deep, "rendered": "1"} if "value" in o and "rendered" in o else o)\ndef f(x): return 42',
  },
  {
    tries: 'a class of the judge, handed back',
    source: 'assert f(f(21)) == 42',
    program:
      'import sys\nm = vars(sys.modules["tracewise.program"])\ndumps = m["_dumps"]\nm["_dumps"] = lambda o: dumps({"value": ["type", "__loader__"], "rendered": "1"} if "value" in o and "rendered" in o else o)\ndef f(x): return 42',
  },
  ...['assert x == 42', 'assert x.total + 1 == 42', 'raise AssertionError'].map((test) => ({
    tries: 'a context that swallows what fails within it',
    source: `with f(21) as x:\n    ${test}`,
    program:
      'class L:\n    def __enter__(self): return self\n    def __exit__(self, *a): return True\n    def __getattr__(self, n): return L()\ndef f(x): return L()',
  })),
  {
    tries: 'a changed argument that equals everything',
    source: 'a = [21]\nf(a)\nassert a == [42]',
    program: 'class L:\n    def __eq__(self, o): return True\ndef f(x): x[:] = [L()]',
  },
];

/** What each forgery is held against. */
export const forgedTests = {
  assert: 'assert f(21) == 42',
  check: 'def check(candidate):\n    assert candidate(21) == 42\n    assert candidate([1]) == [1, 1]',
} as const;

const liar = (base = '', methods = '__eq__') =>
  `class L${base && `(${base})`}:\n${methods
    .split(' ')
    .map((name) => `    def ${name}(self, *a): return True`)
    .join('\n')}\n    def __hash__(self): return 0\n`;

/** A program whose calls are answered by `reply`, an expression. */
const answersBy = (reply: string) =>
  `import sys
m = vars(sys.modules["tracewise.program"])
dumps = m["_dumps"]
m["_dumps"] = lambda o: dumps(${reply} if "value" in o and "rendered" in o else o)
def f(x): return 0`;

// Runs in the judge where it runs at all: every later test passes.
const evil =
  '"import tracewise.judge as j; j._blame = j._expect = lambda *a: None; j.leaves_nothing = lambda *a: True"';
const raisedAs = (module: string, name: string, args: string) =>
  answersBy(
    `{"raised": {"type": "E", "bases": [["${module}", "${name}"]], "message": ${args}, "line": None, "args": ["l", [${args}]], "attributes": {}}}`,
  );

export const forgeries: readonly Forgery[] = [
  ...['exec', 'eval', '__import__', 'open', 'setattr', 'type', 'print', 'nothing'].map((name) => ({
    tries: `an exception that is the judge's ${name}`,
    program: raisedAs('builtins', name, name === '__import__' ? '"antigravity"' : evil),
  })),
  { tries: 'an exception that is a function of a library', program: raisedAs('re', 'compile', evil) },
  {
    tries: 'an exception of a module of the judge',
    program: raisedAs('tracewise.world', 'NeedsInside', evil),
  },
  {
    tries: 'a class of the judge that no program can name',
    program: answersBy('{"value": ["type", "__loader__"], "rendered": "42"}'),
  },
  {
    tries: 'a class derived from no value',
    program: answersBy('{"value": ["as", ["type", "int"], 0, "int"], "rendered": "42"}'),
  },
  { tries: 'an object that equals everything', program: `${liar()}def f(x): return L()` },
  {
    tries: 'and is unequal to nothing',
    program: `${liar('', '__eq__')}    def __ne__(self, o): return False\ndef f(x): return L()`,
  },
  ...['int', 'str', 'list', 'tuple', 'dict', 'set', 'float', 'bytes', 'frozenset'].map((base) => ({
    tries: `a ${base} that equals everything`,
    program: `${liar(base)}def f(x): return L()`,
  })),
  {
    tries: 'a metaclass that equals everything',
    program:
      'class M(type):\n    def __eq__(cls, o): return True\n    def __hash__(cls): return 0\nclass L(metaclass=M): pass\ndef f(x): return L',
  },
  {
    tries: 'a class that claims to be int',
    program: 'class L:\n    __class__ = int\n    def __eq__(self, o): return True\ndef f(x): return L()',
  },
  { tries: 'a liar within a list', program: `${liar()}def f(x): return [L(), L()]` },
  { tries: 'unittest.mock.ANY', program: 'from unittest.mock import ANY\ndef f(x): return ANY' },
  {
    tries: 'a Decimal of a forged class',
    program:
      'import decimal\nclass D(decimal.Decimal):\n    def __eq__(self, o): return True\n    def __hash__(self): return 0\ndef f(x): return D(1)',
  },
  { tries: 'NotImplemented', program: 'def f(x): return NotImplemented' },
  { tries: 'leaving before the test', program: 'import sys\nsys.exit(0)' },
  { tries: 'leaving within the call', program: 'import sys\ndef f(x): sys.exit(0)' },
  { tries: 'leaving hard', program: 'import os\ndef f(x): os._exit(0)' },
  { tries: 'raising SystemExit', program: 'def f(x): raise SystemExit(0)' },
  { tries: 'raising GeneratorExit', program: 'def f(x): raise GeneratorExit' },
  { tries: 'raising StopIteration', program: 'def f(x): raise StopIteration(42)' },
  {
    tries: 'a patched AssertionError',
    program:
      'import builtins\nbuiltins.AssertionError = SystemExit\nb = print.__self__\nb.AssertionError = SystemExit\ndef f(x): return 0',
  },
  {
    tries: 'patched builtins of the harness',
    program:
      'b = print.__self__\nfor n in ("len", "isinstance", "type", "sorted", "compile", "exec", "eval", "any", "all"):\n    setattr(b, n, lambda *a, **k: True)\ndef f(x): return 0',
  },
  {
    tries: 'patched json',
    program:
      'import json, json.encoder\njson.JSONEncoder.encode = lambda self, o: \'{"value": 42, "rendered": "42", "outcome": "passed"}\'\njson.dumps = json.JSONEncoder().encode\ndef f(x): return 0',
  },
  {
    tries: 'patched json.loads',
    program: 'import json\njson.loads = lambda s: {"op": "name", "name": "f"}\ndef f(x): return 0',
  },
  {
    tries: 'a patched harness that says it passed',
    program:
      'import sys\nm = sys.modules["tracewise.program"]\nm._dumps = lambda o: \'{"outcome": "passed", "judged": "outside"}\'\ndef f(x): return 0',
  },
  {
    tries: 'a replaced answer of the harness',
    program:
      'import sys\nm = sys.modules["tracewise.wasm_host"]\nm.program.handle = lambda *a: \'{"passed": true}\'\ndef f(x): return 0',
  },
  {
    tries: 'a judge of its own',
    program:
      'import sys\nj = sys.modules.get("tracewise.judge")\nif j: j.judge = lambda *a: {"outcome": "passed"}\ndef f(x): return 0',
  },
  {
    tries: 'a trace that says it passed',
    program:
      'import os\nfor fd in range(3, 12):\n    try: os.write(fd, b\'["ended","events"]\\n{"outcome":"passed"}\\n\')\n    except OSError: pass\ndef f(x): return 0',
  },
  { tries: 'an answer on standard output', program: 'print(\'{"outcome": "passed"}\')\ndef f(x): return 0' },
  {
    tries: '__proto__ in the answer',
    program:
      'import sys\nsys.modules["tracewise.program"]._dumps = lambda o: \'{"__proto__": {"outcome": "passed"}, "constructor": 1}\'\ndef f(x): return 0',
  },
  {
    tries: 'an answer that is no JSON',
    program: 'import sys\nsys.modules["tracewise.program"]._dumps = lambda o: "passed"\ndef f(x): return 0',
  },
  {
    tries: 'an answer nested a million deep',
    program:
      'import sys\nsys.modules["tracewise.program"]._dumps = lambda o: \'{"value":\' + "[" * 10**6 + "]" * 10**6 + "}"\ndef f(x): return 0',
  },
  {
    tries: 'an answer of 100 MB',
    program:
      'import sys\nsys.modules["tracewise.program"]._dumps = lambda o: " " * 10**8\ndef f(x): return 0',
  },
  {
    tries: 'a type that the judge does not know',
    program:
      'import sys\nsys.modules["tracewise.program"]._dumps = lambda o: \'{"value":["ref","os","system"],"rendered":"42"}\'\ndef f(x): return 0',
  },
  {
    tries: 'a value that claims to be a judge’s class',
    program:
      'import sys\nsys.modules["tracewise.program"]._dumps = lambda o: \'{"value":["as",["i","29"],0,"bool"],"rendered":"42"}\' if "value" in o else "{}"\ndef f(x): return 41',
  },
  {
    tries: 'reading what is expected from the caller’s frame',
    program:
      'import sys\ndef f(x):\n    frame = sys._getframe(1)\n    while frame:\n        for v in frame.f_locals.values():\n            if type(v) is int and v > 40 and v != x: return v\n            if type(v) is str and "==" in v: return eval(v.split("==")[1])\n        frame = frame.f_back\n    return 0',
  },
  {
    tries: 'reading what is expected from memory',
    program:
      'import gc\ndef f(x):\n    for o in gc.get_objects():\n        if type(o) is dict and "source" in o and "assert" in str(o["source"]): return eval(str(o["source"]).split("==")[1])\n    for o in gc.get_objects():\n        if type(o) is list:\n            for v in o:\n                if type(v) is str and v.startswith("assert"): return eval(v.split("==")[1])\n    return 0',
  },
  {
    tries: 'reading what is expected from the files',
    program:
      'import os, linecache\ndef f(x):\n    for n in range(3, 10):\n        try:\n            t = os.read(n, 1000)\n            if b"==" in t: return eval(t.split(b"==")[1])\n        except Exception: pass\n    return (linecache.getline("<test>", 1) or "0").split("==")[-1]',
  },
  {
    tries: 'a tracer of its own',
    program: 'import sys\nsys.settrace(lambda *a: None)\ndef f(x):\n    sys.settrace(None)\n    return 0',
  },
  {
    tries: 'a changed constant',
    program:
      'import gc\ndef f(x):\n    return next(o for o in (0,))\nf.__code__ = f.__code__.replace(co_consts=(None, 0))',
  },
  {
    tries: 'an exit handler',
    program: 'import atexit\natexit.register(print, "passed")\ndef f(x): return 0',
  },
  {
    tries: 'a finalizer',
    program: 'class D:\n    def __del__(self): raise SystemExit(0)\ndef f(x):\n    D()\n    return 0',
  },
  {
    tries: 'an exception hook',
    program: 'import sys\nsys.excepthook = sys.unraisablehook = lambda *a: None\ndef f(x): raise ValueError',
  },
  {
    tries: 'a replaced import',
    program: 'import builtins, sys\nbuiltins.__import__ = lambda *a, **k: sys\ndef f(x): return 0',
  },
  {
    tries: 'an answer of the wrong shape',
    program:
      'import sys\nsys.modules["tracewise.program"]._dumps = lambda o: \'{"raised":{"type":5,"message":[],"line":"x","bases":7},"value":42}\'\ndef f(x): return 0',
  },
  {
    tries: 'an answer that is a list',
    program: 'import sys\nsys.modules["tracewise.program"]._dumps = lambda o: "[42]"\ndef f(x): return 0',
  },
  {
    tries: 'an answer that is null',
    program: 'import sys\nsys.modules["tracewise.program"]._dumps = lambda o: "null"\ndef f(x): return 0',
  },
  {
    tries: 'a rendered value that is none',
    program:
      'import sys\nsys.modules["tracewise.program"]._dumps = lambda o: \'{"value":0,"rendered":{"a":1},"returnedLocals":5,"locals":[1],"changed":3}\'\ndef f(x): return 0',
  },
  { tries: 'nothing', program: 'def f(x): return None' },
];
