import { expect, test } from 'vitest'
import { addField, conflicts, fieldsOf, fromText, isShaped, lineOf, momentOf, moveField, namesIn, renameField, toText } from '../../src/state/fields.js'

const configuration = {
  people_mappings: { 'First Name': ['given name'], 'Last Name': ['surname', 'Given_Name'] },
  data_cleaning_rules: { normalize_whitespace: true, standardize_case: { domains: 'lowercase' } },
}

test('the text of a configuration says the same', () => {
  const text = toText(configuration)
  expect(fromText(text)).toEqual({ value: configuration, error: null })
  expect(text).toContain('    "Last Name": ["surname", "Given_Name"]\n')
})

test('a spelling that two fields claim is a conflict, whatever its case and signs', () => {
  expect([...conflicts(configuration, 'people')]).toEqual([['givenname', ['First Name', 'Last Name']]])
})

test('a field keeps its place and its names when it is renamed', () => {
  const renamed = renameField(configuration, 'people', 'First Name', 'Rufname')
  expect(Object.entries(renamed.people_mappings)[0]).toEqual(['Rufname', ['given name']])
  expect(renameField(configuration, 'people', 'First Name', 'Last Name')).toBe(configuration)
})

test('a field moves among the fields of its table only', () => {
  expect(Object.keys(moveField(configuration, 'people', 'Last Name', -1).people_mappings)).toEqual(['Last Name', 'First Name'])
  expect(moveField(configuration, 'people', 'First Name', -1)).toBe(configuration)
  expect(addField(configuration, 'company', 'Domain').company_mappings).toEqual({ Domain: [] })
})

test('broken JSON is located by its line', () => {
  expect(fromText('{\n  "a": 1,\n  b\n}').error?.line).toBe(3)
  expect(fromText('{\n  "a": [1').error?.line).toBe(2)
  expect(fromText('[]').error?.detail).toContain('object')
})

test('the line of a mistake is found by its path', () => {
  const text = '{\n "people_mappings": {\n  "Job Title": ["a, [b",\n   "c",\n   3],\n  "X.Y": []\n }\n}'
  expect(lineOf(text, 'people_mappings."Job Title"[2]')).toBe(5)
  expect(lineOf(text, 'people_mappings."X.Y"')).toBe(6)
  expect(lineOf(text, 'people_mappings.Gone')).toBe(0)
  expect(lineOf(text, '')).toBe(1)
})

test('names are read from what is typed or pasted', () => {
  expect(namesIn(' a, b;c\n\na ')).toEqual(['a', 'b', 'c'])
})

test('the moment of a backup is read from its name', () => {
  expect(momentOf('field_mappings_2024-01-15T10-30-00Z_2.json')?.toISOString()).toBe('2024-01-15T10:30:00.000Z')
  expect(momentOf('other.json')).toBe(null)
})

test('what is no list of texts is shown as JSON only', () => {
  expect(isShaped(configuration)).toBe(true)
  for (const people_mappings of [5, [], { Mail: 5 }, { Mail: ['a', 3] }]) expect(isShaped({ people_mappings })).toBe(false)
  expect(fieldsOf({ people_mappings: { Mail: ['a', 3] } }, 'people')).toEqual([['Mail', ['a']]])
})
