/**
 * Draws lanes over time on a canvas: who had the time in each column of pixels, the events where there is room for them,
 * and how many there are in a strip below.
 */
import { duration, grouped } from '../shared/numbers.ts';
import type { Theme } from '../shared/theme.ts';
import type { Events } from './events.ts';
import type { ShownEvents } from './shown-events.ts';
import { axisStep, type TimeWindow } from './window.ts';

export interface Lane {
  readonly name: string;
  /** A CSS variable. */
  readonly colour: string;
}

export const GUTTER = 96;
const AXIS = 20;
const LANE = 15;
const GAP = 3;
const STRIP = 14;
/** Pixels between two events that are drawn as lines of their own. */
const ROOM = 3;

export const heightOf = (lanes: number): number => AXIS + lanes * (LANE + GAP) + STRIP + GAP;

export interface Picture {
  readonly events: Events<string>;
  /** Those that are drawn by themselves and counted; who had the time does not depend on it. */
  readonly shown: ShownEvents;
  readonly window: TimeWindow;
  readonly lanes: readonly Lane[];
  /** Colour of an event, a CSS variable. */
  readonly mark: (n: number) => string;
  /** An event is a moment of its lane, not the time until the next one. */
  readonly instants: boolean;
  /** The end of what is known. */
  readonly now: number;
  readonly selected: number | undefined;
  readonly focused: boolean;
  /** What the strip below the lanes counts. */
  readonly counted: string;
}

/** Draws everything. @param context empty, in CSS pixels */
export function draw(context: CanvasRenderingContext2D, theme: Theme, picture: Picture): void {
  const { window, lanes } = picture;
  const height = heightOf(lanes.length);
  context.font = `11px ${theme.colour('--vscode-font-family')}`;
  context.textBaseline = 'middle';
  lanes.forEach(({ name, colour }, n) => {
    context.fillStyle = theme.colour('--vscode-foreground');
    context.fillText(name, 4, laneTop(n) + LANE / 2, GUTTER - 8);
    context.globalAlpha = 0.12;
    context.fillStyle = theme.colour(colour);
    context.fillRect(GUTTER, laneTop(n), window.width, LANE);
    context.globalAlpha = 1;
  });
  context.fillStyle = theme.colour('--vscode-descriptionForeground');
  context.fillText(picture.counted, 4, laneTop(lanes.length) + STRIP / 2, GUTTER - 8);
  context.save();
  context.beginPath();
  context.rect(GUTTER, 0, window.width, height);
  context.clip();
  context.translate(GUTTER, 0);
  drawAxis(context, theme, window);
  drawColumns(context, theme, picture);
  drawSelected(context, theme, picture);
  context.restore();
}

const laneTop = (lane: number): number => AXIS + lane * (LANE + GAP);

function drawAxis(context: CanvasRenderingContext2D, theme: Theme, window: TimeWindow): void {
  const step = axisStep(window.perPixel * 130);
  context.fillStyle = theme.colour('--vscode-descriptionForeground');
  context.strokeStyle = theme.colour('--vscode-editorRuler-foreground');
  context.lineWidth = 1;
  const right = window.pixel(window.end);
  context.beginPath();
  for (let time = Math.ceil(Math.max(0, window.begin) / step) * step; time < window.end; time += step) {
    const x = Math.round(window.pixel(time)) + 0.5;
    context.moveTo(x, 0);
    context.lineTo(x, heightOf(0) + 1000);
    const label = `${grouped(time)} · ${duration(time)}`;
    // One that would be cut off says something wrong: of 200 ms it would leave 20.
    if (x + 4 + context.measureText(label).width <= right) context.fillText(label, x + 4, AXIS / 2);
  }
  context.stroke();
}

/** The lanes and the strip, column by column: what an event costs to draw does not depend on how many there are. */
function drawColumns(context: CanvasRenderingContext2D, theme: Theme, picture: Picture): void {
  const { events, shown, window, lanes, now, mark, instants } = picture;
  const shares = new Float64Array(Math.max(events.lanes, lanes.length));
  const colours = lanes.map(({ colour }) => theme.colour(colour));
  const strip = laneTop(lanes.length);
  let first = shown.at(window.begin);
  for (let x = 0; x < window.width; x++) {
    const [begin, end] = [window.time(x), Math.min(window.time(x + 1), now)];
    if (end <= begin) break;
    const next = shown.at(end, first);
    if (instants) countByLane(picture, first, next, end - begin, shares);
    else events.shares(begin, end, shares);
    for (let lane = 0; lane < lanes.length; lane++) {
      if (shares[lane] <= 0) continue;
      // Whatever happened can be seen, however short it was.
      context.globalAlpha = 0.25 + (0.75 * shares[lane]) / (end - begin);
      context.fillStyle = colours[lane] ?? '#888';
      context.fillRect(x, laneTop(lane), 1, LANE);
    }
    if (next > first) {
      context.globalAlpha = 1;
      context.fillStyle = theme.colour('--vscode-charts-foreground');
      const high = Math.min(STRIP, 2 + Math.log2(next - first) * 1.5);
      context.fillRect(x, strip + STRIP - high, 1, high);
    }
    first = next;
  }
  context.globalAlpha = 1;
  const [from, to] = [shown.at(window.begin), shown.at(window.end)];
  if (instants || to - from > window.width / ROOM) return;
  for (let row = from; row < to; row++) {
    const n = shown.event(row);
    context.fillStyle = theme.colour(mark(n));
    context.fillRect(Math.round(window.pixel(events.time(n))) - 1, AXIS, 2, strip - AXIS - GAP);
  }
}

/** Which lanes the rows [from, to) of a column of `time` belong to: each has it all. */
function countByLane(
  { events, shown }: Picture,
  from: number,
  to: number,
  time: number,
  shares: Float64Array,
): void {
  shares.fill(0);
  for (let row = from; row < to; row++) shares[events.lane(shown.event(row))] = time;
}

function drawSelected(context: CanvasRenderingContext2D, theme: Theme, picture: Picture): void {
  const { events, window, lanes, selected, focused } = picture;
  if (selected === undefined || selected >= events.length) return;
  const x = Math.round(window.pixel(events.time(selected)));
  context.fillStyle = theme.colour(focused ? '--vscode-focusBorder' : '--vscode-foreground');
  context.fillRect(x - 1, 0, 2, laneTop(lanes.length) + STRIP);
  context.beginPath();
  context.moveTo(x - 5, 0);
  context.lineTo(x + 5, 0);
  context.lineTo(x, 7);
  context.fill();
}
