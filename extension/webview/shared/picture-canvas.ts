/**
 * A picture of a view: a canvas that takes keys and fills its place, a hint that follows the pointer, and words of what keys
 * have chosen for those who do not see it. It is drawn at most once
 * for each frame of the screen, and again when its size or the theme is another one.
 */
import { Theme } from './theme.ts';

export interface PictureOptions {
  readonly className: string;
  /** What it is, for those who do not see it. */
  readonly role: string;
  /** Draws everything into an empty canvas, in CSS pixels. */
  paint(context: CanvasRenderingContext2D, width: number, height: number): void;
}

const BESIDE_POINTER = 12;
const BELOW_POINTER = 14;
const ABOVE_POINTER = 6;

export class PictureCanvas {
  readonly element = document.createElement('div');
  readonly canvas = document.createElement('canvas');
  readonly theme = new Theme(document.body);
  private readonly hint = document.createElement('div');
  private readonly said = document.createElement('span');
  private frame = 0;

  constructor(private readonly options: PictureOptions) {
    this.element.className = options.className;
    this.hint.className = 'hint';
    this.hint.hidden = true;
    this.hint.setAttribute('aria-hidden', 'true');
    this.canvas.tabIndex = 0;
    this.canvas.setAttribute('role', 'application');
    this.canvas.setAttribute('aria-roledescription', options.role);
    this.canvas.addEventListener('pointerleave', () => this.hideHint());
    this.said.className = 'unseen';
    this.said.setAttribute('aria-live', 'polite');
    this.element.append(this.canvas, this.hint, this.said);
    // At once: a canvas that has another size is empty.
    new ResizeObserver(() => this.draw()).observe(this.element);
    new MutationObserver(() => {
      this.theme.forget();
      this.redraw();
    }).observe(document.body, { attributes: true });
  }

  redraw(): void {
    this.frame ||= requestAnimationFrame(() => {
      this.frame = 0;
      this.draw();
    });
  }

  draw(): void {
    const { clientWidth: width, clientHeight: height } = this.element;
    const context = this.canvas.getContext('2d');
    if (!context || width === 0) return;
    const scale = devicePixelRatio;
    const size = { width: Math.round(width * scale), height: Math.round(height * scale) };
    if (this.canvas.width !== size.width || this.canvas.height !== size.height)
      Object.assign(this.canvas, size);
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    this.options.paint(context, width, height);
  }

  /** Has a screen reader read what was chosen: a canvas has no parts that it could read. @param lines one below the other */
  say(lines: string): void {
    this.said.textContent = lines.split('\n').join('; ');
  }

  hideHint(): void {
    this.hint.hidden = true;
  }

  /** Shows a text beside the pointer, where there is room for it. */
  showHint({ offsetX, offsetY }: PointerEvent, text: string): void {
    this.hint.hidden = false;
    this.hint.textContent = text;
    const { clientWidth, clientHeight } = this.element;
    const { offsetWidth, offsetHeight } = this.hint;
    const left = Math.min(offsetX + BESIDE_POINTER, clientWidth - offsetWidth - 4);
    const below = offsetY + BELOW_POINTER;
    const top = below + offsetHeight < clientHeight ? below : offsetY - offsetHeight - ABOVE_POINTER;
    this.hint.style.transform = `translate(${String(Math.max(0, left))}px, ${String(Math.max(0, top))}px)`;
  }
}
