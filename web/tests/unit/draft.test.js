import { expect, test } from 'vitest'
import { emptyDraft, inOrder, moved, resume, suggestedTable, toRequest } from '../../src/state/draft.js'

const file = (/** @type {string} */ file_id, more = {}) => /** @type {import('../../src/api/messages.js').SourceFile} */ ({ file_id, filename: `${file_id}.csv`, size: 1, status: /** @type {const} */ ('complete'), ...more })
const session = (/** @type {any[]} */ uploads) => /** @type {any} */ ({ session_id: 's1', uploads })

test('a draft of another session is not gone on with', () => {
  const kept = { ...emptyDraft, session: 's0', upload: 'u1', mapping: { f1: { A: null } } }
  expect(resume(kept, session([]))).toEqual({ ...emptyDraft, session: 's1' })
})

test('without a draft the newest upload with files is taken', () => {
  const uploads = [
    { upload_id: 'old', created_at: '2026-01-01', files: [file('a')] },
    { upload_id: 'new', created_at: '2026-01-02', files: [file('b')] },
    { upload_id: 'none', created_at: '2026-01-03', files: [] },
  ]
  expect(resume(null, session(uploads)).upload).toBe('new')
})

test('the suppression list is not taken for the files', () => {
  const uploads = [{ upload_id: 'sup', created_at: '2026-01-02', files: [file('a')] }]
  const kept = { ...emptyDraft, session: 's1', upload: 'gone', suppression: 'sup' }
  expect(resume(kept, session(uploads))).toMatchObject({ upload: '', suppression: 'sup' })
})

test('files that are gone are no part of the order', () => {
  const uploads = [{ upload_id: 'u', created_at: '', files: [file('a')] }]
  expect(resume({ session: 's1', upload: 'u', order: ['b', 'a'] }, session(uploads)).order).toEqual(['a'])
})

test('files that the order does not name come last, as uploaded', () => {
  expect(inOrder([file('a'), file('b'), file('c')], ['c']).map(({ file_id }) => file_id)).toEqual(['c', 'a', 'b'])
})

test('a file does not move beyond the ends', () => {
  expect(moved(['a', 'b'], 'a', -1)).toEqual(['a', 'b'])
  expect(moved(['a', 'b'], 'a', 1)).toEqual(['b', 'a'])
})

test('the table is what most files look like', () => {
  expect(suggestedTable([])).toBe('people')
  expect(suggestedTable([file('a', { suggested_type: 'company' })])).toBe('company')
  expect(suggestedTable([file('a', { suggested_type: 'company' }), file('b', { suggested_type: 'people' })])).toBe('people')
})

test('a request names only files that are there', () => {
  const draft = { ...emptyDraft, upload: 'u', order: ['b', 'a'], mapping: { a: { Mail: 'Work Email' }, gone: { X: null }, b: {} } }
  expect(toRequest(draft, [file('a'), file('b')])).toEqual({
    upload_id: 'u', table_type: 'people', mapping: { a: { Mail: 'Work Email' } }, rank: ['b', 'a'],
  })
})
