import { answerRegion } from '../lines/answer-region.ts';
import { ByteText } from '../lines/byte-text.ts';
import { countNewlines } from '../lines/count-newlines.ts';
import { definesFunction, functionState } from '../lines/function-state.ts';

/** The answer as it grows: its text, its program, and where the program stands. */
export class Answer {
  readonly #fenced: boolean;
  readonly #begun: string;
  readonly #entryPoint: string;
  readonly #generated = new ByteText();
  #region = { phase: 'prose', code: '' } as ReturnType<typeof answerRegion>;

  constructor({ fenced, begun, entryPoint }: { fenced: boolean; begun: string; entryPoint: string }) {
    this.#fenced = fenced;
    this.#begun = begun;
    this.#entryPoint = entryPoint;
    this.#read();
  }

  /** Returns the characters that became complete. */
  push(bytes: Uint8Array): string {
    const added = this.#generated.push(bytes);
    if (added !== '') this.#read();
    return added;
  }

  get text(): string {
    return this.#begun + this.#generated.text;
  }

  get code(): string {
    return this.#region.code;
  }

  get closed(): boolean {
    return this.#region.phase === 'closed';
  }

  /** Newlines of the whole answer. */
  get newlines(): number {
    return countNewlines(this.text);
  }

  /** Newlines of its program. */
  get codeLines(): number {
    return countNewlines(this.code);
  }

  /** The answer's line `index`, counted from 0. */
  line(index: number): string {
    return this.text.split('\n')[index] ?? '';
  }

  /** Inside the function that is asked for: where guidance may be on. */
  get insideFunction(): boolean {
    return this.#region.phase === 'code' && functionState(this.code, this.#entryPoint) === 'inside';
  }

  /** The program as it stands: of an answer without a fence the whole text, where it holds the function. */
  get program(): string {
    if (this.#region.phase !== 'prose') return this.code;
    return definesFunction(this.text, this.#entryPoint) ? this.text : '';
  }

  #read(): void {
    this.#region = answerRegion(this.text, {
      fenced: this.#fenced,
      isAnswer: (code) => definesFunction(code, this.#entryPoint),
    });
  }
}
