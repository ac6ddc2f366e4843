// A real Chromium, without a window.
import { existsSync } from 'node:fs'
import { chromium } from 'playwright-core'

export async function launch() {
  const candidates = [process.env.CSVM_CHROMIUM, '/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']
  const executablePath = candidates.find((path) => path && existsSync(path))
  if (!executablePath) throw new Error('Chromium is missing: install the package chromium, or name it in CSVM_CHROMIUM')
  return chromium.launch({
    executablePath,
    args: [
      '--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
      '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage',
    ],
  })
}
