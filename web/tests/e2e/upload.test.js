import { readFileSync, writeFileSync } from 'node:fs'
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

const apollo = join(samples, 'people/apollo_contacts.csv')
const hubspot = join(samples, 'people/hubspot_contacts.csv')

test('files that were picked are shown with what was read in them', async () => {
  const { page, faults } = await open(browser, service.url)
  await page.getByText('Live', { exact: true }).waitFor()
  await expectAccessible(page)
  await picture(page, 'files-empty')
  await pick(page, [apollo, hubspot])
  await page.getByText('2 files, 200 rows').waitFor()
  await page.getByText('18 KB \u00b7 80 rows \u00b7 15 columns').waitFor()
  await page.getByText('semicolon \u00b7 WINDOWS-1252').waitFor()
  await page.getByText('HubSpot', { exact: true }).waitFor()
  await page.getByRole('button', { name: 'Show the first rows' }).first().click()
  await page.getByRole('columnheader', { name: 'Company Name for Emails' }).waitFor()
  await expectAccessible(page)
  await expectFits(page)
  await pictures(page, 'files')
  expectNoFaults(faults)
})

test('files can be dropped on any place of the page', async () => {
  const { page, faults } = await open(browser, service.url)
  await page.getByText('Live', { exact: true }).waitFor()
  const transfer = await page.evaluateHandle((text) => {
    const data = new DataTransfer()
    data.items.add(new File([text], 'dropped.csv', { type: 'text/csv' }))
    return data
  }, readFileSync(apollo, 'utf8'))
  await page.dispatchEvent('body', 'dragenter', { dataTransfer: transfer })
  await page.getByText('Drop to add').waitFor()
  await page.dispatchEvent('header', 'drop', { dataTransfer: transfer })
  await page.getByText('1 file, 120 rows').waitFor()
  await page.getByText('dropped.csv').first().waitFor()
  expectNoFaults(faults)
})

test('a large file shows what it holds while it is still on its way', async () => {
  const large = join(service.folder, 'large.csv')
  const leads = Array.from({ length: 60_000 }, (_, row) => `Ann,Bee,CEO,lead${String(row).padStart(6, '0')}@acme.example\n`)
  writeFileSync(large, `First Name,Last Name,Title,Work Email\n${leads.join('')}`)
  const { page, faults } = await open(browser, service.url)
  await page.getByText('Live', { exact: true }).waitFor()
  let letThrough = () => {}
  const wait = new Promise((resolve) => (letThrough = () => resolve(null)))
  await page.route('**/api/tus/*', async (route) => {
    if (route.request().method() === 'PATCH') await wait
    await route.continue()
  })
  await pick(page, [large])
  await page.getByText('about 60,000 rows \u00b7 4 columns').waitFor()
  await page.getByText('comma \u00b7 UTF-8').waitFor()
  await page.getByRole('columnheader', { name: 'Work Email' }).waitFor()
  await page.getByRole('cell', { name: 'lead000004@acme.example' }).waitFor()
  await page.getByText('Some files are still on their way').waitFor()
  await expectAccessible(page)
  await expectFits(page)
  await picture(page, 'files-on-their-way')
  letThrough()
  await page.getByText('1 file, 60,000 rows').waitFor()
  expectNoFaults(faults)
})

