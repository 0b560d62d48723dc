/**
 * A timeline: a canvas that is panned by dragging and by keys, zoomed by the wheel, and whose events are chosen by a click. It
 * draws at most once for each frame of the screen, and only when something has changed.
 */
import { t } from '../shared/bridge.ts';
import { PictureCanvas } from '../shared/picture-canvas.ts';
import type { Events } from './events.ts';
import { draw, GUTTER, heightOf, type Lane } from './picture.ts';
import type { ShownEvents } from './shown-events.ts';
import { TimeWindow } from './window.ts';

export interface TimelineOptions {
  readonly events: Events<string>;
  /** Those that can be chosen. */
  readonly shown: ShownEvents;
  /** What the picture shows, for those who do not see it. */
  readonly label: string;
  /** See `Picture`. */
  readonly instants: boolean;
  mark(n: number): string;
  describe(n: number): string;
  chosen(n: number): void;
  /** Enter. @param other with Shift: the other way that an event leads to */
  entered(n: number, other: boolean): void;
}

export class Timeline {
  readonly window = new TimeWindow();
  private readonly picture = new PictureCanvas({
    className: 'timeline',
    role: t('timeline'),
    paint: (context, width) => this.paint(context, width),
  });
  private lanes: readonly Lane[] = [];
  private now = 0;
  private selected: number | undefined;
  /** All of the time is shown as soon as there is something, and a place to show it in. */
  private fits = false;

  constructor(private readonly options: TimelineOptions) {
    const { canvas } = this.picture;
    canvas.setAttribute('aria-label', options.label);
    canvas.addEventListener('wheel', (event) => this.wheel(event), { passive: false });
    canvas.addEventListener('pointerdown', (event) => this.press(event));
    canvas.addEventListener('pointermove', (event) => this.hover(event));
    canvas.addEventListener('keydown', (event) => this.key(event));
    for (const kind of ['focus', 'blur']) canvas.addEventListener(kind, () => this.redraw());
  }

  get element(): HTMLElement {
    return this.picture.element;
  }

  /** Says what there is now. @param now the last moment that is known */
  update(lanes: readonly Lane[], now: number): void {
    const { events } = this.options;
    if (lanes.length !== this.lanes.length) this.element.style.height = `${String(heightOf(lanes.length))}px`;
    if (this.now === 0) this.fits = true;
    this.lanes = lanes;
    this.now = now;
    this.window.extend(events.length > 0 ? events.time(0) : 0, now);
    this.redraw();
  }

  /** Chooses an event and brings it into the picture. */
  select(n: number | undefined): void {
    this.selected = n;
    if (n !== undefined) this.window.reveal(this.options.events.time(n));
    this.redraw();
  }

  fit(): void {
    this.window.fit();
    this.redraw();
  }

  clear(): void {
    this.selected = undefined;
    this.now = 0;
    this.redraw();
  }

  redraw(): void {
    this.picture.redraw();
  }

  /** Draws at once: what a frame costs. */
  draw(): void {
    this.picture.draw();
  }

  private paint(context: CanvasRenderingContext2D, width: number): void {
    this.window.width = Math.max(1, width - GUTTER);
    const { events, shown, mark, instants } = this.options;
    if (this.fits && events.length > 0) {
      this.window.fit();
      this.fits = false;
    }
    const { window, lanes, now, selected } = this;
    draw(context, this.picture.theme, {
      ...{ events, shown, window, lanes, mark, instants, now, selected },
      focused: document.activeElement === this.picture.canvas,
      counted: t('events'),
    });
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const sideways = event.shiftKey ? event.deltaY : event.deltaX;
    if (Math.abs(sideways) > Math.abs(event.shiftKey ? 0 : event.deltaY)) this.window.pan(sideways);
    else this.window.zoom(2 ** (event.deltaY / 200), event.offsetX - GUTTER);
    this.redraw();
  }

  /** A drag pans, a click chooses. */
  private press(down: PointerEvent): void {
    const { canvas } = this.picture;
    canvas.setPointerCapture(down.pointerId);
    let last = down.clientX;
    let moved = 0;
    const move = (event: PointerEvent) => {
      moved += Math.abs(event.clientX - last);
      this.window.pan(last - event.clientX);
      last = event.clientX;
      this.redraw();
    };
    const up = () => {
      canvas.removeEventListener('pointermove', move);
      const near = moved < 4 ? this.near(down.offsetX) : undefined;
      if (near !== undefined) this.choose(near);
    };
    canvas.addEventListener('pointermove', move);
    canvas.addEventListener('pointerup', up, { once: true });
  }

  private choose(n: number): void {
    this.select(n);
    this.options.chosen(n);
    this.picture.say(this.options.describe(n));
  }

  /** The event that is nearest to a pixel. */
  private near(offset: number): number | undefined {
    const { events, shown } = this.options;
    if (shown.length === 0) return undefined;
    const time = this.window.time(offset - GUTTER);
    const row = Math.min(shown.at(time), shown.length - 1);
    const [before, after] = [shown.event(Math.max(0, row - 1)), shown.event(row)];
    return time - events.time(before) < events.time(after) - time ? before : after;
  }

  private hover(event: PointerEvent): void {
    const near = this.near(event.offsetX);
    const x = near === undefined ? Infinity : GUTTER + this.window.pixel(this.options.events.time(near));
    if (near === undefined || event.buttons !== 0 || Math.abs(x - event.offsetX) > 20)
      this.picture.hideHint();
    else this.picture.showHint(event, this.options.describe(near));
  }

  private key(event: KeyboardEvent): void {
    const { events, shown } = this.options;
    const middle = this.window.width / 2;
    const chooseRow = (row: number) => {
      if (shown.length > 0) this.choose(shown.event(Math.max(0, Math.min(row, shown.length - 1))));
    };
    const next = (by: number) => {
      const { selected, window } = this;
      const from = selected === undefined ? (by > 0 ? window.begin : window.end) : events.time(selected);
      const own = selected === undefined ? -1 : shown.row(selected);
      if (own >= 0) chooseRow(own + by);
      else chooseRow(by > 0 ? shown.at(from) : shown.at(from) - 1);
    };
    const actions: Record<string, () => void> = {
      ArrowLeft: () => (event.ctrlKey ? this.window.pan(-80) : next(-1)),
      ArrowRight: () => (event.ctrlKey ? this.window.pan(80) : next(1)),
      PageUp: () => this.window.pan(-this.window.width * 0.8),
      PageDown: () => this.window.pan(this.window.width * 0.8),
      '+': () => this.window.zoom(0.5, middle),
      '=': () => this.window.zoom(0.5, middle),
      '-': () => this.window.zoom(2, middle),
      '0': () => this.window.fit(),
      Home: () => chooseRow(0),
      End: () => chooseRow(shown.length - 1),
      Enter: () => this.selected !== undefined && this.options.entered(this.selected, event.shiftKey),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    action();
    this.redraw();
  }
}
