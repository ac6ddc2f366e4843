import { expect, test } from 'vitest'
import { columnsOf, composition, decisions, filled, found, grouped, isContested, level, needsLook, uncertain, withAlias, withColumns, withField, withoutDecision } from '../../src/state/mapping.js'

const column = (/** @type {string} */ header, /** @type {string | null} */ field, confidence = 100, why = 'alias') =>
  /** @type {any} */ ({ index: 0, header, field, confidence, why, reason: '', samples: [] })
const file = /** @type {any} */ ({
  file_id: 'f1',
  file: 'a.csv',
  platform: '',
  columns: [column('Mobile', 'Phone', 80), column('Direct', 'Phone', 95), column('City', 'Location', 92, 'composed'), column('Mood', null, 0, 'none')],
  feeds: { Phone: [{ how: 'first_nonempty', headers: ['Direct', 'Mobile'] }], Location: [{ how: 'join_location', headers: ['City'] }] },
})

test('how sure a column is comes from its confidence, but what is named or chosen is sure', () => {
  expect([99, 90, 89, 70, 69].map((confidence) => level(column('x', 'F', confidence)))).toEqual(['sure', 'sure', 'fair', 'fair', 'unsure'])
  expect(level(column('x', 'F', 10, 'user'))).toBe('sure')
})

test('columns of a field stand in the order in which they are tried', () => {
  expect(columnsOf(file, 'Phone').map(({ header }) => header)).toEqual(['Direct', 'Mobile'])
  expect(composition(file, 'Phone')).toBe(null)
  expect(composition(file, 'Location')?.how).toBe('join_location')
})

test('a field needs a look where a column is not sure, or several compete and nobody said how', () => {
  expect(['Phone', 'Location', 'Name'].map((field) => needsLook([file], field))).toEqual([true, false, false])
  expect(isContested(file, 'Phone')).toBe(true)
  expect(isContested(file, 'Location')).toBe(false)
  const chosen = { ...file, columns: [column('Mobile', 'Phone', 80, 'user'), column('Direct', 'Phone', 95, 'user')] }
  expect([isContested(chosen, 'Phone'), needsLook([chosen], 'Phone')]).toEqual([false, false])
})

test('fields are grouped by what they tell about, in their order', () => {
  expect(grouped(['Company Name', 'Email', 'Industry', 'Name'], ['Industry', 'Company Name'])).toEqual([
    { name: 'person', fields: ['Email', 'Name'] },
    { name: 'company', fields: ['Company Name', 'Industry'] },
  ])
  expect(grouped(['Email'], ['Industry'])).toEqual([{ name: 'person', fields: ['Email'] }])
})

test('what is not sure and was not seen waits to be checked', () => {
  expect(uncertain([file], ['Phone', 'Location'], [])).toEqual([{ file: 'f1', field: 'Phone', header: 'Mobile' }])
  expect(uncertain([file], ['Phone'], ['f1\nMobile'])).toEqual([])
  expect(filled([file], ['Phone', 'Location', 'Name'])).toBe(2)
})

test('the columns of a field are wished in their order, and those taken away go nowhere', () => {
  const wishes = withColumns({ f1: { Mood: null, Mobile: 'Phone' } }, file, 'Phone', ['Mood', 'Mobile'])
  expect(wishes).toEqual({ f1: { Direct: null, Mood: 'Phone', Mobile: 'Phone' } })
  expect(Object.keys(wishes.f1)).toEqual(['Direct', 'Mood', 'Mobile'])
})

test('decisions are listed, changed and taken back one by one', () => {
  const wishes = withField({}, 'f1', 'Mood', 'Phone')
  expect(decisions(wishes, [{ file_id: 'f1', filename: 'a.csv' }, { file_id: 'f2', filename: 'b.csv' }])).toEqual([
    { file: 'f1', filename: 'a.csv', header: 'Mood', field: 'Phone' },
  ])
  expect(withoutDecision(wishes, 'f1', 'Mood')).toEqual({ f1: {} })
})

test('an alias belongs to one field', () => {
  const before = { people_mappings: { Phone: ['mood', 'tel'], Mail: [] }, data_cleaning_rules: {} }
  expect(withAlias(before, 'people', 'Mail', 'Mood')).toEqual({ people_mappings: { Phone: ['tel'], Mail: ['Mood'] }, data_cleaning_rules: {} })
})

test('a search finds beginnings first, then parts, then values', () => {
  const items = [{ name: 'Work Email' }, { name: 'Mood', hint: 'email me' }, { name: 'Email' }, { name: 'City' }]
  expect(found(items, ' EMAIL').map(({ name }) => name)).toEqual(['Email', 'Work Email', 'Mood'])
})
