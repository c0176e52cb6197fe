import { endsInString } from './logical-lines.ts';
import { onlyDefines } from './only-defines.ts';

/** The part of an answer that is the program. */
export interface AnswerRegion {
  /** `prose`: outside of any block; `code`: inside one; `closed`: the block of the program is shut. */
  readonly phase: 'prose' | 'code' | 'closed';
  /** The program so far; '' in prose. */
  readonly code: string;
  /** Blocks before it that are not the program, or all there are. */
  readonly passedOver: readonly string[];
}

/** A fenced block that is open: it ends with a line of the same mark, as long at least (CommonMark 0.31, 4.5). */
interface Block {
  readonly indent: string;
  readonly mark: string;
  /** By its info string, that of no other language. */
  readonly isPython: boolean;
  code: string;
}

const opening = /^([ \t]*)(`{3,}|~{3,})[ \t]*([^`\r\n]*)\r?\n$/;
const pythonInfo = /^(?:\W*py(?!con)|\s*$)/i;

/**
 * Finds the program in an answer. `fenced`: the prompt already opened the block, so the answer starts with code (and may
 * open it once more). Otherwise the model opens it itself, after any reasoning; a block that `isAnswer` rejects (an
 * illustration, say) is passed over and the next one counts, behind those before it that only define: its helpers. A mark inside a string, as in a docstring's example, closes
 * nothing unless `marksInStrings`, for an answer that has ended there.
 */
export function answerRegion(
  answer: string,
  {
    fenced,
    isAnswer = () => true,
    marksInStrings = false,
  }: { fenced: boolean; isAnswer?: (code: string) => boolean; marksInStrings?: boolean },
): AnswerRegion {
  const closes = (line: string, { mark, code }: Block) =>
    line.trimStart().startsWith(mark) && (marksInStrings || !endsInString(code));
  const passedOver: string[] = [];
  let helpers = '';
  let block: Block | undefined = fenced ? { indent: '', mark: '```', isPython: true, code: '' } : undefined;
  for (const line of answer.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    const opened = opening.exec(line);
    const isReopened = fenced && passedOver.length === 0 && block?.code.trim() === '';
    if (opened && (!block || isReopened)) {
      block = blockOf(opened);
    } else if (block && !isReopened && closes(line, block)) {
      if (block.isPython && isAnswer(block.code))
        return { phase: 'closed', code: helpers + block.code, passedOver };
      passedOver.push(block.code);
      if (block.isPython && onlyDefines(block.code)) helpers += block.code;
      // A mark with a word behind it ends no block by itself: it begins another one.
      block = opened?.[3] ? blockOf(opened) : undefined;
    } else if (block) {
      const blanks = /^[ \t]*/.exec(line)![0].length;
      block.code += line.slice(Math.min(blanks, block.indent.length));
    }
  }
  if (block?.isPython) return { phase: 'code', code: helpers + block.code, passedOver };
  return { phase: 'prose', code: '', passedOver: block ? [...passedOver, block.code] : passedOver };
}

function blockOf([, indent = '', mark = '', info = '']: RegExpExecArray): Block {
  return { indent, mark, isPython: pythonInfo.test(info), code: '' };
}
