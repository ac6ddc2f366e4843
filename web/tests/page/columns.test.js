import Alpine from '@alpinejs/csp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { complete } from '../../markup.js'
import { chooser } from '../../src/components/chooser.js'
import { columns } from '../../src/components/columns.js'
import { makeWork } from '../../src/work.js'

const file = { file_id: 'f1', filename: 'a.csv', size: 9, status: 'complete', records: 2, headers: ['Mail', 'Mood'] }

/** What the service answers to wishes, when the test lets it. */
const asked = /** @type {{wishes: any, answer: (preview: any) => void}[]} */ ([])
const client = /** @type {any} */ ({
  session: async () => ({
    session_id: 's', limits: {}, jobs: [],
    uploads: [{ upload_id: 'u', created_at: '2026-01-01', expires_at: '', files: [file] }],
  }),
  mapping: (/** @type {any} */ wishes) => new Promise((answer) => asked.push({ wishes, answer })),
})
const live = /** @type {any} */ ({ on: () => () => {}, begin: () => {} })
const storage = { getItem: () => null, setItem: () => {}, removeItem: () => {} }

/** @param {string | null} field @param {string} value */
const preview = (field, value) => ({
  upload_id: 'u',
  fields: ['Work Email', 'Full Name'],
  files: [{
    file_id: 'f1', file: 'a.csv', platform: '',
    columns: [
      { index: 0, header: 'Mail', field, confidence: 75, why: 'fuzzy', reason: 'spelled nearly like it', samples: ['a@b.example'] },
      { index: 1, header: 'Mood', field: null, confidence: 0, why: 'none', reason: '', samples: [] },
    ],
    feeds: field ? { [field]: [{ how: 'first_nonempty', headers: ['Mail'] }] } : {},
  }],
  table: { columns: ['Work Email'], rows: [[value]], read: 2, merged: 1 },
})

/** @param {() => boolean} isSo */
const until = async (isSo) => {
  while (!isSo()) await new Promise((resolve) => setTimeout(resolve))
}
const shown = () => document.body.textContent ?? ''

beforeAll(async () => {
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true
  }
  HTMLDialogElement.prototype.close = function () {
    this.open = false
  }
  Alpine.store('navigation', { screen: 'columns', is: (/** @type {string} */ screen) => screen === 'columns', go: () => {} })
  Alpine.store('work', makeWork({ client, live, storage }))
  const parts = { work: Alpine.store('work'), navigation: Alpine.store('navigation'), client, signals: new EventTarget() }
  Alpine.data('columns', columns(parts))
  Alpine.data('chooser', chooser())
  document.body.innerHTML = complete('<!-- screen: columns -->')
  Alpine.start()
  await Alpine.store('work').load()
  await until(() => asked.length === 1)
})

test('the service is asked for mapping and rows, and both are shown', async () => {
  expect(asked[0].wishes).toMatchObject({ upload_id: 'u', table_type: 'people', rows: 15 })
  asked[0].answer(preview('Work Email', '<b>a@b.example</b>'))
  await until(() => shown().includes('1 of 2 fields filled'))
  expect(shown()).toContain('1 to check')
  expect(shown()).toContain('probable, 75 %')
  expect(shown()).toContain('<b>a@b.example</b>')
  expect(document.querySelector('td b')).toBe(null)
})

test('a late answer to an older question changes nothing', async () => {
  Alpine.store('work').change({ mapping: { f1: { Mail: null } } })
  await until(() => asked.length === 2)
  Alpine.store('work').change({ mapping: { f1: { Mail: 'Full Name' } } })
  await until(() => asked.length === 3)
  asked[2].answer(preview('Full Name', 'newest'))
  await until(() => shown().includes('newest'))
  asked[1].answer(preview(null, 'outdated'))
  await new Promise((resolve) => setTimeout(resolve))
  expect(shown()).toContain('newest')
  expect(shown()).not.toContain('outdated')
})

afterAll(() => Alpine.destroyTree(document.body))
