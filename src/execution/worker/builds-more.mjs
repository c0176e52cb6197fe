const longestToParse = 10_000;
// `\u…` may hide any word. Other escapes stand for no letter, and come with every local, which is JSON within a text.
const notValues = /exceptionClass|"(?:as|dd|type(?!\\?"\s*:))\\?"|\\u/;
const errors = /^(?:object|\w*(?:Error|Exception|Exit|Group|Interrupt|Iteration|Warning))$/;

/**
 * Whether the judge makes more of an answer than values and exceptions of Python's own, so that it is put back afterwards
 * whatever may have come of that.
 * @param {string} answer what a program's interpreter says
 */
export function buildsMore(answer) {
  if (notValues.test(answer)) return true;
  if (!answer.includes('"raised"')) return false;
  if (answer.length > longestToParse) return true;
  try {
    return !JSON.parse(answer).raised.bases.every(
      ([module, name]) => module === '__program__' || (module === 'builtins' && errors.test(name)),
    );
  } catch {
    return true;
  }
}
