import { TracewiseError } from '../errors.ts';
import type { EndReason, EventBody, LineEnd, RunCounters } from '../events.ts';
import { uniformStream } from '../guidance/uniform-stream.ts';
import { programTexts } from '../lines/program-texts.ts';
import type { TestResult } from '../program-runner.ts';
import { buildPrompt } from '../prompt/build-prompt.ts';
import type { PromptPieces } from '../prompt/prompt-pieces.ts';
import { soughtName } from '../task/task.ts';
import { Answer } from './answer.ts';
import type { AttemptSetup } from './attempt-setup.ts';
import { Drafts } from './drafts.ts';
import { Evidence, passesAll } from './evidence.ts';
import { firstParsing } from './first-parsing.ts';
import { isConditionalAlone } from './one-stream.ts';
import type { RecordedRun } from './recorded-run.ts';
import { refreshSignal, writeSignal } from './refresh-signal.ts';
import { leftOfFollowed, type RolledOver, rollOver, type SampledAt } from './roll-over.ts';
import { RunStopped } from './run-stopped.ts';
import { Streams } from './streams.ts';
import { type PickedToken, TokenPicker } from './token-picker.ts';

// Names the answer's own draws beside those of candidates, whose path starts with a refresh ≥ 0.
const answerDraws = -1;

/** One agent's attempt at one task (arXiv 2506.10948): from the prompt to the judged program. */
export class Attempt {
  readonly #setup: AttemptSetup;
  readonly #answer: Answer;
  readonly #streams: Streams;
  readonly #evidence: Evidence;
  readonly #picker: TokenPicker;
  /** Of an earlier part of the run. */
  #before = { rows: 0, cachedTokens: 0, draftedTokens: 0, acceptedTokens: 0 };
  #newTokens = 0;
  #guidedTokens = 0;
  #changedTokens = 0;
  #candidateTokens = 0;
  #refreshes = 0;
  #sampled: SampledAt | undefined;
  /** Of the next candidates: the last ones looked further than the line. */
  readonly #ahead: Drafts | undefined;
  /** Newlines of the program at the last refresh check; undefined: guidance has not been on. */
  #checkedLines: number | undefined;
  /** Of the answer, what was begun for the model included. */
  #line: { index: number; tokens: number; changedTokens: number };

  constructor(setup: AttemptSetup) {
    const { task, options, model, runner } = setup;
    if (options.guidanceStrength > 0 && options.candidates + 2 > model.maxSequences) {
      throw new TracewiseError(
        'ERR_OPTIONS',
        `Expected at most ${model.maxSequences - 2} candidates with the ${model.maxSequences} sequences of this engine but received ${options.candidates}; load it with more \`maxSequences\``,
      );
    }
    const pieces = buildPrompt(task, options, (messages) => model.renderChat(messages));
    this.#setup = setup;
    this.#answer = new Answer({ ...pieces, name: soughtName(task) });
    this.#line = { index: this.#answer.newlines, tokens: 0, changedTokens: 0 };
    this.#streams = new Streams(model, pieces, { together: !isConditionalAlone(options) });
    this.#evidence = new Evidence(runner, task, options);
    this.#picker = new TokenPicker(model, this.#streams, options, uniformStream(options.seed, answerDraws));
    if (options.speculation) this.#ahead = new Drafts(model, { withinLine: false });
    if (!setup.recorded) this.#start(pieces);
  }

