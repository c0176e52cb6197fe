import type { Outcome } from '../../../src/program-runner.ts';

/** A program that wants more than it may have. */
export interface Bomb {
  readonly tries: string;
  readonly program: string;
  readonly ends: readonly Outcome[];
}

const body = (...lines: string[]) => `def f(x):\n${lines.map((line) => `    ${line}`).join('\n')}`;
const time: readonly Outcome[] = ['timed-out'];
const memory: readonly Outcome[] = ['out-of-memory'];
const stack: readonly Outcome[] = ['raised', 'killed', 'out-of-memory', 'timed-out'];

/** A program whose interpreter says `reply` of it, an expression of Python. */
const says = (reply: string) =>
  `import sys\nvars(sys.modules["tracewise.program"])["_dumps"] = lambda o: ${reply}\n${body('return 1')}`;

export const bombs: readonly Bomb[] = [
  {
    tries: 'a report of millions of arrays',
    program: says(`'{"x":[' + '[0],' * 4_000_000 + '0]}'`),
    ends: ['killed'],
  },
  {
    tries: 'a report that is no JSON but for Python',
    program: says(`'{"x": NaN}'`),
    ends: ['killed', 'raised'],
  },
  { tries: 'a report of 15 MB', program: says(`'{"x": "' + "a" * 15_000_000 + '"}'`), ends: ['killed'] },
  {
    tries: 'an answer of 15 MB, shown',
    program: says(
      `'{"value": 2, "rendered": "' + "a" * 15_000_000 + '"}' if "rendered" in o else '{"value": ["h", 0, ""]}'`,
    ),
    ends: ['failed'],
  },
  { tries: 'a loop', program: body('while True: pass'), ends: time },
  { tries: 'a loop at the top', program: 'while True: pass', ends: time },
  {
    tries: 'a loop that swallows everything',
    program: body('while True:', '    try:', '        while True: pass', '    except BaseException: pass'),
    ends: time,
  },
  {
    tries: 'a loop in a finalizer',
    program: body('class D:', '    def __del__(self):', '        while True: pass', 'D()', 'return 1'),
    ends: time,
  },
  {
    tries: 'a loop in a signal handler',
    program: body('import signal', 'signal.signal(signal.SIGINT, lambda *a: None)', 'while True: pass'),
    ends: time,
  },
  {
    tries: 'a loop in __repr__ of the answer',
    program: `class R:\n    def __repr__(self):\n        while True: pass\n${body('return R()')}`,
    ends: ['failed'],
  },
  {
    tries: 'a loop in an exception’s text',
    program: `class E(Exception):\n    def __str__(self):\n        while True: pass\n${body('raise E')}`,
    ends: ['raised'],
  },
  {
    tries: 'a loop in an exception’s class',
    program:
      'class M(type):\n    def __getattribute__(c, n):\n        while True: pass\nclass E(Exception, metaclass=M): pass\n' +
      body('raise E'),
    ends: ['raised', 'timed-out'],
  },
  { tries: 'sleep', program: body('import time', 'time.sleep(1e9)'), ends: time },
  {
    tries: 'a generator without end',
    program: body('import itertools', 'for i in itertools.count(): pass'),
    ends: time,
  },
  {
    tries: 'a backtracking expression',
    program: body('import re', 're.fullmatch("(a|a)*b", "a" * 60)'),
    ends: time,
  },
  { tries: 'a power', program: body('return 9 ** 9 ** 9'), ends: ['timed-out', 'out-of-memory'] },
  {
    tries: 'a huge integer as text',
    program: body('import sys', 'sys.set_int_max_str_digits(0)', 'return len(str(1 << 10**7))'),
    ends: ['timed-out', 'failed'],
  },
  {
    tries: 'int() of much text',
    program: body('import sys', 'sys.set_int_max_str_digits(0)', 'return int("9" * 10**7)'),
    ends: time,
  },
  { tries: 'a hang in C: sum', program: body('return sum(range(10**12))'), ends: time },
  {
    tries: 'a hang in C: deque',
    program: body('import collections, itertools', 'collections.deque(itertools.count(), maxlen=0)'),
    ends: time,
  },
  {
    tries: 'a hang in C: in',
    program: body('import itertools', 'return -1 in itertools.count()'),
    ends: time,
  },
  { tries: 'a hang in C: max', program: body('return max(range(10**12))'), ends: time },
  {
    tries: 'a hang in C: a list times itself',
    program: body('a = [0] * 10**6', 'for _ in range(10**6): a.sort(); a.count(1)'),
    ends: time,
  },
  {
    tries: 'a hang in C: the sum of a repeat',
    program: body('import itertools', 'return sum(itertools.repeat(1))'),
    ends: time,
  },
  {
    tries: 'a hang in C: pbkdf2',
    program: body('import hashlib', 'hashlib.pbkdf2_hmac("sha256", b"a", b"b", 10**9)'),
    ends: [...time, 'raised'],
  },
  { tries: 'lists', program: body('a = []', 'while True: a.append([0] * 10**6)'), ends: memory },
  {
    tries: 'one list that holds itself many times',
    program: body('a = [0]', 'while True: a += a'),
    ends: memory,
  },
  { tries: 'strings', program: body('a = "a"', 'while True: a += a'), ends: memory },
  { tries: 'a giant allocation', program: body('return bytearray(10**9)'), ends: memory },
  {
    tries: 'an impossible allocation',
    program: body('return [0] * 10**15'),
    ends: ['raised', 'out-of-memory'],
  },
  {
    tries: 'objects',
    program: body('class N: pass', 'a = None', 'while True:', '    n = N()', '    n.a = a', '    a = n'),
    ends: [...memory, 'timed-out'],
  },
  { tries: 'dictionaries', program: body('return dict.fromkeys(range(10**9))'), ends: memory },
  {
    tries: 'memory, caught again and again',
    program: body(
      'a = []',
      'while True:',
      '    try: a.append(bytearray(10**7))',
      '    except MemoryError: pass',
    ),
    ends: time,
  },
  { tries: 'formatting', program: body('return "%1000000000d" % 1'), ends: memory },
  { tries: 'recursion', program: body('return f(x)'), ends: ['raised'] },
  {
    tries: 'recursion without a limit',
    program: `import sys\nsys.setrecursionlimit(2**30)\n${body('return [f(x)]')}`,
    ends: stack,
  },
  {
    tries: 'recursion in C',
    program: body('a = []', 'for _ in range(10**5): a = [a]', 'return repr(a)'),
    ends: stack,
  },
  {
    tries: 'recursion in comparing',
    program: body('a, b = [], []', 'for _ in range(10**5): a, b = [a], [b]', 'return a == b'),
    ends: stack,
  },
  {
    tries: 'recursion in freeing',
    program: body('a = ()', 'for _ in range(10**6): a = (a,)', 'return 1'),
    ends: ['failed', ...stack],
  },
  {
    tries: 'recursion in hashing',
    program: body('a = ()', 'for _ in range(10**5): a = (a,)', 'return hash(a)'),
    ends: ['failed', ...stack],
  },
  {
    tries: 'recursion in pickling',
    program: body('import pickle', 'a = []', 'for _ in range(10**4): a = [a]', 'pickle.dumps(a)'),
    ends: ['failed', ...stack],
  },
  {
    tries: 'a returned value nested deep',
    program: body('a = []', 'for _ in range(10**5): a = [a]', 'return a'),
    ends: ['failed', ...stack],
  },
  {
    tries: 'a returned value that holds itself',
    program: body('a = []', 'a.append(a)', 'return a'),
    ends: ['failed'],
  },
  {
    tries: 'a returned value of a million objects',
    program: `class C: pass\n${body('return [C() for _ in range(10**6)]')}`,
    ends: ['failed', 'killed', 'timed-out', 'out-of-memory'],
  },
  {
    tries: 'a returned string of 50 MB',
    program: body('return "x" * (50 << 20)'),
    ends: ['failed', 'killed', 'out-of-memory'],
  },
  {
    tries: 'brackets for the parser',
    program: `${'('.repeat(5000)}${')'.repeat(5000)}`,
    ends: ['not-parsable'],
  },
  {
    tries: 'a long sum for the compiler',
    program: `x = ${'1+'.repeat(20_000)}1`,
    ends: ['not-parsable', 'raised', 'killed', 'failed'],
  },
  {
    tries: 'blocks for the parser',
    program: Array.from({ length: 150 }, (_, i) => `${' '.repeat(i)}if 1:`).join('\n'),
    ends: ['not-parsable'],
  },
  { tries: 'a null byte', program: 'a = 1\0', ends: ['not-parsable'] },
  {
    tries: 'a lone surrogate',
    program: `a = "\ud800"\n${body('return a')}`,
    ends: ['failed', 'not-parsable', 'raised', 'killed'],
  },
  {
    tries: 'constants for the compiler',
    program: `a = 2 ** 999 ** 999\n${body('return 1')}`,
    ends: [...time, 'out-of-memory', 'failed'],
  },
  { tries: 'output', program: body('while True: print("x" * 10**5)'), ends: ['killed', 'timed-out'] },
  {
    tries: 'output in one piece',
    program: body('import sys', 'sys.stdout.write("x" * (100 << 20))', 'return 1'),
    ends: ['failed', 'out-of-memory'],
  },
  {
    tries: 'output to the error stream',
    program: body('import sys', 'while True: sys.stderr.write("x" * 10**5)'),
    ends: time,
  },
  {
    tries: 'a trace of many locals',
    program: body(...Array.from({ length: 300 }, (_, i) => `v${i} = "${'y'.repeat(300)}"`), 'return 1'),
    ends: ['failed'],
  },
  {
    tries: 'a trace of large values',
    program: body('a = list(range(10**6))', 'for i in range(1000): a[i] = "z" * 1000', 'return 1'),
    ends: ['failed'],
  },
  { tries: 'a fork bomb', program: body('import os', 'while True: os.fork()'), ends: ['raised'] },
  {
    tries: 'a thread bomb',
    program: body('import threading', 'while True: threading.Thread(target=f, args=(x,)).start()'),
    ends: ['raised'],
  },
  { tries: 'random bytes', program: body('import os', 'while True: os.urandom(10**7)'), ends: time },
  {
    tries: 'a zip bomb',
    program: body(
      'import zlib',
      'd = zlib.compress(b"0" * 10**7)',
      'return [zlib.decompress(d) for _ in range(10**4)]',
    ),
    ends: [...memory, 'raised', 'timed-out'],
  },
];
