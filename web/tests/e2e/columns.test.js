import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { expectAccessible, expectFits, expectNoFaults, launch, open, pick, picture, pictures } from './browser.js'
import { samples, serve } from './serve.js'

/** @type {import('playwright-core').Browser} */
let browser
/** @type {Awaited<ReturnType<typeof serve>>} */
let service
beforeAll(async () => {
  ;[browser, service] = await Promise.all([launch(), serve()])
})
afterAll(async () => {
  await browser.close()
  await service.end()
})
afterEach(async () => {
  for (const context of browser.contexts()) await context.close()
})

const people = (/** @type {string} */ name) => join(samples, 'people', name)
const several = ['apollo_contacts.csv', 'hubspot_contacts.csv', 'zoominfo_contacts.csv', 'lusha_contacts.csv'].map(people)

/** @param {string[]} files @param {object} [options] */
async function atColumns(files, options) {
  const opened = await open(browser, service.url, options)
  await pick(opened.page, files)
  await opened.page.getByText(new RegExp(`^${files.length} files?, [\\d,]+ rows$`)).waitFor()
  await opened.page.getByRole('button', { name: 'Check the columns' }).click()
  await opened.page.getByText('rows looked at').waitFor()
  return opened
}

test('several files are shown as a matrix with the merged rows below', async () => {
  const { page, faults } = await atColumns(several)
  await page.getByRole('button', { name: /Work Email in apollo_contacts.csv: Email/ }).waitFor()
  await page.getByRole('button', { name: /Person Location in apollo_contacts.csv:.*joined: City, State, Country/ }).waitFor()
  const headings = await page.getByRole('rowheader').allTextContents()
  const place = (/** @type {string} */ name) => headings.indexOf(name)
  expect([place('Person'), place('Company')]).toEqual([0, expect.any(Number)])
  expect(place('Work Email')).toBeLessThan(place('Company'))
  expect(place('Company')).toBeLessThan(place('Company Name'))
  await expectAccessible(page)
  await expectFits(page)
  await pictures(page, 'columns')
  await page.getByRole('heading', { name: 'Result with these columns' }).scrollIntoViewIfNeeded()
  await picture(page, 'columns-result')
  expectNoFaults(faults)
})

test('only what is to be checked is shown, and it goes as it is decided', async () => {
  const { page, faults } = await open(browser, service.url)
  const csv = (/** @type {string} */ heads, /** @type {string} */ row) => Buffer.from(`${heads}\n${row}\n`)
  await page.locator('input[type=file][data-list=files]:not([webkitdirectory])').setInputFiles([
    { name: 'a.csv', mimeType: 'text/csv', buffer: csv('First Name,Work Email,Mobile Phone,Direct Phone', 'Ann,ann@bee.example,+43 660 1234567,+43 1 2345678') },
    { name: 'b.csv', mimeType: 'text/csv', buffer: csv('First Name,Work Email', 'Cy,cy@dee.example') },
  ])
  await page.getByText('2 files, 2 rows').waitFor()
  await page.getByRole('button', { name: 'Check the columns' }).click()
  await page.getByText('rows looked at').waitFor()
  const header = (/** @type {string} */ name) => page.getByRole('rowheader', { name, exact: true })
  await header('First Name').waitFor()
  await page.getByRole('button', { name: 'Only to check' }).click()
  await header('First Name').waitFor({ state: 'hidden' })
  await header('Phone Number').waitFor()
  await page.getByText('2 columns: check their order').waitFor()
  expect(await page.getByRole('rowheader').allTextContents()).toEqual(['Person', 'Phone Number'])
  await expectAccessible(page)
  await picture(page, 'columns-uncertain')
  await page.getByRole('button', { name: /Phone Number in a.csv/ }).click()
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByText('Nothing to check: every column is sure.').waitFor()
  await page.getByRole('button', { name: 'Only to check' }).click()
  await header('First Name').waitFor()
  expectNoFaults(faults)
})

test('columns of a field are chosen by searching, and the result follows', async () => {
  const { page, faults } = await atColumns(several)
  await page.getByRole('button', { name: /Job Title in apollo_contacts.csv/ }).click()
  await page.getByRole('combobox', { name: 'Search' }).fill('seni')
  await page.getByRole('option', { name: /Seniority/ }).waitFor()
  await expectAccessible(page)
  await picture(page, 'columns-chooser')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Earlier' }).nth(1).click()
  await page.getByRole('button', { name: 'Done' }).click()
  await page.getByRole('button', { name: /Job Title in apollo_contacts.csv: Seniority Title/ }).waitFor()
  await page.getByText('Seniority \u2192 Job Title').waitFor()
  await page.keyboard.press('u')
  await page.getByRole('button', { name: /Job Title in apollo_contacts.csv: Title/ }).waitFor()
  expectNoFaults(faults)
})

test('a column of a single file is given no field, and its heading then stands in the result', async () => {
  const { page, faults } = await atColumns([people('apollo_contacts.csv')])
  const row = page.getByRole('row', { name: /^Title/ })
  await row.getByRole('button').click()
  await page.getByRole('option', { name: 'no field' }).click()
  await page.getByText('Title \u2192 no field').waitFor()
  await page.getByRole('columnheader', { name: 'Title', exact: true }).waitFor()
  await picture(page, 'columns-list')
  await page.reload()
  await page.getByText('Title \u2192 no field').waitFor()
  expectNoFaults(faults)
})

test('a change can be remembered as another name of the field', async () => {
  const { page, faults } = await atColumns([people('apollo_contacts.csv')])
  await page.getByRole('row', { name: /^Keywords/ }).getByRole('button').click()
  await page.getByRole('combobox', { name: 'Search' }).fill('company desc')
  await page.keyboard.press('Enter')
  await page.getByText('Keywords \u2192 Company Description').waitFor()
  await page.getByRole('button', { name: 'Remember' }).click()
  await page.getByText('is now another name of Company Description').waitFor()
  const kept = await page.evaluate(() => fetch('/api/config/mappings').then((answer) => answer.json()))
  expect(kept.configuration.people_mappings['Company Description']).toContain('Keywords')
  await page.getByRole('button', { name: 'Take back' }).click()
  await page.getByRole('row', { name: /^Keywords/ }).getByRole('button', { name: 'Company Description' }).waitFor()
  expectNoFaults(faults)
})

test('the screen fits a phone and the dark', async () => {
  const { page, faults } = await atColumns(several.slice(0, 2), { viewport: { width: 375, height: 720 }, colorScheme: 'dark', hasTouch: true })
  await expectFits(page)
  await expectAccessible(page)
  await picture(page, 'columns-phone-dark')
  expectNoFaults(faults)
})
