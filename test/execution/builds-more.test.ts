import { expect, test } from 'vitest';
import { buildsMore } from '../../src/execution/worker/builds-more.mjs';

const raised = (...bases: (readonly [unknown, unknown])[]) =>
  JSON.stringify({ raised: { type: 'E', message: 'a "b" \\ \n', bases, args: ['l', [1]] }, value: null });
const python = [
  ['builtins', 'IndexError'],
  ['builtins', 'Exception'],
  ['builtins', 'object'],
] as const;

test.each([
  '{"value":["l",[1,"a\\nb",["f","0x1p+0"]]],"rendered":"\\"as\\n\\""}',
  '{"value":1,"locals":{"x":"[\\"l\\",[\\"\\\\n\\"]]"},"returnedLocals":["x"]}',
  raised(...python),
  raised(['__program__', 'Bad'], ...python),
])('values and exceptions of Python’s own: %s', (answer) => {
  expect(buildsMore(answer)).toBe(false);
});

test.each([
  '{"value":["as",["l",[]],0,"L",[]]}',
  '{"value":[ "type" , "int"]}',
  '{"value":["dd",[],null]}',
  '{"value":1,"locals":{"x":"[\\"type\\",\\"int\\"]"}}',
  '{"value":1,"locals":{"x":"[\\n\\"dd\\",[],null]"}}',
  '{"value":["\\u0061s",["l",[]],0,"L",[]]}',
  '{"\\u0072aised":{}}',
  '{"exceptionClass":[["builtins","ValueError"]]}',
  raised(['builtins', 'exec']),
  raised(['tracewise.world', 'NeedsInside'], ...python),
  raised(['re', 'error'], ...python),
  raised(...python).replace('"value"', '"raised":{"bases":[["builtins","eval"]]},"value"'),
  raised(...python).replace('null', 'NaN'),
  raised(...python).replace('null', `"${'x'.repeat(20_000)}"`),
  '{"raised":5}',
  '{"raised":{"bases":null}}',
])('more than that, or not known: %s', (answer) => {
  expect(buildsMore(answer)).toBe(true);
});
