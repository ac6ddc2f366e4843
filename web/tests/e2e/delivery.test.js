import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { clickAndType, expectAccessible, expectFits, expectNoFaults, launch, open, pick, picture, pictures } from './browser.js'
import { samples, serve, start } from './serve.js'

/** @type {import('playwright-core').Browser} */
let browser
/** @type {Awaited<ReturnType<typeof serve>>} */
let service
/** @type {Awaited<ReturnType<typeof start>>[]} */
let receivers = []
beforeAll(async () => {
  ;[browser, service] = await Promise.all([launch(), serve()])
})
afterAll(async () => {
  await browser.close()
  await service.end()
})
afterEach(async () => {
  for (const context of browser.contexts()) await context.close()
  for (const receiver of receivers) await receiver.stop()
  receivers = []
})

const apollo = join(samples, 'people/apollo_contacts.csv')

/** @param {string[]} [args] */
async function receiver(args = []) {
  const started = await start(['receiver', '--port', '0', ...args])
  receivers.push(started)
  return started.url
}

/** The fourth screen with a webhook chosen. @param {string} url @param {object} [options] */
async function atWebhook(url, options) {
  const opened = await open(browser, service.url, options)
  await pick(opened.page, [apollo])
  await opened.page.getByText('1 file, 120 rows').waitFor()
  await opened.page.goto(`${service.url}/#deliver`)
  await opened.page.getByRole('radio', { name: /^Send to a webhook/ }).check()
  await opened.page.getByRole('textbox', { name: 'Webhook URL' }).fill(url)
  return opened
}
/** @param {import('playwright-core').Page} page @param {number} rate */
async function send(page, rate) {
  await page.getByRole('spinbutton', { name: 'a second', exact: true }).fill(String(rate))
  await page.keyboard.press('Tab')
  await page.getByRole('button', { name: 'Start sending' }).click()
  await page.locator('section[aria-labelledby=job-title]').getByText('Sending', { exact: true }).waitFor()
}
/** @param {import('playwright-core').Page} page */
const job = (page) => page.locator('section[aria-labelledby=job-title]')
/** @param {import('playwright-core').Page} page @param {string} word */
const countOf = async (page, word) => {
  const found = job(page).locator(`[data-count=${word}]`)
  return (await found.count()) === 0 ? 0 : Number((await found.textContent())?.replaceAll(',', ''))
}

test('a destination is recognised, the record is shown, and a test says what came of it', async () => {
  const url = await receiver()
  const { page, faults } = await atWebhook('https://api.clay.com/v3/sources/webhook/x')
  await page.getByText('Clay', { exact: true }).waitFor()
  await page.getByText(/50,000 records in the lifetime of a URL/).waitFor()
  await page.getByText(/^1\d\d records at 10\/s: 12 s$/).first().waitFor()
  await page.getByText(/"person": \{/).waitFor()
  await page.getByText(/^as it is sent, /).waitFor()
  await page.getByRole('textbox', { name: 'Webhook URL' }).fill(url)
  await clickAndType(page, page.getByRole('button', { name: 'Add a header' }), 'Authorization')
  await page.getByRole('textbox', { name: 'Value of header 1' }).fill('Bearer one')
  await page.getByRole('button', { name: 'Send it as a test' }).click()
  await page.getByText(/The receiver took the record: 200/).waitFor()
  await expectAccessible(page)
  await expectFits(page)
  await pictures(page, 'deliver-webhook')
  await page.getByText('The receiver took the record').scrollIntoViewIfNeeded()
  await picture(page, 'deliver-webhook-tested')
  await page.getByRole('textbox', { name: 'Webhook URL' }).fill('ftp://nowhere.example')
  await page.getByRole('button', { name: 'Start sending' }).click()
  await page.getByText(/webhook_url:/).waitFor()
  expectNoFaults(faults, /status of 422/)
})

test('a reload keeps where to, and asks again for what is secret', async () => {
  const [first, second] = [await receiver(), await receiver()]
  const { page, faults } = await atWebhook(first)
  await clickAndType(page, page.getByRole('button', { name: 'Add a further URL' }), second)
  await clickAndType(page, page.getByRole('button', { name: 'Add a header' }), 'X-Team')
  await page.getByRole('textbox', { name: 'Value of header 1' }).fill('hidden value')
  await page.getByLabel('Signing secret').fill('hidden secret')
  await page.getByText('Careful start and limits').click()
  await page.getByRole('spinbutton', { name: /^Quota of a URL/ }).fill('50')
  await page.getByRole('button', { name: 'No limit' }).click()
  await page.getByText(/^Your 2 URLs take 50 records each in their lifetime: \d+ will not be sent/).waitFor()
  // What is typed counts without leaving the box.
  const rate = page.getByRole('spinbutton', { name: 'a second', exact: true })
  await rate.fill('')
  await page.keyboard.type('7.05')
  expect(await rate.inputValue()).toBe('7.05')
  await page.reload()
  await page.getByText('Enter again, as it was not kept: X-Team, the signing secret.').waitFor()
  expect(await page.getByRole('textbox', { name: 'Webhook URL', exact: true }).inputValue()).toBe(first)
  expect(await page.getByRole('textbox', { name: 'Webhook URL 2' }).inputValue()).toBe(second)
  expect(await rate.inputValue()).toBe('7.05')
  await page.getByRole('button', { name: 'No limit' }).click()
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage }))).not.toContain('hidden')
  await page.getByRole('button', { name: 'Start sending' }).click()
  await page.waitForFunction(() => document.activeElement?.getAttribute('aria-label') === 'Value of header 1')
  await page.keyboard.type('hidden value')
  await page.getByRole('button', { name: 'Start sending' }).click()
  await page.waitForFunction(() => document.activeElement?.id === 'webhook-secret')
  await page.keyboard.type('hidden secret')
  await page.getByText('Enter again').waitFor({ state: 'hidden' })
  await expectAccessible(page)
  await pictures(page, 'deliver-further')
  await page.getByRole('button', { name: 'Start sending' }).click()
  await job(page).getByText('Done', { exact: true }).waitFor()
  expect(await countOf(page, 'delivered')).toBe(100)
  expect(await countOf(page, 'skipped')).toBeGreaterThan(0)
  expectNoFaults(faults)
})

