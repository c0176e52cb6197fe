import type { ResolvedOptions } from './options.ts';
import type { TestResult } from './program-runner.ts';
import type { Task } from './task/task.ts';
import type { TokenId } from './token-model.ts';

interface Stamp {
  /** 0, 1, 2, … without gaps. */
  readonly seq: number;
  /** Since the run started. */
  readonly elapsedMs: number;
}

/** Why a run ended. */
export type EndReason =
  | 'end-of-code'
  | 'candidate-passed'
  | 'new-tokens'
  | 'model-tokens'
  | 'wall-clock'
  | 'executions'
  | 'context-full'
  /** Of an agent in a race: another one won. */
  | 'outrun';

/** What a run cost. */
export interface RunCounters {
  /** Tokens of the answer. */
  readonly newTokens: number;
  /** Of those: picked from the guided mixture. */
  readonly guidedTokens: number;
  /** Of those: other than the unconditional stream's likeliest. Not known, and not counted, for γ = 1. */
  readonly changedTokens: number;
  /** Tokens of all candidates. */
  readonly candidateTokens: number;
  /** Tokens of candidates verified ahead as drafts of the answer. */
  readonly draftedTokens: number;
  /** Of those: taken. */
  readonly acceptedTokens: number;
  /** Rows (tokens of any sequence) put through the model for this run. */
  readonly rows: number;
  /** Prompt, signal and fork tokens that shared cells spared. */
  readonly cachedTokens: number;
  /** Runs of one program on one test, the final check included. */
  readonly executions: number;
}

export interface RunStart extends Stamp {
  readonly type: 'run-start';
  readonly task: Task;
  readonly model: string;
  readonly runner: string;
  readonly options: ResolvedOptions;
  readonly prompt: string;
  readonly promptTokens: number;
}

/** A line boundary: `line` counts the answer's lines from 0. */
export interface LineStart extends Stamp {
  readonly type: 'line-start';
  readonly line: number;
  /** Whether guidance is on here. */
  readonly guided: boolean;
  /** What the run has cost so far. */
  readonly counters: RunCounters;
}

export interface CandidateEnd extends Stamp {
  readonly type: 'candidate-end';
  readonly line: number;
  readonly candidate: number;
  /** The continuation as sampled. */
  readonly text: string;
  readonly tokens: number;
  /** Sum over its tokens, in nats, before temperature. */
  readonly logprob: number;
  /** `kept`: it will be run. `duplicate`: of an earlier one. `not-parsable`: nothing with the function in it parses. */
  readonly outcome: 'kept' | 'duplicate' | 'not-parsable';
  /** Of `kept`: the program cut to what parses. */
  readonly program?: string;
}

export interface ExecutionEnd extends Stamp {
  readonly type: 'execution-end';
  readonly line: number;
  readonly candidate: number;
  readonly program: string;
  /** In the order of the task's visible tests. */
  readonly results: readonly TestResult[];
  /** Known from an earlier line: nothing was run. */
  readonly cached: boolean;
}

export interface SignalSet extends Stamp {
  readonly type: 'signal-set';
  readonly line: number;
  /** The block as the model reads it; '' where no candidate ran. */
  readonly text: string;
  readonly tokens: number;
  /** Programs in it. */
  readonly entries: number;
  /** Something was cut to fit the cap. */
  readonly cut: boolean;
}

export interface TokenPicked extends Stamp {
  readonly type: 'token';
  readonly line: number;
  readonly token: TokenId;
  /** Characters that became complete with it. */
  readonly text: string;
  readonly guided: boolean;
  /** In nats; absent for γ = 1, where the unconditional stream is not decoded. */
  readonly unconditionalLogprob?: number;
  readonly conditionalLogprob?: number;
  readonly guidedLogprob?: number;
  /** The unconditional stream's likeliest token was another. */
  readonly changed: boolean;
}

export interface LineEnd extends Stamp {
  readonly type: 'line-end';
  readonly line: number;
  /** Without its newline. */
  readonly text: string;
  readonly tokens: number;
  readonly changedTokens: number;
}

export interface RunEnd extends Stamp {
  readonly type: 'run-end';
  readonly endedBy: EndReason;
  readonly program: string;
  /** Of the visible tests, in the task's order. */
  readonly results: readonly TestResult[];
  readonly counters: RunCounters;
}

export type RunEvent =
  | RunStart
  | LineStart
  | CandidateEnd
  | ExecutionEnd
  | SignalSet
  | TokenPicked
  | LineEnd
  | RunEnd;

/** An event before it is stamped. */
export type EventBody<E extends RunEvent = RunEvent> = E extends RunEvent ? Omit<E, keyof Stamp> : never;
