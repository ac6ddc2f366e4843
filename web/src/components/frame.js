// The frame around all screens: steps, connection, workspace, theme, and files that are dropped or
// pasted anywhere.
import { filesOf, hasFiles } from '../api/dropped.js'
import { wordsOf } from '../api/client.js'
import { component } from './component.js'
import { bytes, count, duration, localTime } from '../show/numbers.js'
import { page, say } from '../show/words.js'
import { applyTheme, keepTheme, keptTheme, themes } from '../theme.js'

const themeIcons = { auto: 'auto', light: 'sun', dark: 'moon' }
const minuteMs = 60_000
const megabyte = 1024 * 1024

/**
 * @typedef {{work: import('../work.js').Work, navigation: import('../navigation.js').Navigation, live: import('../api/live.js').Live, signals: EventTarget}} Parts
 * `signals` tells one component what another met: 'given' (files), 'forgotten', 'say' (for screen
 * readers).
 */

/** @param {Parts} parts */
export const frame = ({ work, navigation, live, signals }) => () => component({
  liveState: live.state,
  theme: keptTheme(),
  now: Date.now(),
  isDragging: false,
  announced: '',
  /** @type {any} */
  timer: null,

  init() {
    live.on('state', (state) => (this.liveState = state))
    const dark = matchMedia('(prefers-color-scheme: dark)')
    dark.addEventListener('change', () => applyTheme(this.theme))
    applyTheme(this.theme)
    // Alpine shows in the next frame what is to be shown; what is hidden takes no focus. In that frame
    // the reader is moved, too, so that nobody has begun with the screen by then.
    this.$watch('$store.navigation.screen', () => requestAnimationFrame(() => navigation.settle()))
    this.timer = setInterval(() => (this.now = Date.now()), minuteMs)
    window.addEventListener('storage', () => void work.refresh())
    // On a phone the steps are wider than the screen.
    this.$watch('$store.navigation.screen', () => this.$nextTick(() => this.$root.querySelector('nav [aria-current]')?.scrollIntoView({ block: 'nearest', inline: 'center' })))
    signals.addEventListener('say', (event) => {
      this.announced = /** @type {CustomEvent} */ (event).detail
    })
  },
  destroy() {
    clearInterval(this.timer)
  },

  get steps() {
    const ready = work.files.length > 0
    const ended = work.jobs.length > 0
    const step = (/** @type {'files' | 'columns' | 'duplicates' | 'deliver'} */ screen, /** @type {number} */ number, /** @type {boolean} */ done) => ({
      screen,
      name: page.frame[screen],
      number,
      sign: done ? '\u2713' : String(number),
      done: String(done),
      href: `#${screen}`,
      icon: '',
      gap: '',
    })
    const place = (/** @type {'jobs' | 'fields'} */ screen, /** @type {string} */ gap) => ({
      screen,
      name: page.frame[screen],
      number: 0,
      sign: '',
      done: 'false',
      href: `#${screen}`,
      icon: `#i-${screen}`,
      gap,
    })
    return [
      step('files', 1, ready),
      step('columns', 2, ready && ended),
      step('duplicates', 3, ended),
      step('deliver', 4, ended),
      place('jobs', 'lg:mt-3 lg:pt-3 lg:border-t border-line'),
      place('fields', ''),
    ]
  },
  /** @param {{screen: string}} step */
  currentOf({ screen }) {
    const shown = navigation.screen === 'job' ? 'jobs' : navigation.screen
    return shown === screen ? 'page' : null
  },
  toContent() {
    document.getElementById('content')?.focus()
  },

  get liveWords() {
    return say.live[/** @type {keyof typeof say.live} */ (this.liveState)]
  },
  get liveClass() {
    return { live: 'badge-ok', connecting: '', polling: 'badge-warn', offline: 'badge-bad' }[/** @type {string} */ (this.liveState)]
  },
  get expiryWords() {
    if (!work.session) return ''
    const seconds = (Date.parse(work.session.expires_at) - this.now) / 1000
    return say.left(duration(seconds))
  },
  get sessionFacts() {
    const session = work.session
    if (!session) return []
    const { limits } = session
    return [
      { name: say.facts.storage, value: say.used(bytes(session.storage_used_mb * megabyte), bytes(session.storage_limit_mb * megabyte)) },
      { name: say.facts.file, value: bytes(limits.max_file_size_mb * megabyte) },
      { name: say.facts.files, value: count(limits.max_files) },
      { name: say.facts.jobs, value: say.facts.jobsOf(session.active_jobs, limits.max_concurrent_jobs) },
      { name: say.facts.until, value: localTime(session.expires_at) },
    ]
  },
  get storageBar() {
    const session = work.session
    const part = session && session.storage_limit_mb > 0 ? session.storage_used_mb / session.storage_limit_mb : 0
    return { width: `${Math.min(100, part * 100)}%` }
  },
  openSession() {
    void work.refresh()
    this.$refs.session.showModal()
  },
  closeSession() {
    this.$refs.session.close()
  },
  async forget() {
    try {
      await work.forget()
      this.closeSession()
      signals.dispatchEvent(new CustomEvent('forgotten'))
      navigation.go('files')
    } catch (failure) {
      work.problem = wordsOf(failure)
      this.closeSession()
    }
  },
  retryLoad() {
    if (work.loaded) void work.refresh()
    else void work.load()
  },

  nextTheme() {
    this.theme = themes[(themes.indexOf(this.theme) + 1) % themes.length]
    keepTheme(this.theme)
    applyTheme(this.theme)
  },
  get themeLabel() {
    return `${page.frame.theme}: ${say.themes[/** @type {keyof typeof say.themes} */ (this.theme)]}`
  },
  get themeIcon() {
    return `#i-${themeIcons[/** @type {keyof typeof themeIcons} */ (this.theme)]}`
  },

  /** @param {DragEvent} event */
  dragged(event) {
    if (!hasFiles(event.dataTransfer)) return
    event.preventDefault()
    this.isDragging = true
  },
  /** @param {DragEvent} event */
  dragLeft(event) {
    if (event.relatedTarget === null) this.isDragging = false
  },
  /** @param {DragEvent} event */
  async dropped(event) {
    if (!hasFiles(event.dataTransfer)) return
    event.preventDefault()
    this.isDragging = false
    const target = /** @type {Element | null} */ (event.target)
    const list = target?.closest('[data-list]')?.getAttribute('data-list') ?? 'files'
    const given = await filesOf(/** @type {DataTransfer} */ (event.dataTransfer))
    navigation.go('files')
    signals.dispatchEvent(new CustomEvent('given', { detail: { list, files: given } }))
  },
  /** @param {ClipboardEvent} event */
  pasted(event) {
    const target = /** @type {HTMLElement} */ (event.target)
    if (navigation.screen !== 'files' || target.closest('input, textarea, dialog')) return
    const files = [...(event.clipboardData?.files ?? [])]
    const text = event.clipboardData?.getData('text/plain') ?? ''
    if (files.length === 0 && text === '') return
    event.preventDefault()
    signals.dispatchEvent(new CustomEvent('given', { detail: { list: 'files', files, text } }))
  },
})
