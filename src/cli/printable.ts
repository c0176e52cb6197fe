/** Whatever a model or a program wrote stays text: control characters could steer a terminal. */
export function printable(text: string): string {
  return text.replace(
    /[^\P{Cc}\t\n]/gu,
    (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
}
