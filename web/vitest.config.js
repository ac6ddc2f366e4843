import { defineConfig } from 'vitest/config'

// A browser that is slowed down (tests/e2e/browser.js) is waited for longer.
const slowness = Math.max(1, Number(process.env.CSVM_SLOW_CPU ?? 1) / 4)

export default defineConfig({
  test: {
    retry: 0,
    projects: [
      { test: { name: 'unit', include: ['tests/unit/**/*.test.js'], environment: 'node' } },
      { test: { name: 'page', include: ['tests/page/**/*.test.js'], environment: 'jsdom' } },
      {
        test: {
          name: 'e2e',
          include: ['tests/e2e/**/*.test.js'],
          environment: 'node',
          // One browser at a time; each waits for what it shows.
          fileParallelism: false,
          testTimeout: 400_000 * slowness,
          hookTimeout: 120_000 * slowness,
        },
      },
    ],
  },
})
