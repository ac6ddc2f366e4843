// Starts the real programs on free ports in a temporary folder.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

export const program = process.env.CSVM_PROGRAM ?? resolve(import.meta.dirname, '../../../build/dev/csv-merger')
export const samples = resolve(import.meta.dirname, '../../../samples')

/**
 * A running program; `line` is the first that it printed.
 * @param {string[]} args @param {Record<string, string>} [environment]
 */
export async function start(args, environment = {}) {
  const child = spawn(program, args, {
    env: { ...process.env, LOG_LEVEL: 'warn', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })
  const first = await Promise.race([
    once(lines, 'line').then(([line]) => String(line)),
    once(child, 'exit').then(() => {
      throw new Error(`${args[0]} ended before it said where it listens`)
    }),
  ])
  return {
    line: first,
    url: /http:\/\/\S+/.exec(first)?.[0] ?? '',
    /** @param {NodeJS.Signals} [signal] */
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill(signal)
      await ended
    },
  }
}

/** A service in a folder of its own; `again` starts it anew on the same port and data. */
export async function serve(/** @type {Record<string, string>} */ environment = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'csvm-page-'))
  const settings = { WEBHOOK_ALLOW_PRIVATE: 'true', ...environment }
  const begin = (/** @type {string} */ port) => start(['serve', '--port', port, '--data', join(folder, 'data')], settings)
  let running = await begin('0')
  const { url } = running
  return {
    url,
    folder,
    /** @param {NodeJS.Signals} [signal] */
    stop: (signal) => running.stop(signal),
    async again() {
      running = await begin(new URL(url).port)
    },
    async end() {
      await running.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** What the command line makes of the same. @param {string[]} args */
export async function run(args) {
  const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] })
  /** @type {Buffer[]} */
  const out = []
  let problems = ''
  child.stdout.on('data', (piece) => out.push(piece))
  child.stderr.on('data', (piece) => (problems += piece))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`csv-merger ${args.join(' ')} failed: ${problems}`)
  return Buffer.concat(out)
}

/**
 * What a command for a shell, as the page shows it, makes in `folder`.
 * @param {string} command @param {string} folder
 */
export async function commandLine(command, folder) {
  const out = await mkdtemp(join(tmpdir(), 'csvm-command-'))
  const words = `"$CSVM_PROGRAM" ${command.replace(/^csv-merger /, '')} -o "$CSVM_OUT/result.csv"`
  const child = spawn('sh', ['-c', words], { cwd: folder, env: { ...process.env, CSVM_PROGRAM: program, CSVM_OUT: out }, stdio: ['ignore', 'ignore', 'pipe'] })
  let problems = ''
  child.stderr.on('data', (piece) => (problems += piece))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`${command} failed: ${problems}`)
  const csv = await readFile(join(out, 'result.csv'), 'utf8')
  await rm(out, { recursive: true, force: true })
  return { csv }
}
