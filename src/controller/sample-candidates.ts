import { uniformStream } from '../guidance/uniform-stream.ts';
import { ByteText } from '../lines/byte-text.ts';
import { countNewlines } from '../lines/count-newlines.ts';
import type { ResolvedOptions } from '../options.ts';
import type { TokenId, TokenModel, TokenSequence } from '../token-model.ts';
import type { Answer } from './answer.ts';
import type { Drafts } from './drafts.ts';
import { isConditionalAlone } from './one-stream.ts';
import { PickAhead } from './pick-ahead.ts';
import type { Streams } from './streams.ts';

export interface Candidate {
  /** What it adds to the program, cut at the end of its last complete line, of the function, or of the fence. */
  readonly text: string;
  /** As drawn, those cut from the text included. */
  readonly tokens: readonly TokenId[];
  /** Of all its tokens, in nats. */
  readonly logprob: number;
}

export interface CandidateSetup {
  readonly model: TokenModel;
  readonly streams: Streams;
  readonly options: ResolvedOptions;
  readonly answer: Answer;
  /** Names this refresh among the run's draws. */
  readonly refresh: number;
  readonly signal: AbortSignal;
  /** Told of every token of a candidate as it is drawn. */
  readonly onToken?: () => void;
  /** Guesses at what candidates begin with; undefined: no token is drawn ahead. */
  readonly ahead?: Drafts | undefined;
}

/** A candidate while it grows. */
interface Growing {
  readonly picks: PickAhead;
  readonly text: ByteText;
  readonly tokens: TokenId[];
  logprob: number;
  /** Its final text, once it has ended. */
  ended?: string;
}

/**
 * Samples continuations of the code from the unconditional sequence, all in one batch: every
 * candidate asks for its next token in the same turn of the event loop. Candidates that have drawn the same
 * tokens so far are one sequence, decoded once. Likeliest first; ties by text. Guesses at what comes are drawn ahead
 * along, where that pays.
 *
 * Where the unconditional stream rests while the line is decoded, the sequences stay open until it is evaluated
 * again: it then takes over the cells of the candidate that the line has followed.
 */
export async function sampleCandidates(setup: CandidateSetup): Promise<Candidate[]> {
  const { model, options, refresh } = setup;
  const growing = Array.from({ length: options.candidates }, (_, i): Growing => {
    const picks = new PickAhead(model, uniformStream(options.seed, refresh, i));
    return { picks, text: new ByteText(), tokens: [], logprob: 0 };
  });
  await growAll(setup, growing);
  const candidates = growing.map(({ ended = '', tokens, logprob }) => ({ text: ended, tokens, logprob }));
  return candidates.sort((a, b) => b.logprob - a.logprob || (a.text < b.text ? -1 : 1));
}

async function growAll(setup: CandidateSetup, members: Growing[]): Promise<void> {
  const { streams } = setup;
  const groups = await drawNext(setup, streams.unconditional, members);
  streams.releaseCandidates();
  await allEnded(groups.map((group) => growFork(setup, streams.unconditional, group)));
}

/** Candidates that drew the same token. */
interface Group {
  readonly token: TokenId;
  readonly members: Growing[];
}

/** Draws every member's next token after `sequence`; groups those that have not ended by what they drew. */
async function drawNext(
  setup: CandidateSetup,
  sequence: TokenSequence,
  members: Growing[],
): Promise<Group[]> {
  const { temperature, topP, topK, minP } = setup.options;
  const request = { kind: 'sample', sequence, temperature, topP, topK, minP } as const;
  const draft = members.some(({ picks }) => !picks.isKnown)
    ? setup.ahead?.next({ since: members[0]!.tokens, tokens: sequence.tokens, streams: 1 })
    : undefined;
  const choices = await allEnded(members.map(({ picks }) => picks.next(request, draft, setup.signal)));
  const isFull = sequence.length + 1 >= setup.model.maxSequenceTokens;
  const groups = new Map<TokenId, Group>();
  for (const [i, member] of members.entries()) {
    const { token, unconditionalLogprob } = choices[i]!;
    take(setup, member, token, unconditionalLogprob);
    if (isFull) member.ended ??= completeLines(setup, member.text.text);
    if (member.ended !== undefined) continue;
    const group = groups.get(token) ?? { token, members: [] };
    group.members.push(member);
    groups.set(token, group);
  }
  return [...groups.values()];
}

/** Grows a group in a sequence of its own. */
async function growFork(setup: CandidateSetup, parent: TokenSequence, group: Group): Promise<void> {
  const fork = setup.streams.forkCandidate(parent);
  await growOn(setup, fork, group);
  if (!isConditionalAlone(setup.options)) setup.streams.releaseCandidates([fork]);
}

/** Grows members in `sequence` for as long as they draw alike; where they part, all but the first group fork. */
async function grow(setup: CandidateSetup, sequence: TokenSequence, members: Growing[]): Promise<void> {
  for (let together = members; ; ) {
    const [first, ...others] = await drawNext(setup, sequence, together);
    if (!first) return;
    if (others.length > 0) {
      // They fork from the sequence before it goes on.
      const forks = others.map((group) => growFork(setup, sequence, group));
      await allEnded([growOn(setup, sequence, first), ...forks]);
      return;
    }
    sequence.append([first.token]);
    together = first.members;
  }
}

/** What `append` throws is a rejection here: the forks are at work already. */
async function growOn(
  setup: CandidateSetup,
  sequence: TokenSequence,
  { token, members }: Group,
): Promise<void> {
  sequence.append([token]);
  await grow(setup, sequence, members);
}

/**
 * The results, once all have ended, also where some fail: the first failure is thrown then. What went on behind a
 * failure would find its sequences disposed, and nobody would be there for what it throws.
 */
async function allEnded<T>(work: readonly Promise<T>[]): Promise<T[]> {
  const outcomes = await Promise.allSettled(work);
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}

function take(setup: CandidateSetup, member: Growing, token: TokenId, logprob: number): void {
  const { model, options, answer } = setup;
  member.logprob += logprob;
  member.tokens.push(token);
  setup.onToken?.();
  if (model.isEndOfGeneration(token)) {
    member.ended = answer.continuation(member.text.text).added;
    return;
  }
  member.text.push(model.tokenBytes(token));
  const { text } = member.text;
  const newlines = options.horizonLines + (answer.code === '' || answer.code.endsWith('\n') ? 0 : 1);
  const isLong = countNewlines(text) >= newlines || member.tokens.length >= options.candidateTokens;
  if (isLong || answer.continuation(text).isWhole) member.ended = completeLines(setup, text);
}

/** Cut also after the last newline: half a line may parse and still mean something else. */
function completeLines({ answer }: CandidateSetup, text: string): string {
  const { added } = answer.continuation(text);
  return added.slice(0, added.lastIndexOf('\n') + 1);
}
