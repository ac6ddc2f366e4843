import { expect, test } from 'vitest'
import { makeNavigation } from '../../src/navigation.js'

const fakeWindow = () => {
  const body = {}
  const heading = { id: 'deliver-title', focus: () => (document.activeElement = heading) }
  const document = { body, activeElement: /** @type {any} */ (body), documentElement: { scrollTop: 400 }, getElementById: () => heading }
  return { window: /** @type {any} */ ({ location: { hash: '#deliver' }, document, addEventListener: () => {} }), document, heading }
}

test('a reader of a new screen goes on at its heading', () => {
  const { window, document, heading } = fakeWindow()
  document.activeElement = { id: 'a step' }
  const navigation = makeNavigation(window)
  navigation.read()
  navigation.settle()
  expect([document.activeElement, document.documentElement.scrollTop]).toEqual([heading, 0])
})

test('whoever was at something of it already stays there', () => {
  const { window, document } = fakeWindow()
  const navigation = makeNavigation(window)
  navigation.read()
  const box = { id: 'webhook-url' }
  document.activeElement = box
  navigation.settle()
  expect([document.activeElement, document.documentElement.scrollTop]).toEqual([box, 400])
})
