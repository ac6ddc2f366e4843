import { expect, test } from 'vitest'
import { makeLive } from '../../src/api/live.js'

/** A socket that says what it is told to, and a timer that is turned by hand. */
function parts() {
  /** @type {Record<string, (body?: any) => void>} */
  const hears = {}
  const socket = { on: (/** @type {string} */ name, /** @type {any} */ hear) => (hears[name] = hear), connect: () => {}, disconnect: () => {} }
  /** @type {(() => void) | null} */
  let tick = null
  const client = { answers: /** @type {any[]} */ ([]), jobs: async () => {
    const answer = client.answers.shift()
    if (!answer) throw new Error('away')
    return answer
  } }
  const live = makeLive({
    connect: () => socket,
    client,
    every: (work) => {
      tick = work
      return 1
    },
    never: () => (tick = null),
  })
  /** @type {string[]} */
  const states = []
  live.on('state', (state) => states.push(state))
  live.begin()
  return { hears, live, client, states, isPolling: () => tick !== null }
}

test('events reach who listens, until they no longer want to', () => {
  const { hears, live, states } = parts()
  /** @type {any[]} */
  const heard = []
  const end = live.on('job_progress', (job) => heard.push(job))
  hears.connect()
  hears.job_progress({ job_id: 'j' })
  end()
  hears.job_progress({ job_id: 'k' })
  expect(heard).toEqual([{ job_id: 'j' }])
  expect(states).toEqual(['live'])
})

test('when no socket gets through it asks, says so, and stops when one does', async () => {
  const { hears, live, client, states, isPolling } = parts()
  /** @type {any[]} */
  const heard = []
  live.on('session_jobs', (body) => heard.push(body))
  client.answers.push({ jobs: [] })
  hears.connect_error()
  hears.connect_error()
  expect(isPolling()).toBe(false)
  hears.connect_error()
  expect(isPolling()).toBe(true)
  await Promise.resolve()
  await Promise.resolve()
  expect(heard).toEqual([{ jobs: [] }])
  expect(states).toEqual(['polling'])
  hears.connect()
  expect(isPolling()).toBe(false)
  expect(states).toEqual(['polling', 'live'])
})

test('when nothing answers it says that it is offline', async () => {
  const { hears, states } = parts()
  for (let i = 0; i < 3; i += 1) hears.connect_error()
  await Promise.resolve()
  await Promise.resolve()
  expect(states).toEqual(['offline'])
})