test('a delivery is paused, sped up and ended; what failed is told by its answer and sent again', async () => {
  const url = await receiver(['--plan', 'ok=70,422=30'])
  const { page, faults } = await atWebhook(url)
  await send(page, 0.5)
  await job(page).getByText(/a second, .* left/).waitFor()
  await job(page).getByText(/What limits it:/).waitFor()
  await job(page).getByText('median latency').waitFor()
  await pictures(page, 'job-sending')
  await page.getByRole('button', { name: 'Pause' }).click()
  await job(page).getByText('Paused', { exact: true }).waitFor()
  await expectAccessible(page)
  await expectFits(page)
  const held = await countOf(page, 'pending')
  expect(held).toBeGreaterThan(0)
  await page.getByRole('button', { name: 'Go on' }).click()
  await job(page).getByRole('button', { name: 'No limit' }).click()
  await job(page).getByText('Done', { exact: true }).waitFor()
  await job(page).getByText('Answer 422, rejected').waitFor()
  const rejected = await countOf(page, 'rejected')
  expect(rejected).toBeGreaterThan(0)
  const total = (await countOf(page, 'delivered')) + rejected
  const log = job(page).getByRole('table', { name: 'Records' })
  await log.getByRole('cell', { name: 'delivered' }).first().waitFor()
  await job(page).getByRole('button', { name: /^rejected/ }).click()
  await log.getByRole('cell', { name: 'rejected' }).first().waitFor()
  expect(await log.getByRole('cell', { name: 'delivered' }).count()).toBe(0)
  await expectAccessible(page)
  await pictures(page, 'job-failures')
  await log.scrollIntoViewIfNeeded()
  await picture(page, 'job-log')
  await job(page).getByRole('button', { name: 'Send again: ' }).click()
  await page.waitForFunction((before) => Number(document.querySelector('section[aria-labelledby=job-title] [data-count=rejected]')?.textContent ?? 0) < before, rejected)
  await job(page).getByText('Done', { exact: true }).waitFor()
  expect((await countOf(page, 'delivered')) + (await countOf(page, 'rejected'))).toBe(total)
  await job(page).getByRole('button', { name: 'Refresh the list' }).click()
  await job(page).getByRole('button', { name: 'Refresh the list' }).waitFor({ state: 'hidden' })
  expectNoFaults(faults)
})

