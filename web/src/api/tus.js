// One file to the service by tus 1.0 (tus.io): created, sent from where it stands, ended.
import { Refused, refusalOf } from './client.js'
import { say } from '../show/words.js'

const version = { 'Tus-Resumable': '1.0.0' }

/**
 * Sends a body and tells how far it is. Made of XMLHttpRequest: fetch tells nothing of a body on
 * its way.
 * @typedef {(request: {path: string, from: number, body: Blob, progress: (sent: number) => void, signal: AbortSignal}) => Promise<{status: number, text: string}>} Patch
 * @typedef {{ask: (path: string, options: RequestInit) => Promise<Response>, patch: Patch}} Transport
 */

/** @returns {Transport} */
export const xhrTransport = () => ({
  ask: (path, options) => fetch(path, options),
  patch: ({ path, from, body, progress, signal }) =>
    new Promise((resolve, reject) => {
      const request = new XMLHttpRequest()
      request.open('PATCH', path)
      request.setRequestHeader('Tus-Resumable', version['Tus-Resumable'])
      request.setRequestHeader('Upload-Offset', String(from))
      request.setRequestHeader('Content-Type', 'application/offset+octet-stream')
      request.upload.onprogress = ({ loaded }) => progress(from + loaded)
      request.onload = () => resolve({ status: request.status, text: request.responseText })
      request.onerror = () => reject(new Refused(0, say.unreachable))
      request.onabort = () => reject(new DOMException('stopped', 'AbortError'))
      signal.addEventListener('abort', () => request.abort(), { once: true })
      request.send(body)
    }),
})

/** @param {string} text */
const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)))

/**
 * Begins a file. The names of the upload and of the place come from the service.
 * @param {Transport} transport
 * @param {{name: string, size: number, upload: string, signal: AbortSignal}} file
 */
export async function create(transport, { name, size, upload, signal }) {
  const metadata = [`filename ${base64(name)}`, ...(upload ? [`upload_id ${base64(upload)}`] : [])]
  const response = await reached(() =>
    transport.ask('/api/tus', {
      method: 'POST',
      headers: { ...version, 'Upload-Length': String(size), 'Upload-Metadata': metadata.join(',') },
      signal,
    }),
  )
  if (response.status !== 201) throw await refusalOf(response)
  return {
    place: /** @type {string} */ (response.headers.get('Location')),
    upload: /** @type {string} */ (response.headers.get('Upload-Id')),
  }
}

/** How many bytes of a begun file are there. @param {Transport} transport @param {string} place @param {AbortSignal} signal */
export async function offsetOf(transport, place, signal) {
  const response = await reached(() => transport.ask(place, { method: 'HEAD', headers: version, signal }))
  if (!response.ok) throw new Refused(response.status, say.status(response.status))
  return Number(response.headers.get('Upload-Offset'))
}

/**
 * Sends what is missing; resolves when the service has read the whole file.
 * @param {Transport} transport
 * @param {{place: string, body: Blob, from: number, progress: (sent: number) => void, signal: AbortSignal}} rest
 */
export async function sendRest(transport, { place, body, from, progress, signal }) {
  const answer = await transport.patch({ path: place, from, body: body.slice(from), progress, signal })
  if (answer.status === 204) return
  throw await refusalOf(new Response(answer.text || null, { status: Math.max(answer.status, 200) }))
}

/** Ends a begun file. @param {Transport} transport @param {string} place */
export const abandon = (transport, place) =>
  reached(() => transport.ask(place, { method: 'DELETE', headers: version }))

/** @param {() => Promise<Response>} ask */
async function reached(ask) {
  try {
    return await ask()
  } catch (failure) {
    if (failure instanceof DOMException && failure.name === 'AbortError') throw failure
    throw new Refused(0, say.unreachable)
  }
}
