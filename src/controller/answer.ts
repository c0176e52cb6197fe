import { type AnswerRegion, answerRegion } from '../lines/answer-region.ts';
import { ByteText } from '../lines/byte-text.ts';
import { countNewlines } from '../lines/count-newlines.ts';
import { definesFunction, endOfFunction, functionState, type SoughtName } from '../lines/function-state.ts';
import { endsInString } from '../lines/logical-lines.ts';

/** The answer as it grows: its text, its program, and where the program stands. */
export class Answer {
  readonly #fenced: boolean;
  readonly #begun: string;
  readonly #name: SoughtName;
  readonly #generated = new ByteText();
  #region: AnswerRegion = { phase: 'prose', code: '', passedOver: [] };

  constructor({ fenced, begun, name }: { fenced: boolean; begun: string; name: SoughtName }) {
    this.#fenced = fenced;
    this.#begun = begun;
    this.#name = name;
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
    return this.#region.phase === 'code' && functionState(this.code, this.#name) === 'inside';
  }

  /**
   * What `text`, behind the answer, adds to its program, up to the function's end; `isWhole`: that end has come, or the
   * block's.
   */
  continuation(text: string): { readonly added: string; readonly isWhole: boolean } {
    const { phase, code } = this.#find({ behind: text });
    const end = endOfFunction(code, this.#name);
    // A block that is opened once more begins anew.
    const from = this.code.trim() === '' && !code.startsWith(this.code) ? 0 : this.code.length;
    return { added: code.slice(from, end), isWhole: phase === 'closed' || end < code.length };
  }

  /**
   * The program as it stands: of an answer without a fence the whole text, where it defines what is asked for; where
   * nothing does, the last block.
   */
  get program(): string {
    if (this.#region.phase === 'code' && endsInString(this.code))
      return this.#find({ marksInStrings: true }).code;
    if (this.#region.phase !== 'prose') return this.code;
    if (definesFunction(this.text, this.#name)) return this.text;
    return this.#region.passedOver.at(-1) ?? '';
  }

  #find({ behind = '', marksInStrings = false } = {}): AnswerRegion {
    const isAnswer = (code: string) => definesFunction(code, this.#name);
    return answerRegion(this.text + behind, { fenced: this.#fenced, isAnswer, marksInStrings });
  }

  #read(): void {
    this.#region = this.#find();
  }
}
