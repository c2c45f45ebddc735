/** A plot as SVG: points, and the straight line through the origin that fits them best. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Labels {
  readonly title: string;
  readonly x: string;
  readonly y: string;
}

const WIDTH = 720;
const HEIGHT = 420;
const LEFT = 70;
const RIGHT = 30;
const TOP = 50;
const BOTTOM = 60;

/** The next round number: 1, 2 or 5 times a power of ten. */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((factor) => factor * power >= value) ?? 10) * power;
}

/** Slope of the line through the origin with the least squares of relative distances, so that small sizes count as much as large ones. */
export const slopeOf = (points: readonly Point[]): number => {
  const slopes = points.map(({ x, y }) => y / x);
  const inverse = slopes.map((slope) => 1 / slope);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return sum(inverse) / sum(inverse.map((value) => value ** 2));
};

const text = (x: number, y: number, what: string, more = ""): string =>
  `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${what}</text>`;

/** @param points at least one, all positive */
export function plotOf(points: readonly Point[], labels: Labels): string {
  const slope = slopeOf(points);
  const farthest = Math.max(...points.map(({ x }) => x));
  const highest = roundUp(Math.max(slope * farthest, ...points.map(({ y }) => y)));
  const atX = (x: number): number => LEFT + (x / farthest) * (WIDTH - LEFT - RIGHT);
  const atY = (y: number): number => HEIGHT - BOTTOM - (y / highest) * (HEIGHT - TOP - BOTTOM);
  const ticks = [0, 0.25, 0.5, 0.75, 1];
  const grid = ticks.flatMap((part) => [
    `<line x1="${LEFT}" y1="${atY(part * highest)}" x2="${WIDTH - RIGHT}" y2="${atY(part * highest)}" stroke="#ddd"/>`,
    text(LEFT - 8, atY(part * highest) + 4, String(part * highest), 'text-anchor="end"'),
    text(atX(part * farthest), HEIGHT - BOTTOM + 20, String(part * farthest), 'text-anchor="middle"'),
  ]);
  const dots = points.map(
    ({ x, y }) => `<circle cx="${atX(x).toFixed(1)}" cy="${atY(y).toFixed(1)}" r="4" fill="#0b5fa5"/>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="13">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="white"/>`,
    text(WIDTH / 2, 28, labels.title, 'text-anchor="middle" font-size="16"'),
    ...grid,
    `<line x1="${atX(0)}" y1="${atY(0)}" x2="${atX(farthest)}" y2="${atY(slope * farthest).toFixed(1)}" stroke="#c33" stroke-dasharray="6 4"/>`,
    ...dots,
    text(WIDTH / 2, HEIGHT - 14, labels.x, 'text-anchor="middle"'),
    text(0, 0, labels.y, `text-anchor="middle" transform="translate(20 ${HEIGHT / 2}) rotate(-90)"`),
    text(LEFT + 12, TOP + 14, `straight line: ${(slope * 1000).toFixed(0)} µs per service`, 'fill="#c33"'),
    "</svg>",
    "",
  ].join("\n");
}
