// Long lists of which only what is in view is drawn. Pure.

// Drawn beyond both ends, so that scrolling shows no gap.
const spare = 8
// More than are ever drawn at once.
const slots = 128

/**
 * The key of a row for drawing: one that comes into view takes over the elements of one that left
 * it, which costs a fraction of making new ones.
 * @param {number} at
 */
export const slotOf = (at) => at % slots

/**
 * Which rows of a list are drawn, and how much room the others take.
 * @param {{top: number, height: number, rowHeight: number, count: number}} view  in pixels
 */
export function inView({ top, height, rowHeight, count }) {
  const from = Math.max(0, Math.min(count, Math.floor(top / rowHeight)) - spare)
  const to = Math.min(count, Math.ceil((top + height) / rowHeight) + spare)
  return { from, to: Math.max(from, to), before: from * rowHeight, after: Math.max(0, count - to) * rowHeight }
}
