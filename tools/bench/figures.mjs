// Figures of a benchmark: medians of runs on both machines, their ratio, and the table that people read.

/** A noisy machine may have a slow start and a fast run, or show both ends of a short one at once. */
export const LEAST_SECONDS = 1e-3;

/** What is done in a second, when `whole` seconds are those of a run and `start` those of one that does next to nothing. */
export const rate = (amount, whole, start) => amount / Math.max(whole - start, LEAST_SECONDS);

export const median = (numbers) => {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
};

/** @param {{ runs: number[], qemuRuns: number[] }} figure */
export function summary(figure) {
  const value = median(figure.runs);
  const qemuMedian = figure.qemuRuns.length > 0 ? median(figure.qemuRuns) : null;
  return { ...figure, median: value, qemuMedian, ratio: qemuMedian === null ? null : value / qemuMedian };
}

export function table(summaries, runs) {
  const cell = (number, unit) =>
    (number === null ? '-' : `${number.toFixed(unit === 's' ? 3 : 1)} ${unit}`).padStart(14);
  const head =
    `${'median of ' + runs}`.padEnd(24) +
    ['interpreter', 'QEMU TCG'].map((title) => title.padStart(14)).join('');
  const lines = summaries.map(
    ({ name, unit, median: value, qemuMedian, ratio }) =>
      `${name.padEnd(24)}${cell(value, unit)}${cell(qemuMedian, unit)}  ${ratio === null ? '-' : ratio.toFixed(3)}`,
  );
  return `${head}  ratio\n${lines.join('\n')}\n`;
}