  #start(pieces: PromptPieces): void {
    const { task, options, model, runner, emit } = this.#setup;
    emit({
      type: 'run-start',
      task,
      model: model.name,
      runner: runner.name,
      options,
      prompt: [...pieces.head, ...pieces.tail].map(({ text }) => text).join('') + pieces.begun,
      promptTokens: this.#streams.promptTokens,
    });
    this.#startLine();
  }

  /** What the run has done before, without its work. */
  async #takeOver({ events, at }: RecordedRun): Promise<void> {
    const { model, signal } = this.#setup;
    // The prompt by itself, as it was read before: in other pieces its cells differ in their last bits.
    await model.readLogits(this.#streams.unconditional, { signal });
    for (const event of events) {
      if (event.type === 'candidate-end' && event.candidate === 0) this.#refreshes++;
      if (event.type === 'execution-end') this.#evidence.know(event.program, event.results);
      if (event.type !== 'token') continue;
      if (this.#guidanceIsOn()) this.#refreshIsDue();
      this.#picker.take(event.token);
      this.#accept(event);
    }
    this.#line = { index: at.line, tokens: 0, changedTokens: 0 };
    this.#candidateTokens = at.counters.candidateTokens;
    this.#evidence.executions = at.counters.executions;
    this.#before = at.counters;
  }

  /** What it has cost so far. */
  get counters(): RunCounters {
    return {
      newTokens: this.#newTokens,
      guidedTokens: this.#guidedTokens,
      changedTokens: this.#changedTokens,
      candidateTokens: this.#candidateTokens,
      draftedTokens: this.#before.draftedTokens + this.#picker.draftedTokens,
      acceptedTokens: this.#before.acceptedTokens + this.#picker.acceptedTokens,
      rows: this.#rows,
      cachedTokens: this.#before.cachedTokens + this.#streams.cachedTokens,
      executions: this.#evidence.executions,
    };
  }

  get #rows(): number {
    return this.#before.rows + this.#streams.rows;
  }

  /** Runs to the end and emits all of its events. Rejects with the signal's reason where it is aborted for good. */
  async run(): Promise<void> {
    try {
      const stopped = await this.#write().then(
        () => new RunStopped('end-of-code'),
        (reason: unknown) => {
          if (reason instanceof RunStopped) return reason;
          throw reason;
        },
      );
      await this.#finish(stopped);
    } finally {
      this.#streams.dispose();
    }
  }

  async #write(): Promise<void> {
    const { model, emit, signal, recorded } = this.#setup;
    if (recorded) await this.#takeOver(recorded);
    while (!this.#answer.closed) {
      signal.throwIfAborted();
      this.#checkBudget();
      const guided = this.#guidanceIsOn();
      if (guided && this.#refreshIsDue()) {
        await this.#refresh();
        this.#checkRows();
      }
      const picked = await this.#picker.next(guided, signal);
      if (model.isEndOfGeneration(picked.token)) return;
      const text = this.#accept(picked);
      this.#line.tokens++;
      this.#line.changedTokens += picked.changed ? 1 : 0;
      emit({ type: 'token', line: this.#line.index, text, ...picked });
      if (this.#answer.newlines > this.#line.index) this.#endLines();
    }
  }

  /** Returns the characters that became complete. */
  #accept({ token, guided, changed }: Pick<PickedToken, 'token' | 'guided' | 'changed'>): string {
    this.#streams.append(token);
    this.#newTokens++;
    this.#guidedTokens += guided ? 1 : 0;
    this.#changedTokens += changed ? 1 : 0;
    return this.#answer.push(this.#setup.model.tokenBytes(token));
  }

  #guidanceIsOn(): boolean {
    return this.#setup.options.guidanceStrength > 0 && this.#answer.insideFunction;
  }

  /** Due at a new line, and every k-th; while the signal is empty, every line (or, as the paper's code, every token). */
  #refreshIsDue(): boolean {
    const { refreshLines, emptySignal } = this.#setup.options;
    const lines = this.#answer.codeLines;
    const before = this.#checkedLines ?? lines;
    this.#checkedLines = lines;
    if (!this.#streams.conditional && emptySignal === 'token') return true;
    // A token may end several lines.
    const isKth = Math.floor(lines / refreshLines) > Math.floor(before / refreshLines);
    return isKth || (lines > before && !this.#streams.conditional);
  }

  async #refresh(): Promise<void> {
    const at = {
      ...this.#setup,
      streams: this.#streams,
      answer: this.#answer,
      line: this.#line.index,
    };
    const saved = this.#savedRefresh();
    if (saved) {
      writeSignal(at, saved.entries);
      return this.#picker.setDrafts(saved.drafts);
    }
    const { tokens } = this.#streams.unconditional;
    if (this.#sampled) this.#ahead?.set(leftOfFollowed(this.#sampled, tokens));
    const { passed, drafts, sampled } = await refreshSignal({
      ...at,
      evidence: this.#evidence,
      refresh: this.#refreshes++,
      ahead: this.#ahead,
      onToken: () => {
        this.#candidateTokens++;
        this.#checkRows();
      },
    });
    this.#sampled = sampled;
    this.#picker.setDrafts(drafts);
    if (passed !== undefined && this.#setup.options.stopOnPass)
      throw new RunStopped('candidate-passed', passed);
  }

  /** What stands for a refresh; undefined: it cannot be saved. */
  #savedRefresh(): RolledOver | undefined {
    const { rollOver: mode } = this.#setup.options;
    if (!this.#sampled || mode === 'off') return undefined;
    const { tokens } = this.#streams.unconditional;
    return rollOver(mode, this.#sampled, { codeSoFar: this.#answer.code, tokens });
  }

  #checkBudget(): void {
    if (this.#newTokens >= this.#setup.options.budget.newTokens) throw new RunStopped('new-tokens');
    this.#checkRows();
    if (!this.#streams.hasRoom) throw new RunStopped('context-full');
  }

  /** A signal that would take all that is left is not read. */
  #checkRows(): void {
    const { options, rowsLeft = () => Infinity } = this.#setup;
    const own = (options.budget.modelTokens ?? Infinity) - this.#rows;
    if (this.#streams.unreadRows >= Math.min(own, rowsLeft())) throw new RunStopped('model-tokens');
  }

  /** A token may end several lines at once; its cost counts for the first of them. */
  #endLines(): void {
    const newlines = this.#answer.newlines;
    while (this.#line.index < newlines) {
      this.#setup.emit(this.#lineEnd());
      this.#line = { index: this.#line.index + 1, tokens: 0, changedTokens: 0 };
      if (this.#line.index < newlines || !this.#answer.closed) this.#startLine();
    }
  }

  #startLine(): void {
    const { counters } = this;
    this.#setup.emit({ type: 'line-start', line: this.#line.index, guided: this.#guidanceIsOn(), counters });
  }

  #lineEnd(): EventBody<LineEnd> {
    const { index, tokens, changedTokens } = this.#line;
    return { type: 'line-end', line: index, text: this.#answer.line(index), tokens, changedTokens };
  }

  async #finish({ endedBy, program: passed }: RunStopped): Promise<void> {
    const { emit } = this.#setup;
    if (this.#line.tokens > 0) emit(this.#lineEnd());
    const end = (program: string, results: readonly TestResult[]) =>
      emit({ type: 'run-end', endedBy, program, results, counters: this.counters });
    // Nobody waits for the verdict on a run that cannot win any more.
    if (endedBy === 'outrun') return end(this.#answer.program, []);
    if (passed !== undefined) return end(passed, await this.#tracedResults(passed));
    const program = await this.#finalProgram(endedBy);
    end(program, await this.#judge(program));
  }

  /** The first of the answer's texts that parses; as written where none does. */
  async #finalProgram(endedBy: EndReason): Promise<string> {
    const written = this.#answer.program;
    const name = soughtName(this.#setup.task);
    const texts = () => programTexts(written, name, endedBy === 'end-of-code');
    const [, second] = texts();
    // With one alone nothing hangs on whether it parses, and nobody waits for an interpreter that says so.
    if (second === undefined) return `${written.trimEnd()}\n`;
    const [parsed] = await firstParsing([texts()], this.#setup.runner, this.#setup.abortSignal);
    return `${(parsed?.text ?? written).trimEnd()}\n`;
  }

  /** The last word on a program is spoken though a budget or a race ends the run, before or meanwhile; an abort is an abort. */
  async #judge(program: string): Promise<readonly TestResult[]> {
    return this.#evidence.judge(program, this.#setup.abortSignal);
  }

  async #tracedResults(program: string): Promise<readonly TestResult[]> {
    const results = await this.#evidence.trace(program, this.#setup.abortSignal);
    if (!passesAll(results)) throw new Error('a program that passed is no longer known to pass');
    return results.map((result) => ({ ...result, trace: [] }));
  }
}
