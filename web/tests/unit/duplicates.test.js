import { expect, test } from 'vitest'
import { byId, decide, decideAll, decisionOf, histogram, kindOf, sideBySide, titleOf, versionsOfCluster } from '../../src/state/duplicates.js'
import { emptyDraft, toRequest } from '../../src/state/draft.js'
import { fromRecipe } from '../../src/state/recipe.js'

const a = { file: 'f1', line: 2 }
const b = { file: 'f2', line: 9 }
const c = { file: 'f2', line: 10 }

test('a pair has one decision, whichever row is named first', () => {
  const merged = decide([], a, b, true)
  expect(decide(merged, b, a, false)).toEqual([{ a: b, b: a, together: false }])
  expect(decisionOf(merged, b, a)?.together).toBe(true)
  expect(decisionOf(merged, b, c)).toBe(null)
  expect(decide(merged, b, a, null)).toEqual([])
})

test('many pairs are decided at once, those decided before too', () => {
  const before = decide([], a, b, false)
  const after = decideAll(before, [{ a: b, b: a }, { a, b: c }], true)
  expect(after).toEqual([{ a: b, b: a, together: true }, { a, b: c, together: true }])
  expect(decideAll(after, [{ a, b }, { a, b: c }], null)).toEqual([])
})

test('pairs are of one kind when their reasons are, whatever the names and the order', () => {
  expect(kindOf('same company; Bob = Robert')).toBe(kindOf('Liz = Elizabeth; same company'))
  expect(kindOf('same company')).not.toBe(kindOf('same company; same place'))
})

test('bars tell of every score how many were merged and how many stayed apart', () => {
  const bars = histogram({ from: 60, joined: [0, 0, 9_999], apart: [0, 3, 0] })
  expect(bars.map(({ score }) => score)).toEqual([60, 61, 62])
  expect(bars[0].height).toBe(0)
  expect(bars[1].apartHeight).toBeCloseTo(bars[1].height)
  expect(bars[1].height).toBeGreaterThan(10)
  expect(bars[2]).toMatchObject({ height: 100, apartHeight: 0 })
  expect(histogram(undefined)).toEqual([])
})

test('columns without any value are left out, and only cells that say something differ', () => {
  const lines = sideBySide(['Name', 'City', 'Phone'], [
    { place: null, reason: '', values: ['Ann', '', '1'] },
    { place: a, reason: '', values: ['Ann', '', ''] },
    { place: b, reason: '', values: ['Anne', '', '1'] },
  ])
  expect(lines.map(({ column, differs }) => [column, differs])).toEqual([['Name', true], ['Phone', false]])
  expect(lines[0].cells.map(({ differs, wins }) => [differs, wins])).toEqual([[true, false], [true, true], [true, false]])
})

test('of a cluster the record comes first and has no place', () => {
  const versions = versionsOfCluster({
    row: 1,
    first: a,
    members: [
      { file: null, line: null, reason: null, values: ['x'] },
      { file: 'f', line: 3, reason: 'same name', values: ['y'] },
    ],
  })
  expect(versions.map(({ place, reason }) => [place, reason])).toEqual([[null, ''], [{ file: 'f', line: 3 }, 'same name']])
})

test('a lead is called by its name and company, else by its first values', () => {
  expect(titleOf(['First Name', 'Last Name', 'Company Name'], ['Ann', 'Lee', 'Acme'])).toBe('Ann Lee \u00b7 Acme')
  expect(titleOf(['Mail', 'City'], ['', 'Rome'])).toBe('Rome')
})

test('a file is found by its name only where the name is of one file', () => {
  const files = [{ file_id: '1', filename: 'a.csv' }, { file_id: '2', filename: 'b.csv' }, { file_id: '3', filename: 'b.csv' }]
  expect(byId(files, { file: 'a.csv', line: 4 })).toEqual({ file: '1', line: 4 })
  expect(byId(files, { file: 'b.csv', line: 4 })).toBe(null)
})

test('decisions go into the request unless nothing is compared or a file is gone', () => {
  const files = /** @type {any} */ ([{ file_id: 'f1' }, { file_id: 'f2' }])
  const decisions = [{ a, b, together: true }]
  const draft = { ...emptyDraft, upload: 'u', decisions }
  expect(toRequest(draft, files)).toMatchObject({ decisions })
  expect(toRequest({ ...draft, options: { match: 'none' } }, files)).not.toHaveProperty('decisions')
  expect(toRequest(draft, files.slice(1))).not.toHaveProperty('decisions')
})

test('a recipe counts for files of the same name', () => {
  const files = [{ file_id: 'f1', filename: 'a.csv' }]
  const recipe = {
    table_type: 'people', match: 'exact', rank: ['a.csv', 'gone.csv'], mapping: { 'a.csv': { Mail: null }, 'gone.csv': {} },
    decisions: [{ a: { file: 'a.csv', line: 2 }, b: { file: 'a.csv', line: 3 }, together: false }],
  }
  expect(fromRecipe(JSON.stringify(recipe), files)).toEqual({
    problem: '',
    destination: null,
    change: {
      table: 'people', options: { match: 'exact' }, mapping: { f1: { Mail: null } }, reading: {}, order: ['f1'],
      decisions: [{ a: { file: 'f1', line: 2 }, b: { file: 'f1', line: 3 }, together: false }],
    },
  })
  expect(fromRecipe(JSON.stringify({ ...recipe, destination: {
    host: 'api.clay.com', rate: 4, headers: ['Authorization'], signed: true, webhook_canary: 5, webhook_retries: 7, webhook_series: 's', webhook_roll_over_urls: [],
  } }), files).destination).toEqual({
    host: 'api.clay.com', signed: true,
    setUp: { rate: 4, headers: [{ name: 'Authorization', value: '' }], canary: 5, failAbove: null, quota: null, quotaUsed: null, others: { webhook_retries: 7 } },
  })
  expect(fromRecipe('{', files).problem).toBe('json')
  expect(fromRecipe('[1]', files).problem).toBe('recipe')
})
