// Live events by Socket.IO; by asking every two seconds while no socket gets through.

const pollMs = 2000
// So many failed attempts in a row, and the page asks instead of waiting.
const patience = 3

/** @typedef {'connecting' | 'live' | 'polling' | 'offline'} LiveState */
/** @typedef {ReturnType<typeof makeLive>} Live */

/**
 * @param {object} parts
 * @param {() => {on: (name: string, hear: (body: any) => void) => unknown, connect: () => unknown, disconnect: () => unknown}} parts.connect
 * @param {{jobs: () => Promise<{jobs: import('./messages.js').Job[]}>}} parts.client
 * @param {(work: () => void, ms: number) => any} [parts.every]
 * @param {(timer: any) => void} [parts.never]
 */
export function makeLive({ connect, client, every = setInterval, never = clearInterval }) {
  /** @type {Record<string, Set<(body: any) => void>>} */
  const listeners = {}
  /** @type {ReturnType<typeof connect> | null} */
  let socket = null
  /** @type {any} */
  let timer = null
  let failed = 0
  /** @type {LiveState} */
  let state = 'connecting'

  /** @param {string} name @param {any} body */
  const tell = (name, body) => {
    for (const hear of listeners[name] ?? []) hear(body)
  }
  /** @param {LiveState} next */
  const become = (next) => {
    if (state === next) return
    state = next
    tell('state', state)
  }
  const poll = async () => {
    try {
      tell('session_jobs', await client.jobs())
      become('polling')
    } catch {
      become('offline')
    }
  }
  const stopPolling = () => {
    if (timer !== null) never(timer)
    timer = null
  }

  return {
    get state() {
      return state
    },
    /** Calls `hear` with each `name` event (or 'state'); returns what ends that. */
    on(/** @type {string} */ name, /** @type {(body: any) => void} */ hear) {
      const all = (listeners[name] ??= new Set())
      all.add(hear)
      return () => all.delete(hear)
    },
    /** To be called once there is a session cookie. */
    begin() {
      if (socket) return
      socket = connect()
      socket.on('connect', () => {
        failed = 0
        stopPolling()
        become('live')
      })
      const missed = () => {
        failed += 1
        if (state === 'live') become('connecting')
        if (failed < patience || timer !== null) return
        timer = every(poll, pollMs)
        void poll()
      }
      socket.on('connect_error', missed)
      socket.on('disconnect', missed)
      for (const name of ['session_jobs', 'job_progress', 'job_completed', 'job_failed', 'webhook_failed', 'config_changed']) {
        socket.on(name, (body) => tell(name, body))
      }
      socket.connect()
    },
    /** After the session's end: a new one needs a new connection. */
    end() {
      stopPolling()
      socket?.disconnect()
      socket = null
      failed = 0
      become('connecting')
    },
  }
}
