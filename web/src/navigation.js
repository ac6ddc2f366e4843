// Which screen is shown; the hash of the address says it, so that a reload returns to it.

export const screens = ['files', 'columns', 'duplicates', 'deliver', 'jobs', 'job', 'fields']

/** @typedef {ReturnType<typeof makeNavigation>} Navigation */

/** @param {Pick<Window, 'location' | 'addEventListener' | 'document'>} window */
export const makeNavigation = (window) => {
  /** What had the focus when the screen changed. @type {Element | null} */
  let left = null
  return {
    screen: 'files',
    /** What stands after the screen: `#job/j12` has `j12`. */
    detail: '',

    begin() {
      this.read()
      window.addEventListener('hashchange', () => this.read())
    },

    read() {
      left = window.document.activeElement
      const [screen, detail] = window.location.hash.slice(1).split('/')
      this.screen = screens.includes(screen) ? screen : 'files'
      this.detail = detail ?? ''
    },

    /**
     * Once a screen is shown the reader goes on at its top, and its heading is announced; unless he was
     * faster and is at something already.
     */
    settle() {
      const { activeElement } = window.document
      if (activeElement !== left && activeElement !== window.document.body) return
      window.document.documentElement.scrollTop = 0
      const heading = window.document.getElementById(`${this.screen}-title`)
      if (heading) heading.focus({ preventScroll: true })
    },

    /** @param {string} screen */
    is(screen) {
      return this.screen === screen
    },

    /** @param {string} screen @param {string} [detail] */
    go(screen, detail = '') {
      window.location.hash = detail ? `${screen}/${detail}` : screen
    },
  }
}
