/**
 * The mouse of a terminal in the SGR form, as xterm tells it in mode 1006 (xterm control sequences, "Mouse Tracking"):
 * `CSI < button ; column ; row M`, and `m` for a button that is let go. Taken out of what was typed.
 */

const REPORT = /\x1b\[<(\d{1,4});(\d{1,4});(\d{1,4})([Mm])/g;
const Button = { Number: 0x03, Move: 0x20, Wheel: 0x40 } as const;
/** xterm's buttons 0 to 2 (left, middle, right) as bits of the ABI. */
const BITS = [1, 4, 2];

/** What happened at a cell of the terminal, counted from 0. */
export interface MouseReport {
  readonly x: number;
  readonly y: number;
  readonly buttons: number;
  /** Rows; up is negative. */
  readonly wheel: number;
}

export interface MouseReader {
  /** Parts the reports of the mouse from the text. */
  read(data: string): { readonly text: string; readonly reports: readonly MouseReport[] };
}

export function createMouseReader(): MouseReader {
  let buttons = 0;
  return {
    read(data) {
      const reports: MouseReport[] = [];
      const text = data.replace(REPORT, (_all, code: string, column: string, row: string, end: string) => {
        const button = Number(code);
        const bit = BITS[button & Button.Number] ?? 0;
        const isWheel = (button & Button.Wheel) !== 0;
        if (!isWheel && (button & Button.Move) === 0) buttons = end === 'M' ? buttons | bit : buttons & ~bit;
        const wheel = !isWheel ? 0 : (button & 1) === 0 ? -1 : 1;
        reports.push({ x: Number(column) - 1, y: Number(row) - 1, buttons, wheel });
        return '';
      });
      return { text, reports };
    },
  };
}
