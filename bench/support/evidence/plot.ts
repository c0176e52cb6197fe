import { strengths } from './arms.ts';
import type { Report } from './report.ts';

const size = { width: 760, height: 440, left: 56, right: 24, top: 24, bottom: 84 };
const fewestRows = 100;

/** Share of tasks solved against rows a task, as SVG: curves of what goes on until it passes, points of single runs. */
export function plotSvg(report: Report, budgetRows: number): string {
  const points = [
    ...strengths.map((strength) => ({
      arm: `gamma_${strength}`,
      series: 'one run, written',
      text: `${strength}`,
    })),
    ...strengths.map((strength) => ({
      arm: `gamma_${strength}_stop`,
      series: 'one run, stopped at a pass',
      text: `${strength}`,
    })),
    { arm: 'greedy', series: 'greedy', text: '' },
    { arm: 'majority_vote', series: 'majority vote of 16', text: '' },
  ].map(({ arm, ...point }) => ({ ...point, ...report.point(arm) }));
  const mostRows = Math.max(budgetRows, ...points.map(({ rows }) => rows));
  const x = (rows: number) => {
    const share = Math.log(rows / fewestRows) / Math.log(mostRows / fewestRows);
    return size.left + Math.max(0, share) * (size.width - size.left - size.right);
  };
  const y = (solved: number) => size.top + (1 - solved) * (size.height - size.top - size.bottom);
  const budgets = Array.from({ length: 120 }, (_, i) => fewestRows * (budgetRows / fewestRows) ** (i / 119));
  const curve = (arm: 'race' | 'best_of_n') =>
    report
      .curve(arm, budgets)
      .map((solved, i) => `${x(budgets[i]!).toFixed(1)},${y(solved).toFixed(1)}`)
      .join(' ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="12">`,
    '<title>Share of held-out tasks solved against rows a task</title>',
    `<rect width="${size.width}" height="${size.height}" fill="#fff"/>`,
    ...[0, 0.25, 0.5, 0.75, 1].map((solved) => horizontal(solved, y(solved))),
    ...ticks(mostRows).map((rows) => label(x(rows), size.height - size.bottom + 18, `${rows}`, 'middle')),
    label(
      (size.left + size.width - size.right) / 2,
      size.height - size.bottom + 38,
      'rows a task (log scale)',
      'middle',
    ),
    ...(['race', 'best_of_n'] as const).map(
      (arm) => `<polyline points="${curve(arm)}" fill="none" stroke="${colours[arm]}" stroke-width="2"/>`,
    ),
    ...points.flatMap(({ series, text, rows, solved }) => [
      `<circle cx="${x(rows).toFixed(1)}" cy="${y(solved).toFixed(1)}" r="4" fill="${colours[series]}"/>`,
      ...(text ? [label(x(rows) + 7, y(solved) + 4, text, 'start', colours[series])] : []),
    ]),
    ...Object.entries(colours).flatMap(([series, colour], i) =>
      legend(series.replaceAll('_', ' '), colour, i),
    ),
    '</svg>',
    '',
  ].join('\n');
}

const colours: Record<string, string> = {
  race: '#c1121f',
  best_of_n: '#0b6e99',
  'one run, written': '#8a5a00',
  'one run, stopped at a pass': '#3a7d2c',
  greedy: '#222',
  'majority vote of 16': '#6a4c93',
};

function ticks(mostRows: number): number[] {
  return [100, 200, 500, 1000, 2000, 5000, 10000].filter((rows) => rows <= mostRows);
}

function horizontal(solved: number, y: number): string {
  const line = `<line x1="${size.left}" x2="${size.width - size.right}" y1="${y}" y2="${y}" stroke="#ddd"/>`;
  return line + label(size.left - 8, y + 4, `${solved * 100} %`, 'end');
}

function label(x: number, y: number, text: string, anchor: string, colour = '#222'): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="${colour}">${text}</text>`;
}

function legend(series: string, colour: string, i: number): string[] {
  const x = size.left + (i % 3) * 230;
  const y = size.height - 30 + Math.floor(i / 3) * 18;
  return [`<circle cx="${x}" cy="${y - 4}" r="4" fill="${colour}"/>`, label(x + 10, y, series, 'start')];
}
