import { TracewiseError } from '../errors.ts';
import { pythonName } from './python-text.ts';
import type { TopLevelBlock } from './top-level-blocks.ts';

/** A function of a test file that makes a test's argument, `@pytest.fixture`. */
export interface Fixture {
  readonly name: string;
  /** The fixtures that it asks for itself. */
  readonly parameters: readonly string[];
  /** It yields the argument and goes on after the test. */
  readonly yields: boolean;
  /** It runs before every test, asked for or not. */
  readonly autouse: boolean;
}

const header = new RegExp(`^def\\s+(${pythonName})\\s*\\(([^)]*)\\)`, 'u');
const parameterName = new RegExp(`^${pythonName}$`, 'u');
const decorator = /^@(?:pytest\.)?fixture\b/;

export function isFixture({ decorators }: TopLevelBlock): boolean {
  return decorators.some((text) => decorator.test(text));
}

/** The fixtures among a file's statements. Throws ERR_TASK for one that is made from a `request`. */
export function readFixtures(blocks: readonly TopLevelBlock[]): Fixture[] {
  return blocks.filter(isFixture).map(({ decorators, head, text }) => {
    const [, name, parameters] = header.exec(head) ?? [];
    const options = decorators.find((line) => decorator.test(line))!;
    if (name === undefined || /\b(?:params|name)\s*=/.test(options) || /\brequest\b/.test(parameters!)) {
      throw new TracewiseError(
        'ERR_TASK',
        `Expected a fixture that is a plain function but read ${options} ${head.trim()}`,
      );
    }
    return {
      name,
      parameters: parameterNames(parameters!),
      yields: /\byield\b/.test(text),
      autouse: /\bautouse\s*=\s*True\b/.test(options),
    };
  });
}

/** Names of a function's parameters that have no default, but `self`. */
export function parameterNames(text: string): string[] {
  return text
    .split(',')
    .map((parameter) => parameter.replace(/:.*/s, '').trim())
    .filter((parameter) => parameterName.test(parameter) && parameter !== 'self');
}