test('all about a record is shown beside the list, which stays where it is', async () => {
  const { page, faults } = await atWebhook(await receiver(['--plan', 'ok=50,422=50']))
  await page.getByRole('button', { name: 'No limit' }).click()
  await page.getByRole('button', { name: 'Start sending' }).click()
  await job(page).getByText('Done', { exact: true }).waitFor()
  await job(page).getByRole('button', { name: /^rejected/ }).click()
  const log = job(page).getByRole('table', { name: 'Records' })
  const records = log.getByRole('button', { name: /^Record \d+: / })
  await log.getByRole('cell', { name: 'rejected' }).first().waitFor()
  await page.waitForFunction(() => !document.querySelector('.log-row .seg-delivered'))
  const frame = page.locator('[x-ref=frame]')
  await frame.evaluate((element) => element.scrollTo(0, 300))
  await records.nth(8).focus()
  const number = Number(await records.nth(8).textContent())
  const at = await frame.evaluate((element) => element.scrollTop)
  await page.keyboard.press('Enter')
  const dialog = page.getByRole('dialog', { name: `Record ${number}` })
  await dialog.getByText('HTTP 422').waitFor()
  await dialog.getByText('1 try', { exact: true }).waitFor()
  await dialog.getByText(new RegExp(`_${number - 1}$`)).waitFor()
  await dialog.getByText(/^The receiver refuses this record/).waitFor()
  await dialog.getByText(/"person": \{/).waitFor()
  await dialog.getByText(/^\d+ B$/).waitFor()
  await expectAccessible(page)
  await expectFits(page)
  await pictures(page, 'job-record')
  expect(await frame.evaluate((element) => element.scrollTop)).toBe(at)
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'hidden' })
  expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(String(number))
  await page.keyboard.press('Enter')
  const [again] = await Promise.all([
    page.waitForRequest((asked) => asked.url().endsWith('/retry')),
    dialog.getByRole('button', { name: 'Send this record again' }).click(),
  ])
  expect(again.postDataJSON()).toEqual({ records: [number] })
  await dialog.waitFor({ state: 'hidden' })
  await job(page).getByText('Done', { exact: true }).waitFor()
  expectNoFaults(faults)
})

