import { styleText } from 'node:util';
import type { CandidateEnd, ExecutionEnd, RunEnd, RunEvent, RunStart, TokenPicked } from '../events.ts';
import type { TestResult } from '../program-runner.ts';
import { printable } from './printable.ts';

type Style = Parameters<typeof styleText>[0];

/**
 * What a run does, line by line: under each boundary the continuations that were tried and what became of
 * them, then the line as it was decided, tokens that guidance changed underlined. Text only ever goes on,
 * so it may be scrolled and piped.
 */
export class LiveView {
  readonly #out: NodeJS.WritableStream & { hasColors?: () => boolean };
  readonly #reading: boolean;
  /** First new line of every continuation of this boundary, by its index. */
  #tried = new Map<number, string>();
  #line: TokenPicked[] = [];

  /** `reading`: what the model reads is shown too, the prompt and each signal. */
  constructor(out: NodeJS.WritableStream & { hasColors?: () => boolean }, { reading = false } = {}) {
    this.#out = out;
    this.#reading = reading;
  }

  show(event: RunEvent): void {
    switch (event.type) {
      case 'run-start':
        this.#start(event);
        break;
      case 'line-start':
        this.#tried.clear();
        this.#line = [];
        break;
      case 'candidate-end':
        this.#candidate(event);
        break;
      case 'execution-end':
        this.#execution(event);
        break;
      case 'signal-set':
        this.#read(event.text);
        break;
      case 'token':
        this.#line.push(event);
        break;
      case 'line-end':
        this.#write(
          `${this.#style('bold', String(event.line + 1).padStart(3))} ${this.#decided(event.text)}`,
        );
        break;
      case 'run-end':
        this.#end(event);
        break;
    }
  }

  #start({ task, model, runner, options, prompt }: RunStart): void {
    const { guidanceStrength, candidates, horizonLines, temperature, seed } = options;
    this.#write(this.#style('dim', `${task.id}: ${task.entryPoint} · ${model} · ${runner}`));
    this.#write(
      this.#style(
        'dim',
        `γ ${guidanceStrength} · ${candidates} candidates of ${horizonLines} lines at t ${temperature} · seed ${seed}`,
      ),
    );
    this.#read(prompt);
  }

  #read(text: string): void {
    if (!this.#reading || text === '') return;
    for (const line of text.trimEnd().split('\n'))
      this.#write(this.#style('cyan', `    | ${printable(line)}`));
  }

  #candidate({ candidate, text, outcome }: CandidateEnd): void {
    const first = text.split('\n').find((line) => line.trim() !== '') ?? '';
    this.#tried.set(candidate, first.trim());
    if (outcome === 'not-parsable')
      this.#write(`    ${this.#style('dim', `· ${printable(first.trim())}  (does not parse)`)}`);
  }

  #execution({ candidate, results }: ExecutionEnd): void {
    const passed = results.filter(({ outcome }) => outcome === 'passed').length;
    const failed = results.find(({ outcome }) => outcome !== 'passed');
    const style: Style = passed === results.length ? 'green' : passed > 0 ? 'yellow' : 'red';
    const word = failed ? `${passed}/${results.length}  ${whatHappened(failed)}` : 'passes all tests';
    this.#write(
      `    ${this.#style('dim', `· ${printable(this.#tried.get(candidate) ?? '')}`)}  ${this.#style(style, printable(word))}`,
    );
  }

  /** The line; a token that guidance changed is underlined, where the tokens add up to the line's text. */
  #decided(text: string): string {
    const tokens = this.#line.map((token) => ({ ...token, text: token.text.replace(/\n[\s\S]*/, '') }));
    const generated = tokens.map(({ text: piece }) => piece).join('');
    if (!text.endsWith(generated)) return printable(text);
    const begun = printable(text.slice(0, text.length - generated.length));
    return (
      begun +
      tokens
        .map(({ text: piece, changed }) =>
          changed ? this.#style('underline', printable(piece)) : printable(piece),
        )
        .join('')
    );
  }

  #end({ results, endedBy, counters, elapsedMs }: RunEnd): void {
    const passed = results.filter(({ outcome }) => outcome === 'passed').length;
    const solved = passed > 0 && passed === results.length;
    const verdict = solved ? 'solved' : endedBy === 'outrun' ? 'no verdict' : 'not solved';
    this.#write(
      this.#style(
        solved ? 'green' : 'red',
        `${verdict}: ${passed} of ${results.length} tests pass (${endedBy})`,
      ),
    );
    const { newTokens, guidedTokens, changedTokens, rows, cachedTokens, executions } = counters;
    this.#write(
      this.#style(
        'dim',
        `${newTokens} tokens, ${guidedTokens} guided, ${changedTokens} changed · ${rows} rows, ${cachedTokens} spared · ${executions} executions · ${(elapsedMs / 1000).toFixed(1)} s`,
      ),
    );
  }

  #style(style: Style, text: string): string {
    return this.#out.hasColors?.() ? styleText(style, text, { validateStream: false }) : text;
  }

  #write(line: string): void {
    this.#out.write(`${line}\n`);
  }
}

function whatHappened({ call, outcome, returned, expected, exception }: TestResult): string {
  const ended = exception
    ? `raises ${exception.type}`
    : outcome === 'failed'
      ? `gives ${returned ?? 'None'}`
      : outcome;
  return `${call ?? 'the program'} ${ended}${expected === undefined ? '' : `, not ${expected}`}`;
}
