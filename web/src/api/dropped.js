// Files out of a drop, those in folders too.

/** @param {DataTransfer | null} transfer */
export const hasFiles = (transfer) => transfer?.types.includes('Files') ?? false

/** @param {DataTransfer} transfer @returns {Promise<File[]>} */
export async function filesOf(transfer) {
  // The list is empty after the first await: what it holds is taken now.
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null)
  const plain = [...transfer.files]
  if (entries.every((entry) => entry === null || entry.isFile)) return plain
  const found = []
  for (const entry of entries) if (entry) found.push(...(await filesIn(entry)))
  return found
}

/** @param {FileSystemEntry} entry @returns {Promise<File[]>} */
async function filesIn(entry) {
  if (entry.isFile) {
    const file = await new Promise((resolve, reject) => /** @type {FileSystemFileEntry} */ (entry).file(resolve, reject))
    return [file]
  }
  const reader = /** @type {FileSystemDirectoryEntry} */ (entry).createReader()
  const found = []
  for (;;) {
    /** @type {FileSystemEntry[]} */
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) return found
    for (const inner of some) if (!inner.name.startsWith('.')) found.push(...(await filesIn(inner)))
  }
}
