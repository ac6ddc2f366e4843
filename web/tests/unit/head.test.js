import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { headOf } from '../../src/api/head.js'

const text = 'Email,Name\n' + Array.from({ length: 100_000 }, (_, row) => `lead${row}@acme.example,Lead ${row * 7919}\n`).join('')

test('the head of a file is its first bytes', async () => {
  const { head, isPlain } = await headOf(new Blob([text]))
  expect(isPlain).toBe(true)
  expect(head.size).toBe(256 * 1024)
  expect(text.startsWith(await head.text())).toBe(true)
})

test('of a compressed file it is what its first bytes hold, though they break off', async () => {
  const packed = gzipSync(text)
  expect(packed.length).toBeGreaterThan(256 * 1024)
  const { head, isPlain } = await headOf(new Blob([packed]))
  expect(isPlain).toBe(false)
  expect(head.size).toBe(256 * 1024)
  expect(text.startsWith(await head.text())).toBe(true)
})

test('a file that only begins like a compressed one has no head', async () => {
  const { head } = await headOf(new Blob([new Uint8Array([0x1f, 0x8b, 1, 2, 3])]))
  expect(head.size).toBe(0)
})
