/** The part of an answer that is the program. */
export interface AnswerRegion {
  /** `prose`: before the fence; `code`: inside it; `closed`: the fence is shut. */
  readonly phase: 'prose' | 'code' | 'closed';
  /** The program so far; '' in prose. */
  readonly code: string;
}

const opening = /^[ \t]*```[ \t]*(?:[Pp]ython[0-9]*|py)?[ \t]*\r?\n/m;
const closing = /^[ \t]*```/m;

/**
 * Finds the program in an answer. `fenced`: the prompt already opened the fence, so the answer starts with
 * code. Otherwise the model opens it itself, after any reasoning; a block that `isAnswer` rejects (an
 * illustration, say) is passed over and the next one counts.
 */
export function answerRegion(
  answer: string,
  { fenced, isAnswer = () => true }: { fenced: boolean; isAnswer?: (code: string) => boolean },
): AnswerRegion {
  let rest = answer;
  let inside = fenced;
  for (;;) {
    if (!inside) {
      const open = opening.exec(rest);
      if (!open) return { phase: 'prose', code: '' };
      rest = rest.slice(open.index + open[0].length);
    }
    const close = closing.exec(rest);
    if (!close) return { phase: 'code', code: rest };
    const code = rest.slice(0, close.index);
    if (isAnswer(code)) return { phase: 'closed', code };
    const lineEnd = rest.indexOf('\n', close.index);
    if (lineEnd < 0) return { phase: 'prose', code: '' };
    rest = rest.slice(lineEnd + 1);
    inside = false;
  }
}