test('a recipe brings along where its result went, but for what is secret', async () => {
  const { page, faults } = await atWebhook('http://other.example/hook')
  const recipe = {
    table_type: 'people', match: 'exact',
    destination: { host: 'hooks.example.com', rate: 4, headers: ['X-Team'], signed: true, webhook_canary: 5, webhook_retries: 7 },
  }
  await page.getByLabel('Load a recipe').setInputFiles([{ name: 'weekly.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(recipe)) }])
  await page.getByText(/^The settings of weekly.json are in force.* Enter the URL at hooks.example.com/).waitFor()
  await page.getByText('Enter again, as it was not kept: X-Team, the signing secret.').waitFor()
  await page.getByText('Also from the recipe: retries 7.').waitFor()
  expect(await page.getByRole('textbox', { name: 'Webhook URL', exact: true }).inputValue()).toBe('')
  expect(await page.getByRole('spinbutton', { name: 'a second', exact: true }).inputValue()).toBe('4')
  expect(await page.locator('input[name=canary]').inputValue()).toBe('5')
  await expectAccessible(page)
  await picture(page, 'deliver-recipe')
  const url = await receiver()
  await page.getByRole('textbox', { name: 'Webhook URL', exact: true }).fill(url)
  await page.getByRole('textbox', { name: 'Value of header 1' }).fill('blue')
  await page.getByLabel('Signing secret').fill('a secret of the test')
  const [asked] = await Promise.all([
    page.waitForRequest((request) => request.method() === 'POST' && /\/(process|deliver)$/.test(request.url()) && /webhook_url/.test(request.postData() ?? '')),
    page.getByRole('button', { name: 'Start sending' }).click(),
  ])
  expect(asked.postDataJSON()).toMatchObject({ webhook_url: url, webhook_rate_limit: 4, webhook_canary: 5, webhook_retries: 7, webhook_headers: { 'X-Team': 'blue' } })
  await job(page).getByText('Waits for you', { exact: true }).waitFor()
  expectNoFaults(faults)
})

test('the first records are sent, and the rest when it is said', async () => {
  const { page, faults } = await atWebhook(await receiver())
  await page.getByText('Careful start and limits').click()
  await page.getByRole('spinbutton', { name: /^First send only/ }).fill('7')
  await page.getByRole('button', { name: 'No limit' }).click()
  await page.getByRole('button', { name: 'Start sending' }).click()
  await job(page).getByText('Waits for you', { exact: true }).waitFor()
  await job(page).getByText('7 delivered, 0 not.').waitFor()
  expect(await countOf(page, 'delivered')).toBe(7)
  await picture(page, 'job-canary')
  await job(page).getByRole('button', { name: 'Go on' }).click()
  await job(page).getByText('Done', { exact: true }).waitFor()
  await job(page).getByText(/^1\d\d of 1\d\d delivered$/).waitFor()
  expectNoFaults(faults)
})

test('a reload in the middle shows the same job going on', async () => {
  const { page, faults } = await atWebhook(await receiver())
  await send(page, 0.5)
  const title = await job(page).getByRole('heading', { level: 1 }).textContent()
  // The chart begins where the service's record of the delivery does, and not with the page.
  await page.waitForFunction(async () => {
    const { points } = await (await fetch(`/api/jobs/${location.hash.split('/')[1]}/pace`)).json()
    return points.length > 1
  })
  await page.reload()
  const chart = job(page).getByRole('img', { name: /^Since / })
  await chart.waitFor()
  const since = async () => (await chart.getAttribute('aria-label'))?.split(';')[0]
  const begun = await since()
  await page.reload()
  await chart.waitFor()
  expect(await since()).toBe(begun)
  await job(page).getByText('Sending', { exact: true }).waitFor()
  expect(await job(page).getByRole('heading', { level: 1 }).textContent()).toBe(title)
  expect(await countOf(page, 'pending')).toBeGreaterThan(0)
  await job(page).getByRole('button', { name: 'Cancel the job' }).click()
  await job(page).getByText('Cancelled', { exact: true }).waitFor()
  await job(page).getByRole('link', { name: 'Download CSV' }).waitFor()
  expectNoFaults(faults)
})

test('a delivery goes on after the server was killed and came back', async () => {
  const { page, faults } = await atWebhook(await receiver())
  await send(page, 1) // so slow that it is not over before the server is back
  await page.waitForFunction(() => Number(document.querySelector('section[aria-labelledby=job-title] [data-count=delivered]')?.textContent) > 3)
  await service.stop('SIGKILL')
  await page.getByText(/^(Connecting|Offline: the server does not answer)$/).waitFor()
  await service.again()
  await page.getByText('Live', { exact: true }).waitFor()
  await job(page).getByText('Sending', { exact: true }).waitFor()
  await job(page).getByRole('button', { name: 'No limit' }).click()
  await job(page).getByText('Done', { exact: true }).waitFor()
  expect(await countOf(page, 'pending')).toBe(0)
  expectNoFaults(faults, /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE|WebSocket|status of 50\d|status of 400/)
})

test('where no socket gets through the page asks instead, and says so', async () => {
  const url = await receiver()
  const { page, faults } = await open(browser, service.url, { block: '**/socket.io/**' })
  await page.getByText('No live connection: asking every 2 seconds').waitFor()
  await pick(page, [apollo])
  await page.getByText('1 file, 120 rows').waitFor()
  await page.goto(`${service.url}/#deliver`)
  await page.getByRole('radio', { name: /^Send to a webhook/ }).check()
  await page.getByRole('textbox', { name: 'Webhook URL' }).fill(url)
  await page.getByRole('button', { name: 'No limit' }).click()
  await page.getByRole('button', { name: 'Start sending' }).click()
  await job(page).getByText('Done', { exact: true }).waitFor()
  expectNoFaults(faults, /ERR_FAILED/)
})

test('the screens fit a phone, light and dark', async () => {
  const url = await receiver(['--plan', 'ok=60,422=40'])
  for (const colorScheme of /** @type {const} */ (['light', 'dark'])) {
    const { page, faults } = await atWebhook(url, { viewport: { width: 375, height: 720 }, colorScheme, hasTouch: true })
    await page.getByText(/"person": \{/).waitFor()
    await expectFits(page)
    await expectAccessible(page)
    await picture(page, `deliver-phone-${colorScheme}`)
    await send(page, 0.5)
    await job(page).getByText('median latency').waitFor()
    await expectFits(page)
    await expectAccessible(page)
    await picture(page, `job-phone-${colorScheme}`)
    await job(page).getByRole('button', { name: 'No limit' }).click()
    await job(page).getByText('Done', { exact: true }).waitFor()
    await job(page).getByText('Answer 422, rejected').scrollIntoViewIfNeeded()
    await expectFits(page)
    await picture(page, `job-phone-${colorScheme}-done`)
    expectNoFaults(faults)
  }
})
