import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { expectAccessible, expectFits, expectNoFaults, launch, open, pick, picture, pictures } from './browser.js'
import { commandLine, samples, serve } from './serve.js'

/** @type {import('playwright-core').Browser} */
let browser
/** @type {Awaited<ReturnType<typeof serve>>} */
let service
beforeAll(async () => {
  ;[browser, service] = await Promise.all([launch(), serve()])
  mkdirSync(folder())
  for (const [name, lines] of Object.entries(leads)) writeFileSync(join(folder(), name), `${lines.join('\n')}\n`)
})
afterAll(async () => {
  await browser.close()
  await service.end()
})
afterEach(async () => {
  for (const context of browser.contexts()) await context.close()
})

// Rows of which some are surely one lead, and some perhaps.
const leads = {
  'crm.csv': [
    'First Name,Last Name,Company,Website,Title,City,Work Email',
    'Jon,Weber,Novak Glass,novak-glass.example,CEO,Graz,',
    'Anna,Lindqvist,Boreal Timber,boreal.example,Head of Sales,Lund,anna@boreal.example',
    'Priya,Raman,Kestrel Analytics,kestrel.example,CTO,Pune,',
    'Tom,Whitfield,Whitfield Tools,whitfield.example,Owner,Leeds,tom@whitfield.example',
    'Carlos,Mendes,Solara,solara.example,Buyer,Porto,',
    'Maria,Rossi,Lotus Imports,lotus.example,CFO,Milano,',
    'Jens,Hansen,Fjord Data,fjord.example,CTO,Bergen,jens@fjord.example',
  ],
  'fair.csv': [
    'Full Name,Company Name,Domain,Job Title,Location,Email',
    'J. Weber,Novak,,Chief Executive Officer,Austria,',
    'A. Lindqvist,Boreal,,Sales,Sweden,a.lindqvist@boreal-timber.example',
    'P. Raman,Kestrel Analytics Ltd,,,Pune,',
    'Thomas Whitfield,Whitfield,,Owner,York,',
    'Carlos Mendez,Solara Energia,,Buyer,,',
    'Maria Rosi,Lotus Import,,,,m.rosi@lotus.example',
    'Jens Hansen,Fjord Data AS,,CTO,Bergen,jens@fjord.example',
    'Jens Hanssen,Fjord Datacenter,,Engineer,Oslo,',
  ],
}
const uncertain = () => Object.keys(leads).map((name) => join(folder(), name))
const folder = () => join(service.folder, 'leads')
const people = ['apollo_contacts.csv', 'hubspot_contacts.csv', 'zoominfo_contacts.csv', 'lusha_contacts.csv', 'cognism_contacts.csv']

/** @param {string[]} files @param {object} [options] */
async function atDuplicates(files, options) {
  const opened = await open(browser, service.url, options)
  await pick(opened.page, files)
  await opened.page.getByText(new RegExp(`^${files.length} files, [\\d,]+ rows$`)).waitFor()
  await opened.page.goto(`${service.url}/#duplicates`)
  await opened.page.getByText(/records from [\d,]+ rows/).waitFor()
  await opened.page.locator('#group-0').waitFor()
  return opened
}

/** @param {import('playwright-core').Page} page @param {string} key */
const countOf = async (page, key) => Number((await page.locator(`[data-count=${key}]`).first().textContent())?.replaceAll(',', ''))

test('counts follow the threshold, and the trials before leave nothing behind', async () => {
  const { page, faults } = await atDuplicates(people.map((name) => join(samples, 'people', name)))
  const merged = await countOf(page, 'merged')
  expect((await countOf(page, 'kept')) + merged + (await countOf(page, 'rejected'))).toBe(await countOf(page, 'read'))
  await expectAccessible(page)
  await expectFits(page)
  await pictures(page, 'duplicates')
  await page.getByRole('spinbutton', { name: 'How sure a merge must be' }).fill('100')
  await page.keyboard.press('Enter')
  await page.waitForFunction((before) => document.querySelector('[data-count=merged]')?.textContent !== String(before), merged)
  expect(await countOf(page, 'merged')).toBeLessThan(merged)
  await page.getByRole('radio', { name: /^Keep all/ }).check()
  await page.getByText('Nothing is uncertain').waitFor()
  expect(await countOf(page, 'merged')).toBe(0)
  await page.waitForFunction(async () => (await (await fetch('/api/jobs')).json()).jobs.length === 1)
  await page.getByRole('link', { name: 'Jobs' }).click()
  await page.getByText('No job yet').waitFor()
  expectNoFaults(faults)
})

