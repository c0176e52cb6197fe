import { strengths } from './arms.ts';
import type { Report } from './report.ts';

const size = { width: 760, height: 440, left: 56, right: 24, top: 24, bottom: 84 };
const fewestRows = 100;
const colours = {
  race: '#c1121f',
  'best of n': '#0b6e99',
  'one run, written, by γ': '#8a5a00',
  'one run, stopped at a pass, by γ': '#3a7d2c',
  greedy: '#222',
  'majority vote': '#6a4c93',
} as const;

interface Point {
  readonly arm: string;
  readonly series: keyof typeof colours;
  readonly text: string;
}

const points: readonly Point[] = [
  ...strengths.map((strength) => ({
    arm: `gamma_${strength}`,
    series: 'one run, written, by γ' as const,
    text: `${strength}`,
  })),
  ...strengths.map((strength) => ({
    arm: `gamma_${strength}_stop`,
    series: 'one run, stopped at a pass, by γ' as const,
    text: `${strength}`,
  })),
  { arm: 'greedy', series: 'greedy', text: '' },
  { arm: 'majority_vote', series: 'majority vote', text: '' },
];

/** Share of tasks solved against rows a task, as SVG: curves of what goes on until it passes, points of single runs. */
export function plotSvg(report: Report, budgetRows: number): string {
  const placed = points.map((point) => ({ ...point, ...report.point(point.arm) }));
  const mostRows = Math.max(budgetRows, ...placed.map(({ rows }) => rows));
  const right = size.width - size.right;
  const bottom = size.height - size.bottom;
  const x = (rows: number) =>
    size.left + (Math.log(rows / fewestRows) / Math.log(mostRows / fewestRows)) * (right - size.left);
  const y = (solved: number) => bottom - solved * (bottom - size.top);
  const budgets = Array.from({ length: 400 }, (_, i) => fewestRows * (budgetRows / fewestRows) ** (i / 399));
  const curve = (arm: 'race' | 'best_of_n', colour: string) => {
    const path = report.curve(arm, budgets).map((solved, i) => `${at(x(budgets[i]!))},${at(y(solved))}`);
    return `<polyline points="${path.join(' ')}" fill="none" stroke="${colour}" stroke-width="2"/>`;
  };
  const dots = placed.map((point) => ({ ...point, x: x(point.rows), y: y(point.solved) }));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="12">`,
    '<title>Share of held-out tasks solved against rows a task</title>',
    `<rect width="${size.width}" height="${size.height}" fill="#fff"/>`,
    ...[0, 0.25, 0.5, 0.75, 1].flatMap((solved) => [
      `<line x1="${size.left}" x2="${right}" y1="${at(y(solved))}" y2="${at(y(solved))}" stroke="#ddd"/>`,
      label(size.left - 8, y(solved) + 4, `${solved * 100} %`, 'end'),
    ]),
    ...[100, 200, 500, 1000, 2000, 5000, 10000]
      .filter((rows) => rows <= mostRows)
      .map((rows) => label(x(rows), bottom + 18, `${rows}`, 'middle')),
    label((size.left + right) / 2, bottom + 38, 'rows a task (log scale)', 'middle'),
    curve('race', colours.race),
    curve('best_of_n', colours['best of n']),
    ...dots.map((dot) => circle(dot.x, dot.y, colours[dot.series])),
    ...labelsOf(dots),
    ...Object.entries(colours).flatMap(([series, colour], i) => {
      const [left, top] = [size.left + (i % 3) * 230, size.height - 30 + Math.floor(i / 3) * 18];
      return [circle(left, top - 4, colour), label(left + 10, top, series, 'start')];
    }),
    '</svg>',
    '',
  ].join('\n');
}

/** One label for points of a series that lie at one height: those of stopped runs, which cost less, on the left. */
function labelsOf(dots: readonly (Point & { x: number; y: number })[]): string[] {
  const lines = new Map<string, (Point & { x: number; y: number })[]>();
  for (const dot of dots) {
    const key = `${dot.series} ${Math.round(dot.y / 14)}`;
    lines.set(key, [...(lines.get(key) ?? []), dot]);
  }
  return [...lines.values()].map((line) => {
    const { series, y } = line[0]!;
    const text = line.map((dot) => dot.text).join(' · ');
    const xs = line.map((dot) => dot.x);
    return series.includes('stopped')
      ? label(Math.min(...xs) - 8, y + 4, text, 'end', colours[series])
      : label(Math.max(...xs) + 8, y + 4, text, 'start', colours[series]);
  });
}

function circle(x: number, y: number, colour: string): string {
  return `<circle cx="${at(x)}" cy="${at(y)}" r="4" fill="${colour}"/>`;
}

function label(x: number, y: number, text: string, anchor: string, colour = '#222'): string {
  return `<text x="${at(x)}" y="${at(y)}" text-anchor="${anchor}" fill="${colour}">${text}</text>`;
}

function at(pixels: number): string {
  return pixels.toFixed(1);
}
