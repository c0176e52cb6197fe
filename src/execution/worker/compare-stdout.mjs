// ExecEval's rule (ntunlp/ExecEval@dd693865), which the published CodeContests figures use, but for nan: there it
// equals every number, so that a program that prints nothing else passes.

const numeric = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:e([+-]?\d{1,4}))?$/i;
const notFinite = /^[+-]?(?:nan|inf(?:inity)?)$/i;
const scale = 12n;

/**
 * Whether an output is the expected one: equal line by line without the blanks around them, or equal word by
 * word, numbers within 1e-12. Exact where ExecEval's 129-bit floats round (integers of more than 38 digits).
 * @param {string} actual @param {string} expected
 */
export function isExpectedStdout(actual, expected) {
  const [a, b] = [actual, expected].map((text) => text.replaceAll('\r', '').trim());
  if (sameItems(a.split('\n'), b.split('\n'), (x, y) => x.trim() === y.trim())) return true;
  return sameItems(a.split(/\s+/), b.split(/\s+/), sameWord);
}

function sameItems(a, b, same) {
  return a.length === b.length && a.every((item, i) => same(item, b[i]));
}

function sameWord(a, b) {
  if (a === b) return true;
  if (notFinite.test(a) || notFinite.test(b)) return sameNotFinite(a.toLowerCase(), b.toLowerCase());
  if (numeric.test(a) && numeric.test(b)) {
    const [x, y] = aligned(a, b);
    return (x > y ? x - y : y - x) <= 1n;
  }
  const yesOrNo = /^(?:yes|no|true|false)$/i;
  return yesOrNo.test(b) && a.toLowerCase() === b.toLowerCase();
}

function sameNotFinite(a, b) {
  if (![a, b].every((word) => numeric.test(word) || notFinite.test(word))) return false;
  if (a.includes('nan') || b.includes('nan')) return a.includes('nan') && b.includes('nan');
  return a.startsWith('-') === b.startsWith('-') && a.includes('inf') && b.includes('inf');
}

/** Both numbers in units of 1e-12, further digits rounded away. */
function aligned(a, b) {
  return [a, b].map((word) => {
    const exponent = Number(numeric.exec(word)[1] ?? 0);
    const [whole, fraction = ''] = word.replace(/e.*$/i, '').split('.');
    const digits = BigInt(`${whole.replace(/^[+-]/, '')}${fraction}` || '0');
    const shift = scale - BigInt(fraction.length) + BigInt(exponent);
    const units = shift >= 0n ? digits * 10n ** shift : digits / 10n ** -shift;
    return word.startsWith('-') ? -units : units;
  });
}
