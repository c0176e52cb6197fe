import type { PullProgress } from '../models/pull-model.ts';
import { sizeText } from './size-text.ts';

const redrawMs = 100;
/** Where a line cannot be drawn over, one is written for every tenth that is done. */
const stepShare = 0.1;

type Out = NodeJS.WritableStream & { isTTY?: boolean; columns?: number };

/** How far a download is: one line that is drawn over on a terminal, a few lines elsewhere. */
export class PullView {
  readonly #out: Out;
  #drawnAt = 0;
  #isDrawn = false;
  /** Of the file and activity that are shown. */
  #shown = '';
  #nextShare = 0;
  #began = { bytes: 0, at: 0 };
  #hasCome = false;
  #isInterrupted = false;

  constructor(out: Out) {
    this.#out = out;
  }

  show(progress: PullProgress): void {
    if (this.#isInterrupted) return;
    const { activity, fileIndex, bytes, totalBytes } = progress;
    this.#hasCome ||= bytes > 0;
    const now = Date.now();
    const shown = `${activity} ${fileIndex}`;
    const isNew = shown !== this.#shown;
    if (isNew) {
      this.#shown = shown;
      this.#began = { bytes, at: now };
      this.#nextShare = 0;
    }
    const share = bytes / (totalBytes ?? Number.POSITIVE_INFINITY);
    const isEnd = share === 1;
    if (this.#out.isTTY) {
      if (!isNew && !isEnd && now - this.#drawnAt < redrawMs) return;
      this.#drawnAt = now;
      this.#isDrawn = true;
      // A line that breaks cannot be drawn over; in the last column some terminals break it.
      const line = this.#line(progress).slice(0, Math.max(0, (this.#out.columns || Infinity) - 1));
      this.#out.write(`\r\u001b[K${line}`);
    } else if (isNew || share >= this.#nextShare) {
      while (this.#nextShare <= share) this.#nextShare += stepShare;
      this.#out.write(`${this.#line(progress)}\n`);
    }
  }

  /** Leaves what was drawn last. */
  end(): void {
    if (this.#isDrawn) this.#out.write('\n');
    this.#isDrawn = false;
    this.#shown = '';
  }

  /** Says what becomes of a download that is broken off; nothing is shown after it. */
  interrupt(): void {
    if (this.#shown === '') return;
    this.end();
    this.#isInterrupted = true;
    const kept = this.#hasCome ? ': what has come is kept, and the next pull goes on from there' : '';
    this.#out.write(`interrupted${kept}\n`);
  }

  #line({ activity, file, fileIndex, fileCount, bytes, totalBytes }: PullProgress): string {
    const name = fileCount > 1 ? `${file} (${fileIndex + 1} of ${fileCount})` : file;
    if (activity === 'waiting') return `${name}: another process is pulling it`;
    if (activity === 'checking') return `${name}: checking the ${sizeText(bytes)} that are here`;
    if (totalBytes === undefined) return `${name}: ${sizeText(bytes)}`;
    const done = `${Math.floor((100 * bytes) / Math.max(1, totalBytes))} % of ${sizeText(totalBytes)}`;
    return `${name}: ${done}${this.#pace(bytes, totalBytes)}`;
  }

  /** Speed of this connection, and what is left at it. */
  #pace(bytes: number, totalBytes: number): string {
    const seconds = (Date.now() - this.#began.at) / 1000;
    const speed = (bytes - this.#began.bytes) / seconds;
    if (seconds < 1 || speed <= 0) return '';
    const left = Math.round((totalBytes - bytes) / speed);
    const time = left < 60 ? `${left} s` : `${Math.floor(left / 60)} min ${left % 60} s`;
    return `, ${sizeText(speed)}/s${left > 0 ? `, ${time} left` : ''}`;
  }
}