test('decisions go into the result, which is that of the command line to the byte', async () => {
  const { page, faults } = await atDuplicates(uncertain())
  const kept = await countOf(page, 'kept')
  const possible = await countOf(page, 'possible')
  expect(possible).toBeGreaterThan(1)
  await page.getByText(/% sure, kept apart:/).waitFor()
  await page.getByRole('button', { name: /^Merge M/ }).click()
  await page.keyboard.press('k')
  await page.getByText('will be merged').first().waitFor()
  await page.getByText('stays apart').first().waitFor()
  await pictures(page, 'duplicates-decided')
  await page.getByRole('button', { name: /^Merged/ }).click()
  await page.getByRole('columnheader', { name: 'Result' }).waitFor()
  await page.getByRole('button', { name: /^Keep apart: / }).first().click()
  await page.getByText('1 kept apart').first().waitFor()
  await expectAccessible(page)
  await picture(page, 'duplicates-merged')
  await page.getByRole('button', { name: 'Apply them now' }).click()
  await page.getByRole('button', { name: 'Apply them now' }).waitFor({ state: 'hidden' })
  await page.getByText(/records from [\d,]+ rows/).waitFor()
  expect(await countOf(page, 'possible')).toBeLessThan(possible)
  expect(await countOf(page, 'kept')).toBe(kept)

  await page.getByRole('button', { name: 'Get the result' }).click()
  const command = page.getByText(/^csv-merger merge .*--together.*--apart.*--apart/)
  await command.waitFor()
  await pictures(page, 'deliver-download')
  const { csv } = await commandLine(String(await command.textContent()), folder())
  await page.getByRole('checkbox', { name: /^Tell where each value came from/ }).check()
  await page.getByRole('button', { name: 'Make the result' }).click()
  await page.locator('section[aria-labelledby=job-title]').getByText('Done', { exact: true }).waitFor()
  await page.locator('[data-ledger=kept]').waitFor()
  const [origins] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Where each value came from' }).click()])
  expect(readFileSync(await origins.path(), 'utf8')).toMatch(/^Record,Column,Value,File,Line,/)
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Download CSV' }).click()])
  expect(readFileSync(await download.path(), 'utf8')).toBe(csv)
  const numbers = await page.locator('[data-ledger]').evaluateAll((all) => all.map((one) => Number(one.textContent?.replaceAll(',', ''))))
  expect(numbers.slice(1).reduce((sum, number) => sum + number, 0)).toBe(numbers[0])
  await expectAccessible(page)
  await expectFits(page)
  await pictures(page, 'job-done')
  await page.getByRole('link', { name: 'Jobs' }).click()
  await page.getByRole('link', { name: /^People, / }).first().waitFor()
  await expectAccessible(page)
  await pictures(page, 'jobs')
  expectNoFaults(faults)
})

test('pairs that are uncertain for the same reasons are decided at once', async () => {
  const leads = [['Jon', 'Weber', 'Novak'], ['Karl', 'Brandt', 'Ostrow'], ['Petra', 'Lorenz', 'Kestrel'], ['Hugo', 'Aschauer', 'Solara']]
  const files = { 'alike-crm.csv': 'First Name,Last Name,Company,Website\n', 'alike-fair.csv': 'Full Name,Company Name,Location\n' }
  for (const [first, last, company] of leads) {
    files['alike-crm.csv'] += `${first},${last},${company} Glass,${company.toLowerCase()}-glass.example\n`
    files['alike-fair.csv'] += `${first[0]}. ${last},${company},Austria\n`
  }
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder(), name), text)
  const { page, faults } = await atDuplicates(Object.keys(files).map((name) => join(folder(), name)))
  await page.getByText('3 more pairs are uncertain for the same reasons.').waitFor()
  await page.getByRole('img', { name: 'How sure the pairs are: 0 rows merged above, 4 possible duplicates below' }).waitFor()
  await expectAccessible(page)
  await pictures(page, 'duplicates-alike')
  await page.getByRole('button', { name: 'Merge them all' }).click()
  const list = page.getByRole('listbox', { name: 'Groups' })
  await page.waitForFunction(() => document.querySelectorAll('[role=option] .badge-ok:not([style*=none])').length === 4)
  await page.getByText('uncertain for the same reasons').waitFor({ state: 'hidden' })
  await page.keyboard.press('u')
  await list.getByText('will be merged').first().waitFor({ state: 'hidden' })
  await page.getByRole('button', { name: 'Merge them all' }).click()
  await page.getByRole('button', { name: 'Apply them now' }).click()
  await page.getByText('4 records from 8 rows, nothing uncertain').waitFor()
  expectNoFaults(faults)
})

test('groups are gone through and decided by keys alone', async () => {
  const { page, faults } = await atDuplicates(uncertain())
  const list = page.getByRole('listbox', { name: 'Groups' })
  await list.focus()
  const chosen = () => list.getByRole('option', { selected: true }).getAttribute('id')
  expect(await chosen()).toBe('group-0')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('m')
  expect(await chosen()).toBe('group-2')
  await page.keyboard.press('ArrowUp')
  await list.getByRole('option', { selected: true }).getByText('will be merged').waitFor()
  await page.keyboard.press('u')
  await list.getByText('will be merged').waitFor({ state: 'hidden' })
  expectNoFaults(faults)
})

test('a reload shows the same trial and decisions', async () => {
  const { page, faults } = await atDuplicates(uncertain())
  await page.keyboard.press('m')
  await page.getByText('will be merged').first().waitFor()
  const before = await page.evaluate(() => fetch('/api/jobs').then((answer) => answer.json()))
  await page.reload()
  await page.getByText('will be merged').first().waitFor()
  const after = await page.evaluate(() => fetch('/api/jobs').then((answer) => answer.json()))
  expect(after.jobs.map((/** @type {any} */ { job_id }) => job_id)).toEqual(before.jobs.map((/** @type {any} */ { job_id }) => job_id))
  expectNoFaults(faults)
})

test('the screen fits a phone, light and dark', async () => {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    const { page, faults } = await atDuplicates(uncertain(), { viewport: { width: 375, height: 720 }, colorScheme, hasTouch: true })
    await expectFits(page)
    await expectAccessible(page)
    await picture(page, `duplicates-phone-${colorScheme}`)
    await page.getByRole('heading', { level: 3 }).first().scrollIntoViewIfNeeded()
    await picture(page, `duplicates-phone-${colorScheme}-group`)
    expectNoFaults(faults)
  }
})
