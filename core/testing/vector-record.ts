/** A recorded vector as its file has it (`test/vectors/FORMAT.md`). */

/** A record of the format, numbers as in the file. */
export interface VectorRecord {
  readonly n: string;
  readonly c: string;
  readonly r: readonly number[];
  readonly f: number;
  readonly e?: number;
  readonly s?: readonly number[];
  readonly m?: readonly (readonly [number, string])[];
  readonly x?: {
    readonly cw: number;
    readonly sw: number;
    readonly tw: number;
    readonly r: readonly string[];
  };
  readonly v?: { readonly mx: number; readonly x: readonly string[] };
  readonly E: number;
  readonly F: number;
  readonly R?: readonly (readonly [number, number])[];
  readonly S?: readonly number[];
  readonly M?: readonly (readonly [number, string])[];
  readonly t?: number;
  readonly k?: number;
  readonly a?: number;
  readonly u?: number;
  readonly ud?: number;
  readonly aw?: readonly [number, number];
  readonly pm?: number;
  readonly X?: {
    readonly cw?: number;
    readonly sw?: number;
    readonly tw?: number;
    readonly r?: readonly (readonly [number, string])[];
  };
  readonly V?: { readonly mx?: number; readonly x?: readonly (readonly [number, string])[] };
  readonly uw?: number;
  readonly tol?: number;
  readonly ux?: number;
  readonly mi?: readonly (readonly [number, number])[];
}

/** The bytes of a run of hexadecimal digits. */
export function hexBytes(text: string): Uint8Array {
  return Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(i * 2, i * 2 + 2), 16));
}
/** A word as people read it. */
export const hex = (value: number) => (value >>> 0).toString(16);
