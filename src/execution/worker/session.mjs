import { buildsMore } from './builds-more.mjs';
import { isExpectedStdout } from './compare-stdout.mjs';
import { Interpreter } from './interpreter.mjs';
import { badTest, outcomeOfProgram, outcomeOfStop, readReply } from './outcome.mjs';
import { checkLock } from './self-check.mjs';
import { Stopped } from './stopped.mjs';

// WebAssembly memory never shrinks; an interpreter that grew past this is replaced.
const heapToReplace = 128 << 20;
// What a plain test or a parsed text leaves in the judge is memory alone: what it read of tests, mostly.
const runsOfJudge = 2000;
const growthOfJudge = 4 << 20;

/** The two interpreters of a worker: one runs programs, the other judges them. */
export class Session {
  #sources;
  #judge;
  #program;
  /** What was told of a test, by its text; the tests of a task come again with every candidate. */
  #described = new Map();
  #loading = false;
  /** Whether something ran in the judge that may have changed it. */
  #judgeUsed = false;
  #judgeRuns = 0;
  #programUsed = false;

  static async open(sources, limits) {
    const session = new Session();
    session.#sources = sources;
    session.#program = await Interpreter.boot(sources, 'run_program');
    session.#judge = await Interpreter.boot(sources, 'run_judge');
    checkLock(session.#program, session.#judge, limits);
    return session;
  }

  get version() {
    return this.#program.version;
  }

  /** @returns {Promise<object[]>} one plain result a test */
  async run(request, slot) {
    const results = [];
    let failedToLoad;
    this.tidy();
    for (const [index, test] of request.tests.entries()) {
      await this.#fit(request.limits);
      slot.begin(index, Date.now() + request.limits.timeoutMs);
      const result =
        failedToLoad && test.kind !== 'io'
          ? this.#again(failedToLoad, request, test)
          : this.#runTest(request, test, slot);
      slot.end();
      if (result.beforeTest) failedToLoad = result;
      results.push(result);
    }
    this.#program.devices.detachTrace();
    return results;
  }

  /** Puts both interpreters back; called between requests, and before a run at the latest. */
  tidy() {
    if (this.#programUsed) this.#program.restore();
    this.#programUsed = false;
    this.#restoreJudge();
  }

  /** After every request but those of plain tests or of texts to parse, which leave nothing behind, and now and then after those. */
  #restoreJudge() {
    const { usedBytes, imageBytes } = this.#judge;
    const isLarge = this.#judgeRuns > runsOfJudge || usedBytes > imageBytes + growthOfJudge;
    if (!this.#judgeUsed && !isLarge) return;
    this.#judge.restore();
    this.#judgeUsed = false;
    this.#judgeRuns = 0;
  }

  /** Of each list of texts the first that parses. */
  parse(lists, timeoutMs, slot) {
    const parsed = lists.map((attempts, index) => {
      slot.begin(index, Date.now() + timeoutMs);
      try {
        return JSON.parse(
          this.#judge.send(JSON.stringify({ op: 'parse', attempts }), performance.now() + timeoutMs),
        );
      } catch (error) {
        if (!(error instanceof Stopped)) throw error;
        this.#judge.restore();
        return null;
      } finally {
        slot.end();
      }
    });
    this.#judgeRuns += lists.length;
    return parsed;
  }

  /** A program that cannot be loaded fails all its tests in one way; it is loaded once. */
  #again(failed, request, test) {
    return { ...failed, ...this.#describe(request, test), elapsedMs: 0 };
  }

  #runTest(request, test, slot) {
    const { limits } = request;
    const { devices } = this.#program;
    const started = performance.now();
    const deadline = started + limits.timeoutMs;
    const expectedBytes = 2 * Buffer.byteLength(test.expectedStdout ?? '');
    devices.attachTrace(slot);
    devices.begin({ outputLimit: limits.stdoutBytes + expectedBytes, input: test.stdin });
    if (this.#programUsed) this.#program.restore();
    this.#programUsed = true;
    for (const { gate, imageBytes } of [this.#program, this.#judge])
      gate.heapLimit = imageBytes + limits.memoryBytes;
    this.#loading = false;
    let result;
    try {
      result =
        test.kind === 'io'
          ? this.#runMain(request, test, deadline)
          : this.#runJudged(request, test, deadline);
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      result = { ...this.#stopped(request, test, error), beforeTest: this.#loading };
    }
    const output = devices.output;
    Object.assign(result, {
      stdout: output.slice(0, limits.stdoutBytes),
      stdoutTruncated: devices.outputBytes > limits.stdoutBytes,
      trace: devices.traceLines,
      elapsedMs: performance.now() - started,
    });
    return result;
  }

  #runMain(request, test, deadline) {
    const reply = this.#ask({ ...load(request), op: 'main' }, deadline);
    const failure = outcomeOfProgram(reply, this.#program.gate.outOfMemory);
    if (failure) return failure;
    if (test.expectedStdout === undefined) return { outcome: 'passed' };
    return {
      outcome: isExpectedStdout(this.#program.devices.output, test.expectedStdout) ? 'passed' : 'failed',
      judged: 'outside',
    };
  }

  #runJudged(request, test, deadline) {
    this.#loading = true;
    const failure = this.#load(request, deadline);
    if (failure) return { ...failure, ...this.#describe(request, test), beforeTest: true };
    this.#loading = false;
    let used = this.#judgeUsed;
    const message = { op: 'judge', ...judged(request, test) };
    this.#judge.devices.answer = (question) => {
      const answer = this.#program.send(question, deadline);
      used ||= buildsMore(answer);
      return answer;
    };
    this.#judgeRuns++;
    this.#judgeUsed = true;
    const { plain, ...verdict } = JSON.parse(this.#judge.send(JSON.stringify(message), deadline));
    this.#judgeUsed = used || plain !== true;
    if (verdict.needsInside !== undefined)
      return this.#runInside(request, test, deadline, verdict.needsInside);
    if (verdict.badTest !== undefined)
      return { outcome: 'raised', exception: badTest(verdict.badTest), judged: 'outside' };
    return verdict;
  }

  /** The program judges itself: what the test needs cannot be taken out of its interpreter. */
  #runInside(request, test, deadline, reason) {
    this.#program.restore();
    this.#program.devices.begin({ outputLimit: request.limits.stdoutBytes });
    this.#load(request, deadline);
    const reply = this.#ask({ op: 'inside', kind: test.kind, source: test.source }, deadline);
    const failure = outcomeOfProgram(reply, this.#program.gate.outOfMemory, true);
    return {
      detail: reason,
      ...(failure ?? { outcome: 'passed' }),
      ...this.#describe(request, test),
      judged: 'inside',
    };
  }

  #load(request, deadline) {
    return outcomeOfProgram(this.#ask(load(request), deadline), this.#program.gate.outOfMemory);
  }

  #ask(message, deadline) {
    return readReply(this.#program.send(JSON.stringify(message), deadline));
  }

  #stopped(request, test, stop) {
    const outOfMemory = this.#program.gate.outOfMemory || this.#judge.gate.outOfMemory;
    this.#judge.restore();
    return { ...outcomeOfStop(stop, outOfMemory), ...this.#describe(request, test), traceEnded: 'killed' };
  }

  #describe(request, test) {
    if (test.kind !== 'assert') return {};
    const message = JSON.stringify({ op: 'describe', ...judged(request, test) });
    let told = this.#described.get(message);
    if (told === undefined) {
      told = this.#tryDescribe(message);
      if (this.#described.size > 1000) this.#described.clear();
      this.#described.set(message, told);
    }
    return told;
  }

  #tryDescribe(message) {
    try {
      const { call, expected, joint } = JSON.parse(this.#judge.send(message, performance.now() + 100));
      return { call, expected, joint };
    } catch {
      this.#judge.restore();
      return {};
    }
  }

  /** Replaces an interpreter whose memory is larger than it should be, or than this run may have. */
  async #fit(limits) {
    const tooLarge = ({ heapBytes, imageBytes }) =>
      heapBytes > heapToReplace || heapBytes > imageBytes + limits.memoryBytes;
    const [program, judge] = [this.#program, this.#judge].map(tooLarge);
    if (program) {
      this.#program = await Interpreter.boot(this.#sources, 'run_program');
      this.#programUsed = false;
    }
    if (judge) this.#judge = await Interpreter.boot(this.#sources, 'run_judge');
    if (program || judge) checkLock(this.#program, this.#judge, limits);
  }
}

function load({ program, setupCode, entryPoint, trace, limits }) {
  return { op: 'load', program, setupCode, entryPoint, trace, limits };
}

function judged({ entryPoint, setupCode, limits }, { kind, source }) {
  return { kind, source, entryPoint, setupCode, limits };
}
