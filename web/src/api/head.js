// The first bytes of a file, for a look at it while it is still on its way.

const headBytes = 256 * 1024

/** @param {Blob} file */
async function isGzip(file) {
  const [first, second] = new Uint8Array(await file.slice(0, 2).arrayBuffer())
  return first === 0x1f && second === 0x8b
}

/**
 * The head of a file as it is inside of a gzip.
 * @param {Blob} file @returns {Promise<{head: Blob, isPlain: boolean}>} isPlain: not compressed
 */
export async function headOf(file) {
  const start = file.slice(0, headBytes)
  if (!(await isGzip(file))) return { head: start, isPlain: true }
  const reader = start.stream().pipeThrough(new DecompressionStream('gzip')).getReader()
  const pieces = []
  let size = 0
  try {
    while (size < headBytes) {
      const { done, value } = await reader.read()
      if (done) break
      pieces.push(value)
      size += value.length
    }
    await reader.cancel()
  } catch {
    // It breaks off where the head does.
  }
  return { head: new Blob(pieces).slice(0, headBytes), isPlain: false }
}