test('what cannot be used says why in its row, and the rest goes on', async () => {
  const { page, faults } = await open(browser, service.url)
  await page.getByText('Live', { exact: true }).waitFor()
  await page.locator('input[type=file][data-list=files]:not([webkitdirectory])').setInputFiles([
    { name: 'leads.xlsx', mimeType: 'application/octet-stream', buffer: Buffer.from('PK') },
    { name: 'empty.csv', mimeType: 'text/csv', buffer: Buffer.alloc(0) },
    { name: 'picture.csv', mimeType: 'text/csv', buffer: Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex') },
    { name: 'good.csv', mimeType: 'text/csv', buffer: Buffer.from('Email,Name\na@b.example,Ann Bee\n') },
  ])
  await page.getByText('This is not a CSV file. Save it as CSV first').waitFor()
  await page.getByText('This file is empty.').waitFor()
  await page.getByText(/picture\.csv.*PNG/i).waitFor()
  await page.getByText('1 file, 1 row').waitFor()
  await picture(page, 'files-refused')
  expectNoFaults(faults, /the server responded with a status of 422/)
})

test('a cut connection is taken up again where it was', async () => {
  const { page, faults } = await open(browser, service.url)
  await page.getByText('Live', { exact: true }).waitFor()
  const before = await page.evaluate(() => fetch('/api/session').then((answer) => answer.json()))
  let cut = 0
  await page.route('**/api/tus/*', async (route) => {
    if (route.request().method() === 'PATCH' && cut === 0) {
      cut += 1
      await route.abort('connectionreset')
    } else await route.continue()
  })
  await pick(page, [apollo])
  await page.getByText('1 file, 120 rows').waitFor()
  expect(cut).toBe(1)
  expect(before.uploads).toEqual([])
  expectNoFaults(faults, /ERR_CONNECTION_RESET/)
})

test('the files are there again after a reload and in a second tab', async () => {
  const { page, context, faults } = await open(browser, service.url)
  await pick(page, [apollo, hubspot])
  await page.getByText('2 files, 200 rows').waitFor()
  await page.getByRole('button', { name: 'Move down' }).first().click()
  await page.reload()
  await page.getByText('2 files, 200 rows').waitFor()
  expect(await page.locator('ol p.font-semibold').allTextContents()).toEqual(['hubspot_contacts.csv', 'apollo_contacts.csv'])
  const second = await open(browser, service.url, { context })
  await second.page.getByText('2 files, 200 rows').waitFor()
  expectNoFaults([...faults, ...second.faults])
})

test('what one tab adds, moves and removes is seen in the other', async () => {
  const first = await open(browser, service.url)
  await first.page.getByText('Live', { exact: true }).waitFor()
  const second = await open(browser, service.url, { context: first.context })
  await second.page.getByText('Live', { exact: true }).waitFor()
  await pick(first.page, [apollo])
  await second.page.getByText('1 file, 120 rows').waitFor()
  await pick(second.page, [hubspot])
  await first.page.getByText('2 files, 200 rows').waitFor()
  await first.page.getByRole('button', { name: 'Move down' }).first().click()
  await second.page.locator('ol > li').first().filter({ hasText: 'hubspot_contacts.csv' }).waitFor()
  await second.page.getByRole('button', { name: 'Remove', exact: true }).first().click()
  await first.page.getByText('1 file, 120 rows').waitFor()
  expectNoFaults([...first.faults, ...second.faults])
})

test('an upload that a reload cut goes on where it was when the file is chosen again', async () => {
  const { page, faults } = await open(browser, service.url)
  await page.getByText('Live', { exact: true }).waitFor()
  const content = readFileSync(apollo)
  await page.evaluate(async ([start, size]) => {
    const version = { 'Tus-Resumable': '1.0.0' }
    const made = await fetch('/api/tus', {
      method: 'POST',
      headers: { ...version, 'Upload-Length': String(size), 'Upload-Metadata': `filename ${btoa('apollo_contacts.csv')}` },
    })
    await fetch(/** @type {string} */ (made.headers.get('Location')), {
      method: 'PATCH',
      headers: { ...version, 'Upload-Offset': '0', 'Content-Type': 'application/offset+octet-stream' },
      body: Uint8Array.from(atob(String(start)), (sign) => sign.charCodeAt(0)),
    })
  }, /** @type {const} */ ([content.subarray(0, 20_000).toString('base64'), content.length]))
  await page.reload()
  await page.getByText('Interrupted: choose it again to go on').waitFor()
  await picture(page, 'files-interrupted')
  const [request] = await Promise.all([
    page.waitForRequest((asked) => asked.method() === 'PATCH'),
    pick(page, [apollo]),
  ])
  expect(request.headers()['upload-offset']).toBe('20000')
  await page.getByText('1 file, 120 rows').waitFor()
  expectNoFaults(faults)
})

test('a list of whom to leave out is kept apart from the files', async () => {
  const { page, faults } = await open(browser, service.url)
  await pick(page, [apollo])
  await page.getByText('1 file, 120 rows').waitFor()
  await pick(page, [join(samples, 'suppression/customers.csv')], 'suppression')
  await page.getByText('customers.csv').waitFor()
  const transfer = await page.evaluateHandle(() => {
    const data = new DataTransfer()
    data.items.add(new File(['Email\nann@bee.example\n'], 'dropped there.csv', { type: 'text/csv' }))
    return data
  })
  await page.dispatchEvent('[data-list=suppression] h2', 'drop', { dataTransfer: transfer })
  await page.getByText('dropped there.csv').first().waitFor()
  await page.getByText('1 file, 120 rows').waitFor()
  expectNoFaults(faults)
})

test('a file that was read wrongly is read as it is told', async () => {
  const { page, faults } = await open(browser, service.url)
  await page.getByText('Live', { exact: true }).waitFor()
  const text = 'Name;Ort,Land\nAnn;Z\u00fcrich,CH\n'
  await page.locator('input[type=file][data-list=files]:not([webkitdirectory])').setInputFiles([{ name: 'a.csv', mimeType: 'text/csv', buffer: Buffer.from(text) }])
  await page.getByText('1 file, 1 row').waitFor()
  await page.getByRole('button', { name: 'Show the first rows' }).click()
  await page.getByLabel('Between columns').selectOption({ label: 'comma ,' })
  await page.getByRole('columnheader', { name: 'Name;Ort' }).waitFor()
  await page.getByLabel('Encoding').selectOption({ label: 'Western (Windows-1252)' })
  await page.getByText('Ann;Z\u00c3\u00bcrich').waitFor()
  await picture(page, 'files-reading')
  await page.reload()
  await page.getByText('comma \u00b7 WINDOWS-1252').waitFor()
  await page.getByRole('button', { name: 'Check the columns' }).click()
  await page.getByRole('columnheader', { name: 'Name;Ort' }).waitFor()
  expectNoFaults(faults)
})

test('the screen fits a phone, light and dark', async () => {
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    const { page, faults } = await open(browser, service.url, { viewport: { width: 375, height: 720 }, colorScheme, hasTouch: true })
    await pick(page, [apollo, hubspot])
    await page.getByText('2 files, 200 rows').waitFor()
    await page.getByRole('button', { name: 'Show the first rows' }).first().click()
    await expectFits(page)
    await expectAccessible(page)
    await picture(page, `files-phone-${colorScheme}`)
    expectNoFaults(faults)
  }
})
