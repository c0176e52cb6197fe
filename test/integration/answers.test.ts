import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  createRunner,
  type ProgramRunner,
  type SolveOptions,
  solve,
  type TaskInput,
} from '../../src/index.ts';
import { endPiece, ScriptedModel } from '../../src/testing/index.ts';

let runner: ProgramRunner & { dispose(): Promise<void> };

beforeAll(async () => {
  runner = await createRunner({ maxWorkers: 1 });
});

afterAll(() => runner.dispose());

/** Writes `answer` behind `mark`, in pieces of a line's end, blanks, or four characters. */
function writing(answer: string, mark: string) {
  return (text: string): string => {
    const written = text.slice(text.lastIndexOf(mark) + mark.length);
    if (!answer.startsWith(written) || written === answer) return endPiece;
    return /^(\n|[^\S\n]+|\S{1,4})/.exec(answer.slice(written.length))![0];
  };
}

const increment: TaskInput = { text: 'x', tests: ['assert f(1) == 2'] };
const f = 'def f(x):\n    return x + 1\n';

async function solved(answer: string, options: SolveOptions = {}, task = increment) {
  const marks = { nothing: '### Answer\n', fence: '### Answer\n```python\n', header: '(' };
  const begins = options.beginAnswer ?? 'fence';
  const mark = begins === 'header' && task.signature?.startsWith('class') ? 'class Box' : marks[begins];
  const engine = new ScriptedModel({ next: writing(answer, mark) });
  const base = { guidanceStrength: 0, prompt: 'step-by-step' } as const;
  const { testsPassed, endedBy, program } = await solve(task, { engine, runner, ...base, ...options });
  return { passes: testsPassed > 0, endedBy, program };
}

describe('a right answer is found', () => {
  const nothing = { beginAnswer: 'nothing' } as const;

  it.each<[string, string, SolveOptions?, TaskInput?]>([
    ['in a block that the model opens once more', `\`\`\`python\n${f}\`\`\`\n`],
    ['behind a block of another kind', `So:\n\`\`\`text\n2\n\`\`\`\n\`\`\`python\n${f}\`\`\`\n`, nothing],
    [
      'around an example in its docstring',
      'def f(x):\n    """Adds.\n\n    ```\n    f(1)\n    ```\n    """\n    return x + 1\n```\n',
    ],
    [
      'behind prose in the block that was begun',
      `Sure, here's the code:\n\n\`\`\`python\n${f}\`\`\`\nThis adds one.\n`,
    ],
    ['behind a block that was not closed', `\`\`\`bash\npip\n\`\`\`python\n${f}\`\`\`\n`, nothing],
    ['before prose', `${f}\nThis adds one to x.\n`],
    ['before prose, without a block', `${f}\nThis adds one to x.\n`, nothing],
    ['between prose, without a block', `Here you are:\n\n${f}\nThis adds one to x.\n`, nothing],
    [
      'behind its helper, in a block of its own',
      'def add(x, y):\n    return x + y\n```\nThen:\n```python\ndef f(x):\n    return add(x, 1)\n```\n',
    ],
    [
      'behind its import and an illustration',
      'So:\n```python\nimport operator\n```\nand\n```python\noperator.add(y, 1)\n```\nThen:\n```python\ndef f(x):\n    return operator.add(x, 1)\n```\n',
      nothing,
    ],
    ['as a lambda', 'f = lambda x: x + 1\n```\nDone.\n'],
    [
      'as a method that is bound',
      'class S:\n    def f(self, x):\n        return x + 1\n\nf = S().f\n```\nDone.\n',
    ],
    [
      'as a class',
      'class Box:\n    def get(self):\n        return 1\n```\nDone.\n',
      {},
      { text: 'x', tests: ['assert Box().get() == 1'] },
    ],
    [
      'as a class that was begun for the model',
      ':\n    def get(self):\n        return 1\n```\n',
      { beginAnswer: 'header' },
      { text: 'x', signature: 'class Box:', tests: ['assert Box().get() == 1'] },
    ],
    [
      'as a script',
      'n = int(input())\nprint(n + 1)\n```\nDone.\n',
      {},
      { text: 'x', tests: [{ kind: 'io', stdin: '1\n', expectedStdout: '2\n' }] },
    ],
    [
      'as an async function that was begun for the model',
      'x):\n    return x + 1\n```\n',
      { beginAnswer: 'header' },
      {
        text: 'x',
        signature: 'async def fetch(x):',
        tests: ['import asyncio\nassert asyncio.run(fetch(1)) == 2'],
      },
    ],
  ])('%s', async (_, answer, options, task) => {
    expect(await solved(answer, options, task)).toMatchObject({ passes: true, endedBy: 'end-of-code' });
  });

  it('where the budget ends within a statement behind it', async () => {
    const answer = `${f}\nresult = f(1)\n\`\`\`\n`;
    const outcomes = [];
    for (let newTokens = 14; newTokens < 24; newTokens++)
      outcomes.push((await solved(answer, { budget: { newTokens } })).passes);
    expect(outcomes).toEqual(outcomes.map(() => true));
  });
});

