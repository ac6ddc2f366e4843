// One function for each route of the service. Every failure is a `Refused`, with words for the user.
import { say } from '../show/words.js'

// As many as one answer may hold.
const pageSize = 200

/** What the service (or the network) said no to. */
export class Refused extends Error {
  /**
   * @param {number} status  0: no answer came
   * @param {string} detail
   * @param {{field: string, detail: string}[]} [errors]
   */
  constructor(status, detail, errors = []) {
    super(detail)
    this.status = status
    this.errors = errors
  }

  /** The sentence with every mistake that was named. */
  get words() {
    const mistakes = this.errors.map(({ field, detail }) => `${field}: ${detail}`)
    return [this.message, ...mistakes].join('\n')
  }
}

/** @param {unknown} failure */
export const wordsOf = (failure) =>
  failure instanceof Refused ? failure.words : say.broken(String(failure))

/** @param {Response} response */
export async function refusalOf(response) {
  let problem
  try {
    problem = await response.json()
  } catch {
    problem = {}
  }
  return new Refused(response.status, problem.detail ?? say.status(response.status), problem.errors ?? [])
}

/** @typedef {ReturnType<typeof makeClient>} Client */

/** @param {{fetch: (path: string, options?: RequestInit) => Promise<Response>}} parts */
export function makeClient({ fetch }) {
  /** @param {string} path @param {RequestInit} [options] */
  async function ask(path, options) {
    let response
    try {
      response = await fetch(path, { credentials: 'same-origin', ...options })
    } catch {
      throw new Refused(0, say.unreachable)
    }
    if (!response.ok) throw await refusalOf(response)
    return response
  }
  /** @param {string} path */
  const get = async (path) => (await ask(path)).json()
  /** @param {string} method @param {string} path @param {unknown} [body] @param {Record<string, string>} [headers] */
  const send = async (method, path, body, headers = {}) => {
    /** @type {Record<string, string>} */
    const json = body === undefined ? {} : { 'Content-Type': 'application/json' }
    const response = await ask(path, {
      method,
      headers: { ...json, ...headers },
      body: body === undefined ? undefined : JSON.stringify(body),
    })
    return response
  }
  /** @param {string} path @param {unknown} [body] @param {Record<string, string>} [headers] */
  const post = async (path, body, headers) => (await send('POST', path, body, headers)).json()
  const part = encodeURIComponent

  return {
    ask,
    get,
    post,
    send,
    /** @returns {Promise<import('./messages.js').Session>} */
    session: () => get('/api/session'),
    forget: () => send('DELETE', '/api/session'),
    /** @param {string} id @returns {Promise<import('./messages.js').Upload>} */
    upload: (id) => get(`/api/uploads/${part(id)}`),
    /** @param {string} upload @param {string} file */
    removeFile: (upload, file) => send('DELETE', `/api/uploads/${part(upload)}/files/${part(file)}`),
    /** What a file holds if it is read so. @param {string} upload @param {string} file @param {object} how @returns {Promise<import('./messages.js').SourceFile>} */
    look: (upload, file, how) => post(`/api/uploads/${part(upload)}/files/${part(file)}/look`, how),
    /** What the first bytes of a file hold, before it is there. @param {string} name @param {Blob} head @returns {Promise<import('./messages.js').SourceFile>} */
    lookAtHead: async (name, head) =>
      (await ask(`/api/look?filename=${part(name)}`, { method: 'POST', headers: { 'Content-Type': 'application/octet-stream' }, body: head })).json(),
    /** @param {object} wishes @returns {Promise<import('./messages.js').MappingPreview>} */
    mapping: (wishes) => post('/api/mapping/preview', wishes),
    /** @param {object} wishes @returns {Promise<{job_id: string, estimated_duration: number}>} */
    process: (wishes) => post('/api/process', wishes),
    /** @returns {Promise<{jobs: import('./messages.js').Job[]}>} */
    jobs: () => get('/api/jobs'),
    /** @param {string} id @returns {Promise<import('./messages.js').Job>} */
    job: (id) => get(`/api/jobs/${part(id)}/status`),
    /** @param {string} id @param {'cancel' | 'pause' | 'resume'} how */
    steer: (id, how) => post(`/api/jobs/${part(id)}/${how}`),
    /** @param {string} id */
    removeJob: (id) => send('DELETE', `/api/jobs/${part(id)}`),
    /** @param {string} id @param {number} after @returns {Promise<import('./messages.js').ClusterPage>} */
    clusters: (id, after) => get(`/api/jobs/${part(id)}/clusters?limit=${pageSize}&after=${after}`),
    /** @param {string} id @param {number} after @returns {Promise<import('./messages.js').PairPage>} */
    possible: (id, after) => get(`/api/jobs/${part(id)}/possible?limit=${pageSize}&after=${after}`),
    /** @param {string} id @returns {Promise<import('./messages.js').Report>} */
    report: (id) => get(`/api/jobs/${part(id)}/download?part=report`),
    /** @param {string} id @returns {Promise<{recipe: object, command: string}>} */
    recipe: (id) => get(`/api/jobs/${part(id)}/recipe`),

    /** @returns {Promise<import('./messages.js').Destinations>} */
    destinations: () => get('/api/destinations'),
    /** @param {object} wishes @returns {Promise<import('./messages.js').Trial>} */
    tryWebhook: (wishes) => post('/api/webhook/test', wishes),
    /** @param {string} id @param {object} wishes */
    deliver: (id, wishes) => post(`/api/jobs/${part(id)}/deliver`, wishes),
    /** @param {string} id @param {number} rate */
    async setRate(id, rate) {
      return (await send('PUT', `/api/jobs/${part(id)}/rate`, { rate_limit: rate })).json()
    },
    /** @param {string} id @param {object} which */
    sendAgain: (id, which) => post(`/api/jobs/${part(id)}/retry`, which),
    /** @param {string} id @param {string} state  empty: all @param {number} after @returns {Promise<import('./messages.js').DeliveryPage>} */
    deliveries: (id, state, after) =>
      get(`/api/jobs/${part(id)}/deliveries?limit=${pageSize}&after=${after}${state ? `&state=${state}` : ''}`),
    /** @param {string} id @param {number} record @returns {Promise<import('./messages.js').WholeDelivery>} */
    delivery: (id, record) => get(`/api/jobs/${part(id)}/deliveries/${record}`),
    /** @param {string} id @returns {Promise<{failures: import('./messages.js').FailureGroup[], counts: import('./messages.js').Counts}>} */
    failures: (id) => get(`/api/jobs/${part(id)}/failures`),

    /** How fast a delivery went since it began. @param {string} id @returns {Promise<{points: import('./messages.js').PacePoint[]}>} */
    pace: (id) => get(`/api/jobs/${part(id)}/pace`),

    /** The configuration and the tag that a later `saveFields` must name. */
    async fields() {
      const response = await ask('/api/config/mappings')
      return { ...(await response.json()), tag: response.headers.get('ETag') ?? '' }
    },
    /** @param {object} document @param {string} tag @param {string} token */
    async saveFields(document, tag, token) {
      const response = await send('PUT', '/api/config/mappings', document, {
        ...(tag ? { 'If-Match': tag } : {}),
        ...bearer(token),
      })
      return { ...(await response.json()), tag: response.headers.get('ETag') ?? '' }
    },
    /** @param {object} document */
    tryFields: (document) => post('/api/config/trial', document),
    /** @returns {Promise<{backups: {name: string, size: number}[]}>} */
    backups: () => get('/api/config/backups'),
    /** @param {string} token */
    backUp: (token) => post('/api/config/backup', undefined, bearer(token)),
    /** @param {string} name @param {string} token */
    restore: (name, token) => post('/api/config/restore', { name }, bearer(token)),
  }
}

/** @param {string} token @returns {Record<string, string>} */
const bearer = (token) => (token ? { Authorization: `Bearer ${token}` } : {})
