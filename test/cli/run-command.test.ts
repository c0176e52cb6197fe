import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scratchFolder } from '../support/scratch-folder.ts';

const cli = resolve(import.meta.dirname, '../../dist/cli.js');
const folder = scratchFolder();

const write = (name: string, source: string) => {
  const file = join(folder, name);
  writeFileSync(file, source);
  return file;
};
const run = (...args: string[]) =>
  spawnSync(process.execPath, [cli, 'run', ...args], { encoding: 'utf8', cwd: folder });

const half = write(
  'half.py',
  'import sys\n\ndef half(x):\n    """Halves.\n\n    >>> half(4)\n    2.0\n    """\n    print("halving", x)\n    rest = x / 2\n    return rest\n\nassert half(3) == 1.5\nassert half(2) == 2\n',
);

describe('tracewise run', () => {
  it('runs a file on its own asserts and doctests: exit code 1 where one fails', () => {
    const { status, stdout } = run(half);
    expect(stdout).toBe(
      '✓ half(4) → 2.0\n  | halving 4\n✓ half(3) → 1.5\n  | halving 3\n✗ half(2) → 1.0  (failed; expected 2)\n  | halving 2\n',
    );
    expect(status).toBe(1);
  });

  it('runs a call and shows every step', () => {
    const { status, stdout } = run(half, '--call', 'half(9)', '--trace', 'compact');
    expect(stdout).toContain('✓ half(9) → 4.5\n');
    expect(stdout).toContain('rest=4.5');
    expect(status).toBe(0);
  });

  it('takes a file with a byte order mark', () => {
    const marked = write('marked.py', '\uFEFFdef f(x):\n    return x\n');
    expect(run(marked, '--call', 'f(1)')).toMatchObject({ status: 0, stdout: '✓ f(1) → 1\n' });
  });

  it('gives the whole report as JSON', () => {
    const report = JSON.parse(run(half, '-c', 'half(1)', '--trace', 'json').stdout);
    expect(report.results[0]).toMatchObject({ outcome: 'passed', returned: '0.5' });
    expect(report.results[0].trace.length).toBeGreaterThan(3);
  });

  it('runs tests of pytest from another file, without their import of the program', () => {
    const tests = write(
      'test_half.py',
      "import pytest\nfrom half import half\n\n@pytest.mark.parametrize('x, y', [(2, 1), (0, 0)])\ndef test_values(x, y):\n    assert half(x) == y\n\ndef test_text():\n    with pytest.raises(TypeError):\n        half('a')\n",
    );
    expect(run(half, '--tests', tests)).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^✓[\s\S]*✓/),
    });
  });

  it('says what a program raises, and cannot be made to reach the machine', () => {
    const hostile = write('hostile.py', `def f():\n    open(${JSON.stringify(join(folder, 'made'))}, 'w')\n`);
    const { status, stdout } = run(hostile, '--call', 'f()');
    expect(stdout).toMatch(/✗ f\(\) {2}\(raised\)\n {2}\w+Error: .* at line 2/);
    expect(status).toBe(1);
  });

  it('counts the examples that it leaves out, and calls a file of only such no success', () => {
    const odd = '    >>> odd()\n    <object object at 0x7f01>\n';
    const source = (examples: string) =>
      `def odd():\n    """Odd.\n\n${examples}    """\n    return object()\n`;
    const some = run(write('some.py', source(`${odd}    >>> odd() is None\n    False\n`)));
    expect(some).toMatchObject({
      status: 0,
      stderr: '1 test is left out: the output holds an address\n',
    });
    const none = run(write('none.py', source(odd)));
    expect(none.stderr).toContain('1 test is left out');
    expect(none.status).toBe(2);
  });

  it('runs the main guard of a file without tests', () => {
    const file = write('guard.py', 'if __name__ == "__main__":\n    print("ran")\n');
    expect(run(file)).toMatchObject({ status: 0, stdout: expect.stringContaining('| ran') });
  });

  it.each([
    [['nowhere.py'], 'could not read nowhere.py'],
    [[half, '--tests', 'nowhere.py'], 'could not read nowhere.py'],
    [[half, '--tests', half, '--backend', 'docker'], 'pyodide'],
    [[half, '--timeout', 'soon'], 'Expected a number'],
  ])('%j is wrong use: exit code 2', (args, message) => {
    const { status, stderr } = run(...args);
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });
});
