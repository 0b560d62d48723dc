/** Numbers in the language of the page, which is that of VS Code. */
import { numbersIn } from '../../views/number-text.ts';

export { hex } from '../../views/number-text.ts';
export const { grouped, bytes, duration, nanoseconds } = numbersIn(document.documentElement.lang || 'en');
