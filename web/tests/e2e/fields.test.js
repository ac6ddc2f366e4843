import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { expectAccessible, expectFits, expectNoFaults, launch, open, pick, picture, pictures } from './browser.js'
import { samples, serve } from './serve.js'

/** @type {import('playwright-core').Browser} */
let browser
/** @type {Awaited<ReturnType<typeof serve>>} */
let service
beforeAll(async () => {
  browser = await launch()
})
afterAll(() => browser.close())
beforeEach(async () => {
  service = await serve()
})
afterEach(async () => {
  for (const context of browser.contexts()) await context.close()
  await service.end()
})

/** @param {string} url @param {object} [options] */
async function atFields(url, options) {
  const opened = await open(browser, `${url}/#fields`, options)
  await opened.page.getByText('All changes are saved.').waitFor()
  await opened.page.getByText('Live', { exact: true }).waitFor()
  await opened.page.getByRole('textbox', { name: 'Rename' }).first().waitFor()
  return opened
}

test('another name is added, saved, and undone from a backup', async () => {
  const { page, faults } = await atFields(service.url)
  await expectAccessible(page)
  await expectFits(page)
  await pictures(page, 'fields')
  await page.getByRole('button', { name: 'Back up now' }).click()
  await page.getByText('Backed up.').waitFor()
  await page.getByRole('textbox', { name: 'Add another name' }).first().fill('Rufname, Vorname')
  await page.keyboard.press('Enter')
  await page.getByText('Rufname', { exact: true }).waitFor()
  await page.getByText('Not saved yet.').waitFor()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Saved. New jobs work with it from now on.').waitFor()
  await page.reload()
  await page.getByText('Rufname', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Restore' }).last().click()
  await page.getByText(/The backup of .* is in force again/).waitFor()
  expect(await page.getByText('Rufname', { exact: true }).count()).toBe(0)
  expect(await page.getByRole('button', { name: 'Restore' }).count()).toBe(2)
  expectNoFaults(faults)
})

test('what is edited while the fields are being saved stays', async () => {
  const { page, faults } = await atFields(service.url)
  let letThrough = () => {}
  const wait = new Promise((resolve) => (letThrough = () => resolve(null)))
  await page.route('**/api/config/mappings', async (route) => {
    if (route.request().method() === 'PUT') await wait
    await route.continue()
  })
  const add = page.getByRole('textbox', { name: 'Add another name' }).first()
  await add.fill('first of two')
  await page.keyboard.press('Enter')
  await Promise.all([page.waitForRequest((asked) => asked.method() === 'PUT'), page.getByRole('button', { name: 'Save' }).click()])
  await add.fill('second of two')
  await page.keyboard.press('Enter')
  letThrough()
  await page.getByText('Saved. New jobs work with it from now on.').waitFor()
  await page.getByText('second of two', { exact: true }).waitFor()
  await page.getByText('Not saved yet.').waitFor()
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('All changes are saved.').waitFor()
  const kept = await page.evaluate(() => fetch('/api/config/mappings').then((answer) => answer.json()))
  expect(kept.configuration.people_mappings['First Name']).toEqual(expect.arrayContaining(['first of two', 'second of two']))
  expectNoFaults(faults)
})

test('a name that two fields claim is marked, and the server says where it stands', async () => {
  const { page, faults } = await atFields(service.url)
  await page.getByRole('textbox', { name: 'Add another name' }).nth(1).fill('Given-Name')
  await page.keyboard.press('Enter')
  await page.getByText('belongs to First Name, Last Name').waitFor()
  await picture(page, 'fields-conflict')
  await page.getByRole('button', { name: 'JSON' }).click()
  const editor = page.getByRole('textbox', { name: 'The configuration as JSON' })
  await editor.fill('{\n  "people_mappings": {\n    "Mail": ["Email",\n      3]\n  }\n}')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText(/^Line 4: people_mappings/).first().waitFor()
  await editor.fill('{\n  "people_mappings": {\n    "Mail": ["Email"\n  }\n}')
  await page.getByText(/^Line 4: Expected/).last().waitFor()
  await expectAccessible(page)
  await picture(page, 'fields-json')
  expectNoFaults(faults, /status of 422/)
})

test('a trial says what would change in the files of late', async () => {
  const { page, faults } = await open(browser, service.url)
  await pick(page, [join(samples, 'people/apollo_contacts.csv')])
  await page.getByText('1 file, 120 rows').waitFor()
  await page.goto(`${service.url}/#fields`)
  await page.getByRole('textbox', { name: 'Add another name' }).nth(11).fill('Keywords')
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: 'Try on recent headings' }).click()
  await page.getByText('Keywords: no field \u2192 Company Description').waitFor()
  expectNoFaults(faults)
})

test('a change in another tab is loaded, or waits while one is editing here', async () => {
  const first = await atFields(service.url)
  const second = await atFields(service.url)
  const add = async (/** @type {import('playwright-core').Page} */ page, /** @type {string} */ name) => {
    await page.getByRole('textbox', { name: 'Add another name' }).first().fill(name)
    await page.keyboard.press('Enter')
  }
  await add(first.page, 'one')
  await first.page.getByRole('button', { name: 'Save' }).click()
  await second.page.getByText('The fields were changed elsewhere; this is the new state.').waitFor()
  await second.page.getByText('one', { exact: true }).waitFor()
  await add(second.page, 'two')
  await add(first.page, 'three')
  await first.page.getByRole('button', { name: 'Save' }).click()
  await second.page.getByText('changed elsewhere while you were editing').waitFor()
  await second.page.getByRole('button', { name: 'Load theirs' }).click()
  await second.page.getByText('three', { exact: true }).waitFor()
  expect(await second.page.getByText('two', { exact: true }).count()).toBe(0)
  expectNoFaults([...first.faults, ...second.faults])
})

test('protected fields ask for the token', async () => {
  const guarded = await serve({ ADMIN_TOKEN: 'a-token-of-the-test' })
  const { page, faults } = await atFields(guarded.url, { viewport: { width: 375, height: 720 }, colorScheme: 'dark' })
  await page.getByRole('button', { name: 'Back up now' }).click()
  await page.getByLabel('Administrator token').fill('a-token-of-the-test')
  await expectFits(page)
  await expectAccessible(page)
  await picture(page, 'fields-phone-dark')
  await page.getByRole('button', { name: 'Back up now' }).click()
  await page.getByText('Backed up.').waitFor()
  await page.context().close()
  await guarded.end()
  expectNoFaults(faults, /status of 401/)
})
