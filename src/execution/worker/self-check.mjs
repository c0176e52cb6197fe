import { Stopped } from './stopped.mjs';

// Each reaches for the host by another road and must be turned away in its own manner.
const canaries = [
  { source: 'import os\nassert os.system("true") == -1', ends: 'passed' },
  {
    source: 'try:\n    open("/canary", "w")\nexcept OSError:\n    pass\nelse:\n    raise AssertionError',
    ends: 'passed',
  },
  {
    source: `import _imp, importlib.machinery
core = _imp.create_builtin(importlib.machinery.ModuleSpec('_pyodide_core', None))
core.to_js([])`,
    ends: 'denied',
  },
  {
    source: 'while True:\n    try:\n        while True: pass\n    except BaseException: pass',
    ends: 'timed-out',
  },
];

/**
 * Proves that the lock is closed, in both interpreters, or throws. Leaves them as they were.
 * @param {import('./interpreter.mjs').Interpreter} program @param {import('./interpreter.mjs').Interpreter} judge
 * @param {object} limits
 */
export function checkLock(program, judge, limits) {
  judge.devices.answer = () => '{"missing":true}';
  for (const { source, ends } of canaries) {
    expectEnd(program, { op: 'load', program: source, limits }, ends);
    expectEnd(judge, { op: 'judge', kind: 'assert', source, limits }, ends);
  }
}

function expectEnd(interpreter, message, expected) {
  // A machine under load must not look like a broken lock.
  const ended = ending(interpreter, message, expected === 'timed-out' ? 2 : 10_000);
  interpreter.restore();
  if (ended !== expected) {
    throw new Error(
      `expected a canary to end as ${expected}, it ended as ${ended}: ${message.program ?? message.source}`,
    );
  }
}

function ending(interpreter, message, timeoutMs) {
  try {
    const reply = JSON.parse(interpreter.send(JSON.stringify(message), performance.now() + timeoutMs));
    return reply.raised || (reply.outcome ?? 'passed') !== 'passed' ? 'raised' : 'passed';
  } catch (error) {
    if (error instanceof Stopped) return error.reason;
    throw error;
  }
}
