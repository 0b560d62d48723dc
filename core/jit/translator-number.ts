/**
 * Which translator this is. What one has made must not be run where another one is: state lies elsewhere there, and functions mean something else.
 */
import { hasTailCalls } from './chain.ts';

/** A number from the sources of `core`: whoever bundles them puts it in (`tools/translator-number.mjs`). */
declare const COLINUX_TRANSLATOR: number | undefined;

/** @returns a number that another translator has not, or an engine for which it makes other code; 0 if it is not known */
export const translatorNumber = (): number =>
  typeof COLINUX_TRANSLATOR === 'number' ? COLINUX_TRANSLATOR * 2 + (hasTailCalls() ? 1 : 0) : 0;
