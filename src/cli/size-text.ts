const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];

/** Bytes for people: three digits or so. */
export function sizeText(bytes: number): string {
  let value = bytes;
  let unit = 0;
  for (; value >= 999.5 && unit < units.length - 1; unit++) value /= 1000;
  return `${unit > 0 && value < 99.5 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}
