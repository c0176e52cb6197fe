import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PullView } from '../../src/cli/pull-view.ts';
import { sizeText } from '../../src/cli/size-text.ts';
import type { PullProgress } from '../../src/models/pull-model.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function view(isTTY: boolean, columns?: number) {
  const written: string[] = [];
  const out = { isTTY, columns, write: (line: string) => written.push(line) } as never;
  return { view: new PullView(out), written };
}

const at = (bytes: number, more: Partial<PullProgress> = {}): PullProgress => ({
  activity: 'downloading',
  file: 'm.gguf',
  fileIndex: 0,
  fileCount: 1,
  bytes,
  totalBytes: 1e9,
  ...more,
});

it('on a terminal draws over one line, ten times a second, with speed and time left', () => {
  const { view: shown, written } = view(true);
  for (let ms = 0; ms <= 4000; ms += 10) {
    shown.show(at(ms * 1e5));
    vi.advanceTimersByTime(10);
  }
  shown.end();
  expect(written).toHaveLength(42);
  expect(written[0]).toBe('\r\u001b[Km.gguf: 0 % of 1.0 GB');
  expect(written[40]).toBe('\r\u001b[Km.gguf: 40 % of 1.0 GB, 100 MB/s, 6 s left');
  expect(written.at(-1)).toBe('\n');
});

it('elsewhere writes a line for every tenth', () => {
  const { view: shown, written } = view(false);
  for (let share = 0; share <= 1000; share++) shown.show(at(share * 1e6));
  shown.end();
  expect(written).toHaveLength(11);
  expect(written.every((line) => line.endsWith('\n') && !line.includes('\r'))).toBe(true);
});

it('tells a resumed download, its parts, and what is not known', () => {
  const { view: shown, written } = view(false);
  shown.show(at(0, { activity: 'waiting', totalBytes: undefined }));
  shown.show(at(5e8, { activity: 'checking', totalBytes: undefined }));
  shown.show(at(5e8, { totalBytes: undefined }));
  shown.show(at(0, { fileIndex: 1, fileCount: 3, file: 'n.gguf' }));
  expect(written).toEqual([
    'm.gguf: another process is pulling it\n',
    'm.gguf: checking the 500 MB that are here\n',
    'm.gguf: 500 MB\n',
    'n.gguf (2 of 3): 0 % of 1.0 GB\n',
  ]);
});

it('says what becomes of an interrupted download, once', () => {
  const { view: shown, written } = view(true);
  shown.interrupt();
  expect(written).toEqual([]);
  shown.show(at(1));
  shown.interrupt();
  shown.show(at(2, { fileIndex: 1 }));
  shown.end();
  expect(written.slice(1)).toEqual([
    '\n',
    'interrupted: what has come is kept, and the next pull goes on from there\n',
  ]);
});

it('keeps nothing of a download that brought nothing', () => {
  const { view: shown, written } = view(true);
  shown.show(at(0, { activity: 'waiting', totalBytes: undefined }));
  shown.interrupt();
  expect(written.at(-1)).toBe('interrupted\n');
});

it('fits into one line of the terminal', () => {
  const file = `${'long-'.repeat(20)}.gguf`;
  const { view: narrow, written } = view(true, 80);
  narrow.show(at(0, { file }));
  expect(written).toEqual([`\r\u001b[K${file.slice(0, 79)}`]);
  const { view: unknown, written: whole } = view(true, 0);
  unknown.show(at(0, { file }));
  expect(whole[0]).toContain('% of 1.0 GB');
});

it.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1000, '1.0 kB'],
  [99_400, '99.4 kB'],
  [99_600, '100 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [19_851_335_872, '19.9 GB'],
])('%i is %s', (bytes, shown) => {
  expect(sizeText(bytes)).toBe(shown);
});
