/** The part of the line of time that a picture shows: which moment is at which pixel. Plain numbers, no page. */

/** From one second (100 million instructions of 10 ns) in a narrow picture to one instruction in 40 pixels. */
const MOST_PER_PIXEL = 1e6;
const LEAST_PER_PIXEL = 1 / 40;

export class TimeWindow {
  /** The moment at the left edge, in instructions. */
  begin = 0;
  perPixel = 1000;
  width = 1;

  /** Where everything begins and ends. */
  private first = 0;
  private last = 1;

  get end(): number {
    return this.begin + this.width * this.perPixel;
  }

  pixel(time: number): number {
    return (time - this.begin) / this.perPixel;
  }

  time(pixel: number): number {
    return this.begin + pixel * this.perPixel;
  }

  /** Says what there is. A window that showed the end goes with it. */
  extend(first: number, last: number): void {
    const followed = this.end >= this.last;
    this.first = first;
    this.last = Math.max(last, first + 1);
    if (followed) this.begin = Math.max(this.first, this.last - this.width * this.perPixel);
  }

  /** Shows all of it. */
  fit(): void {
    this.perPixel = this.bounded((this.last - this.first) / this.width);
    this.begin = Math.max(this.first, this.last - this.width * this.perPixel);
  }

  /** @param factor above 1 shows more of the time. @param pixel keeps its moment */
  zoom(factor: number, pixel: number): void {
    const moment = this.time(pixel);
    this.perPixel = this.bounded(this.perPixel * factor);
    this.begin = moment - pixel * this.perPixel;
    this.pan(0);
  }

  /** Moves by pixels, as far as there is something to see. */
  pan(pixels: number): void {
    const span = this.width * this.perPixel;
    const begin = this.begin + pixels * this.perPixel;
    // Half a picture may be empty, so that the first and the last event can be looked at from both sides.
    this.begin = Math.max(this.first - span / 2, Math.min(begin, this.last - span / 2));
  }

  /** Brings a moment into the picture. */
  reveal(time: number): void {
    const x = this.pixel(time);
    if (x < 0 || x > this.width) this.begin = time - (this.width * this.perPixel) / 2;
  }

  private bounded(perPixel: number): number {
    return Math.max(LEAST_PER_PIXEL, Math.min(perPixel, MOST_PER_PIXEL));
  }
}

/** Distance of the marks of an axis: 1, 2 or 5 times a power of 10, at least `least`. */
export function axisStep(least: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(least, 1)));
  return [1, 2, 5, 10].map((n) => n * power).find((step) => step >= least) ?? power * 10;
}