it('of an answer that defines nothing that is asked for the last block is judged', async () => {
  const answer = '```python\nx = 1\n```\n```python\ndef g(x):\n    return x + 1\n```\n';
  expect(await solved(answer, { beginAnswer: 'nothing' })).toMatchObject({
    passes: false,
    program: 'def g(x):\n    return x + 1\n',
  });
});

describe('guided lines', () => {
  /** What became of the first of each refresh's candidates, and their programs. */
  async function candidatesOf(answer: string, options: SolveOptions = {}, task = increment) {
    const mark = options.beginAnswer === 'nothing' ? '### Answer\n' : '### Answer\n```python\n';
    const engine = new ScriptedModel({ next: writing(answer, mark) });
    const base = { guidanceStrength: 1.5, candidates: 2, prompt: 'step-by-step', stopOnPass: false } as const;
    const run = solve(task, { engine, runner, ...base, ...options });
    const candidates = [];
    for await (const event of run)
      if (event.type === 'candidate-end' && event.candidate === 0) candidates.push(event);
    const outcomes = candidates.map(({ outcome }) => outcome);
    return { outcomes, programs: candidates.map(({ program }) => program), result: await run };
  }

  it('of a script are guided', async () => {
    const answer = 'n = int(input())\nm = n + 1\nprint(m)\n```\n';
    const task: TaskInput = { text: 'x', tests: [{ kind: 'io', stdin: '1\n', expectedStdout: '3\n' }] };
    const { outcomes, result } = await candidatesOf(answer, {}, task);
    expect(outcomes).toContain('kept');
    expect(result.guidedTokens).toBeGreaterThan(0);
  });

  it('of a script in a block that is opened once more are whole', async () => {
    const script = 'print(int(input()) + 1)\n';
    const task: TaskInput = { text: 'x', tests: [{ kind: 'io', stdin: '1\n', expectedStdout: '2\n' }] };
    const { programs, result } = await candidatesOf(`\n\`\`\`python\n${script}\`\`\`\n`, {}, task);
    expect(result).toMatchObject({ program: script, solved: true });
    expect(programs.map((program) => program?.trim())).toEqual([script.trim(), script.trim()]);
  });

  it('are run with the helper of a block before', async () => {
    const helper = 'def add(x, y):\n    return x + y\n';
    const main = 'def f(x):\n    y = x\n    return add(y, 1)\n';
    const { programs, result } = await candidatesOf(`${helper}\`\`\`\nand\n\`\`\`python\n${main}\`\`\`\n`);
    expect(result).toMatchObject({ program: helper + main, solved: true });
    expect(programs.length).toBeGreaterThan(2);
    for (const program of programs) expect((helper + main).startsWith(program!)).toBe(true);
  });

  it('in a block of a list go on at its margin', async () => {
    const body = 'def f(x):\n    y = x\n\n    if y > 0:\n        y += 1\n    return y\n';
    const answer = `1. Here:\n   \`\`\`python\n${body.replace(/^(?=.)/gm, '   ')}   \`\`\`\n`;
    const { programs, result } = await candidatesOf(answer, { beginAnswer: 'nothing' });
    expect(result).toMatchObject({ program: body, solved: true });
    expect(programs.slice(1, 3)).toEqual([body.replace('    return y\n', ''), body]);
  });
});
