import type { Task } from '../task/task.ts';
import { type PromptPieces, plain } from './prompt-pieces.ts';
import { problemText, testsText } from './task-text.ts';

const examples = [
  {
    problem:
      'Write a function that gives the difference between the warmest and the coldest reading of a week.',
    tests: [
      'assert temperature_span([12, 7, 15]) == 8',
      'assert temperature_span([3]) == 0',
      'assert temperature_span([-4, -9, 1]) == 10',
    ],
    answer:
      'def temperature_span(readings):\n    warmest = max(readings)\n    coldest = min(readings)\n    return warmest - coldest',
  },
  {
    problem: 'Write a function that joins the initials of a full name, in capitals.',
    tests: [
      "assert initials('ada lovelace') == 'AL'",
      "assert initials('Grace Brewster Hopper') == 'GBH'",
      "assert initials('plato') == 'P'",
    ],
    answer:
      "def initials(name):\n    letters = ''\n    for part in name.split():\n        letters += part[0].upper()\n    return letters",
  },
  {
    problem: 'Write a function that tells whether no value of a list occurs twice.',
    tests: [
      'assert all_different([4, 1, 9]) == True',
      'assert all_different([2, 5, 2]) == False',
      'assert all_different([]) == True',
    ],
    answer:
      'def all_different(values):\n    seen = set()\n    for value in values:\n        if value in seen:\n            return False\n        seen.add(value)\n    return True',
  },
];

/** A completion prompt with three solved problems; for base models and models without a chat template. */
export function fewShotPrompt(task: Task): Pick<PromptPieces, 'head' | 'tail'> {
  const solved = examples.map(
    ({ problem, tests, answer }) =>
      `${question(problem, tests.join('\n'))}### Answer\n\`\`\`python\n${answer}\n\`\`\`\n`,
  );
  const intro =
    'Each problem below asks for one Python function. The answer is a program in a Python code block that passes the tests.\n';
  return {
    head: [plain(`${[intro, ...solved].join('\n')}\n${question(problemText(task), testsText(task))}`)],
    tail: [plain('### Answer\n')],
  };
}

function question(problem: string, tests: string): string {
  return `### Problem\n${problem}\n### Tests\n${tests}\n`;
}
