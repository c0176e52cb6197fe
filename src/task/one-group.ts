/** Whether the brackets that the code opens first close with its last character. Strings are to be blanked out. */
export function isOneGroup(code: string): boolean {
  let depth = 0;
  for (const [at, character] of [...code].entries()) {
    if ('([{'.includes(character)) depth++;
    else if (')]}'.includes(character) && --depth === 0) return at === [...code].length - 1;
  }
  return false;
}
