/*
 * Owns the catalogue of reasons why an image does not boot. Every message is one sentence that says what was
 * expected, what was found and what to do.
 */
import { SaidError, type Sentence } from '../sentences/say.ts';

/** Stable codes of {@link BootError}. */
export type BootErrorCode =
  | 'image-empty'
  | 'image-truncated'
  | 'image-64-bit'
  | 'image-not-i386'
  | 'image-not-executable'
  | 'image-not-multiboot'
  | 'image-malformed'
  | 'image-flags-unsupported'
  | 'image-bad-address'
  | 'image-too-big'
  | 'bios-size'
  | 'module-too-big'
  | 'linux-malformed'
  | 'linux-unsupported'
  | 'linux-command-line'
  | 'initrd-too-big'
  | 'initrd-not-linux'
  | 'modules-not-multiboot'
  | 'disk-size'
  | 'devices-too-many';

/** An image, module or disk that cannot be booted. */
export class BootError extends SaidError {
  override readonly name = 'BootError';
  readonly code: BootErrorCode;

  constructor(code: BootErrorCode, sentence: Sentence) {
    super(sentence);
    this.code = code;
  }
}
