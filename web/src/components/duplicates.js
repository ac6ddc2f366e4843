// The third screen: which rows are one lead. A trial run of the job shows what the settings give;
// decisions about single pairs go into the job.
import { wordsOf } from '../api/client.js'
import { component } from './component.js'
import { count } from '../show/numbers.js'
import { page, say } from '../show/words.js'
import { decide, decideAll, decisionOf, byId, histogram, kindOf, sideBySide, titleOf, versionsOfCluster, versionsOfPair } from '../state/duplicates.js'
import { hasEnded, ledger } from '../state/jobs.js'
import { inView, slotOf } from '../state/rows.js'

const settleMs = 350
const rowHeight = 60
// The next page is asked for when so many rows are left.
const ahead = 60
// Decided at once, and listed one by one, at most.
const mostAlike = 5000
const mostListed = 100

/**
 * @typedef {import('../state/duplicates.js').Version} Version
 * @typedef {import('../api/messages.js').Place} Place
 * @typedef {{key: string, title: string, hint: string, score: number | null, versions: Version[], first: Place}} Group
 */

/** @param {import('../api/messages.js').PairPage} found @returns {Group[]} */
const pairGroups = ({ columns, pairs }) =>
  pairs.map((pair) => ({
    key: `p${pair.a.file}:${pair.a.line}:${pair.b.file}:${pair.b.line}`,
    title: titleOf(columns, pair.a.values ?? pair.b.values ?? []),
    hint: pair.reason,
    score: pair.score,
    versions: versionsOfPair(pair),
    first: { file: pair.a.file, line: pair.a.line },
  }))

/** @param {import('../api/messages.js').ClusterPage} found @returns {Group[]} */
const clusterGroups = ({ columns, clusters }) =>
  clusters.map((cluster) => ({
    key: `c${cluster.row}`,
    title: titleOf(columns, cluster.members[0].values),
    hint: [...new Set(cluster.members.slice(1).map(({ reason }) => reason))].join(' \u00b7 '),
    score: null,
    versions: versionsOfCluster(cluster),
    first: cluster.first,
  }))

/**
 * @param {object} parts
 * @param {import('../work.js').Work} parts.work
 * @param {import('../navigation.js').Navigation} parts.navigation
 * @param {import('../api/client.js').Client} parts.client
 * @param {EventTarget} parts.signals
 */
export const duplicates = ({ work, navigation, client, signals }) => () => {
  // Not reactive: of 100,000 groups only those that are drawn cost anything.
  /** @type {Group[]} */
  let groups = []
  // As they were drawn last, so that what stays as it is is not drawn again.
  /** @type {WeakMap<Group, {key: number, at: number, id: string, isChosen: boolean, state: string}>} */
  const known = new WeakMap()
  return component({
  problem: '',
  asked: '',
  /** @type {any} */
  timer: null,
  isAsking: false,
  /** @type {'possible' | 'merged'} */
  list: 'possible',
  shownTrial: '',
  /** @type {string[]} */
  columns: [],
  loaded: 0,
  /** @type {number | null} */
  next: 0,
  isLoading: false,
  chosen: 0,
  onlyDifferences: false,
  view: { top: 0, height: 480 },
  /** @type {import('../state/duplicates.js').Decision[][]} */
  history: [],

  init() {
    this.$watch('$store.navigation.screen', () => this.look())
    this.$watch('$store.navigation.detail', () => this.look())
    this.$watch('$store.work.draft', () => this.look())
    this.$watch('$store.work.session', () => this.look())
    this.$watch('$store.work.jobsById', () => this.follow())
    signals.addEventListener('forgotten', () => this.reset())
    this.look()
  },
  reset() {
    Object.assign(this, { problem: '', asked: '', shownTrial: '', loaded: 0, next: 0, chosen: 0, history: [] })
  },

  // Tries what the draft says, when that is shown: here whatever changed but decisions, so that the
  // list stays while it is gone through; before the result, all.
  look() {
    const isLast = navigation.screen === 'deliver' && !navigation.detail
    if ((navigation.screen !== 'duplicates' && !isLast) || work.files.length === 0) return
    this.follow()
    const told = isLast ? JSON.stringify : withoutDecisions
    const isTried = () => work.trial !== null && told(work.request) === told(JSON.parse(work.draft.trial.asked))
    const wishes = told(work.request)
    if (isTried() || wishes === this.asked) return
    this.asked = wishes
    clearTimeout(this.timer)
    this.timer = setTimeout(() => {
      // Another tab may have been faster.
      if (isTried()) this.asked = ''
      else void this.tryIt()
    }, work.trial ? settleMs : 0)
  },
  async tryIt() {
    clearTimeout(this.timer)
    this.isAsking = true
    this.problem = ''
    try {
      await work.try()
    } catch (failure) {
      this.problem = wordsOf(failure)
    }
    this.asked = ''
    this.isAsking = false
    this.follow()
  },
  retry() {
    this.asked = ''
    void this.tryIt()
  },
  // Shows the trial as soon as it has something to show.
  follow() {
    const trial = work.trial
    if (!['duplicates', 'deliver'].includes(navigation.screen) || !trial || trial.job_id === this.shownTrial || !hasEnded(trial)) return
    if (trial.status === 'failed') {
      this.problem = trial.error ?? ''
      return
    }
    this.shownTrial = trial.job_id
    void work.account(trial.job_id)
    this.list = trial.progress.possible_duplicates > 0 || trial.progress.duplicates_removed === 0 ? 'possible' : 'merged'
    this.startList()
  },

  get isEmpty() {
    return work.files.length === 0
  },
  get hasFiles() {
    return work.files.length > 0
  },
  get isBusy() {
    return this.hasFiles && !this.problem && (this.isAsking || work.trial === null || !hasEnded(work.trial))
  },
  get busyWords() {
    const trial = work.trial
    const percent = trial && !hasEnded(trial) ? Math.floor(trial.progress.percentage) : 0
    return this.isBusy ? say.comparing(percent) : ''
  },
  get isReady() {
    return this.hasFiles && this.shownTrial !== ''
  },
  get dimmed() {
    return this.isBusy ? 'opacity-60' : ''
  },

  // ---- Settings
  get options() {
    return work.draft.options
  },
  get match() {
    return this.options.match ?? 'fuzzy'
  },
  get matches() {
    return /** @type {const} */ (['fuzzy', 'exact', 'none']).map((name) => ({
      name,
      words: page.duplicates[name],
      hint: page.duplicates[`${name}_text`],
      isChosen: this.match === name,
    }))
  },
  get isNotFuzzy() {
    return this.match !== 'fuzzy'
  },
  get threshold() {
    return this.options.threshold ?? 85
  },
  /** @param {Event} event */
  setMatch(event) {
    this.set({ match: /** @type {HTMLInputElement} */ (event.target).value })
  },
  /** @param {Event} event */
  setThreshold(event) {
    const value = Number(/** @type {HTMLInputElement} */ (event.target).value)
    if (Number.isFinite(value)) this.set({ threshold: Math.max(60, Math.min(100, value)) })
  },
  /** Of what is typed, what can be meant. @param {Event} event */
  typeThreshold(event) {
    const value = Number(/** @type {HTMLInputElement} */ (event.target).value)
    if (value >= 60 && value <= 100) this.set({ threshold: value })
  },
  get survivors() {
    return Object.entries(say.survivors).map(([name, words]) => ({ name, words, isChosen: (this.options.survivor ?? 'most_complete') === name }))
  },
  /** @param {Event} event */
  setSurvivor(event) {
    this.set({ survivor: /** @type {HTMLSelectElement} */ (event.target).value })
  },
  /** @param {object} change */
  set(change) {
    work.change({ options: { ...work.draft.options, ...change } })
  },
  // The bars stand above the steps of the slider.
  get bars() {
    return histogram(work.reports[this.shownTrial]?.scores).map((bar) => ({
      ...bar,
      size: { height: `${bar.height}%` },
      apartSize: { height: `${bar.height > 0 ? (100 * bar.apartHeight) / bar.height : 0}%` },
      // Merged in the trial that is shown, and not any more.
      look: bar.joined > 0 && bar.score < this.threshold ? 'opacity-45' : '',
      title: say.scoreBar(bar.score, bar.joined, bar.apart),
    }))
  },
  get hasBars() {
    return this.match === 'fuzzy' && this.bars.some((/** @type {{height: number}} */ { height }) => height > 0)
  },
  get barsWords() {
    const sum = (/** @type {'joined' | 'apart'} */ what) => this.bars.reduce((/** @type {number} */ all, /** @type {any} */ bar) => all + bar[what], 0)
    return say.scoreBars(sum('joined'), sum('apart'))
  },
  get orderWords() {
    return work.files.map(({ filename }) => filename).join(' \u203a ')
  },

  // ---- What that gives
  get counts() {
    const counts = work.reports[this.shownTrial]?.counts
    if (!counts) return []
    return [
      { key: 'read', name: say.parts.read, value: count(counts.total_records), look: 'font-semibold' },
      ...ledger(counts)
        .parts.filter(({ name, count: rows }) => rows > 0 || name === 'kept' || name === 'merged')
        .map(({ name, count: rows }) => ({ key: name, name: say.parts[name], value: count(rows), look: name === 'kept' ? 'font-semibold' : '' })),
      { key: 'possible', name: say.parts.possible, value: count(counts.possible_duplicates), look: 'border-t border-line pt-1.5 mt-1' },
    ]
  },

  // ---- Groups
  get tabs() {
    const progress = work.trial?.progress
    return /** @type {const} */ (['possible', 'merged']).map((name) => ({
      name,
      words: page.duplicates[`tab_${name}`],
      count: count(name === 'possible' ? progress?.possible_duplicates : progress?.duplicates_removed),
      isShown: this.list === name,
    }))
  },
  /** @param {{name: 'possible' | 'merged'}} tab */
  show({ name }) {
    this.list = name
    this.startList()
  },
  startList() {
    groups = []
    Object.assign(this, { loaded: 0, next: 0, chosen: 0, view: { ...this.view, top: 0 } })
    if (this.$refs.list) this.$refs.list.scrollTop = 0
    void this.more()
  },
  async more() {
    if (this.isLoading || this.next === null || !this.shownTrial) return
    const { list, shownTrial } = this
    const of = groups
    this.isLoading = true
    try {
      const found = list === 'possible' ? await client.possible(shownTrial, this.next) : await client.clusters(shownTrial, this.next)
      if (of === groups) {
        groups.push(...('pairs' in found ? pairGroups(found) : clusterGroups(found)))
        this.columns = found.columns
        this.loaded = groups.length
        this.next = found.next
      }
    } catch (failure) {
      this.problem = wordsOf(failure)
      this.next = null
    }
    this.isLoading = false
    if (of !== groups) void this.more()
  },
  /** @param {Event} event */
  scrolled(event) {
    const frame = /** @type {HTMLElement} */ (event.target)
    const view = { top: frame.scrollTop, height: frame.clientHeight }
    const { from, to } = inView({ ...view, rowHeight, count: this.loaded })
    if (from !== this.window.from || to !== this.window.to) this.view = view
    if (to > this.loaded - ahead) void this.more()
  },
  get window() {
    return inView({ ...this.view, rowHeight, count: this.loaded })
  },
  get roomBefore() {
    return { height: `${this.window.before}px` }
  },
  get roomAfter() {
    return { height: `${this.window.after}px` }
  },
  get drawn() {
    const { from, to } = this.window
    return groups.slice(from, to).map((/** @type {Group} */ group, /** @type {number} */ index) => {
      const at = from + index
      const isChosen = at === this.chosen
      const { state, stateClass } = this.stateOf(group)
      const before = known.get(group)
      if (before && before.isChosen === isChosen && before.state === state) return before
      const scoreWords = group.score === null ? say.versions(group.versions.length - 1) : say.alike(group.score)
      const { title, hint } = group
      const drawn = { key: slotOf(at), at, id: `group-${at}`, title, hint, isChosen, scoreWords, state, stateClass, isOpen: state === '' }
      known.set(group, drawn)
      return drawn
    })
  },
  get isNothing() {
    return this.isReady && this.loaded === 0 && this.next === null
  },
  get nothingWords() {
    return this.list === 'possible' ? say.noPossible : say.noMerged
  },
  get hasGroups() {
    return this.loaded > 0
  },
  get activeGroup() {
    return `group-${this.chosen}`
  },
  /** @param {{at: number}} group */
  choose({ at }) {
    this.chosen = at
  },
  chooseNext() {
    this.step(1)
  },
  choosePrevious() {
    this.step(-1)
  },
  /** @param {number} by */
  step(by) {
    this.chosen = Math.max(0, Math.min(this.loaded - 1, this.chosen + by))
    const frame = this.$refs.list
    if (!frame) return
    const top = this.chosen * rowHeight
    if (top < frame.scrollTop) frame.scrollTop = top
    if (top + rowHeight > frame.scrollTop + frame.clientHeight) frame.scrollTop = top + rowHeight - frame.clientHeight
  },

  // ---- The chosen one
  /** @returns {Group | null} */
  get group() {
    return this.loaded > 0 ? (groups[this.chosen] ?? null) : null
  },
  get groupTitle() {
    return this.group?.title ?? ''
  },
  // Undecided pairs that are uncertain for the same reasons, as far as they were read.
  get alike() {
    const group = this.group
    if (!this.isPair || !group || this.loaded === 0) return []
    const kind = kindOf(group.hint)
    return groups.filter((one) => one.key !== group.key && kindOf(one.hint) === kind && this.stateOf(one).state === '')
  },
  get hasAlike() {
    return this.alike.length > 0
  },
  get alikeWords() {
    return say.alikeMore(this.alike.length, this.next !== null)
  },
  mergeAlike() {
    void this.decideAlike(true)
  },
  keepAlike() {
    void this.decideAlike(false)
  },
  /** The chosen pair and all like it. @param {boolean} together */
  async decideAlike(together) {
    const group = this.group
    while (this.next !== null && this.loaded < mostAlike && !this.problem) await this.more()
    if (!group || group !== this.group) return
    const found = [group, ...this.alike].slice(0, mostAlike)
    const pairs = found.flatMap(({ versions }) => {
      const [a, b] = versions.map(({ place }) => place && byId(work.files, place))
      return a && b ? [{ a, b }] : []
    })
    if (pairs.length < found.length) this.problem = say.sameNames
    this.change(decideAll(work.draft.decisions, pairs, together))
    this.say(say.decidedAlike(pairs.length, together))
  },
  get isPair() {
    return this.list === 'possible' && this.group !== null
  },
  get reasonWords() {
    const group = this.group
    if (!group) return ''
    return group.score === null ? say.mergedBecause(group.hint) : say.perhapsBecause(group.score, group.hint)
  },
  get versions() {
    const group = this.group
    return (group?.versions ?? []).map((/** @type {Version} */ version, /** @type {number} */ at) => ({
      at,
      name: version.place ? say.place(version.place.file, version.place.line) : page.duplicates.record,
      reason: version.reason,
      place: version.place,
      canSplit: group?.score === null && version.place !== null && !isSame(version.place, group.first),
      splitWords: this.splitWords(version, group),
      splitLabel: version.place ? say.splitOff(this.splitWords(version, group), say.place(version.place.file, version.place.line)) : '',
      isApart: this.decided(version.place, group?.first)?.together === false,
    }))
  },
  get lines() {
    const lines = sideBySide(this.columns, this.group?.versions ?? [])
    return (this.onlyDifferences ? lines.filter(({ differs }) => differs) : lines).map((line) => ({
      ...line,
      cells: line.cells.map((cell, at) => ({
        ...cell,
        at,
        shown: cell.value || '\u2013',
        look: cell.differs ? `bg-warn-soft ${cell.wins ? 'font-semibold' : ''}` : line.differs ? 'text-muted' : '',
      })),
    }))
  },
  toggleDifferences() {
    this.onlyDifferences = !this.onlyDifferences
  },

  // ---- Decisions
  /** @param {Place | null | undefined} a @param {Place | null | undefined} b */
  decided(a, b) {
    const mine = a ? byId(work.files, a) : null
    const theirs = b ? byId(work.files, b) : null
    return mine && theirs ? decisionOf(work.draft.decisions, mine, theirs) : null
  },
  /** @param {Group} group */
  stateOf({ versions, score, first }) {
    if (score === null) {
      const apart = versions.filter(({ place }) => this.decided(place, first)?.together === false).length
      return apart > 0 ? { state: say.splitCount(apart), stateClass: 'badge-warn' } : { state: '', stateClass: '' }
    }
    const decision = this.decided(versions[0].place, versions[1].place)
    if (!decision) return { state: '', stateClass: '' }
    return decision.together ? { state: say.willMerge, stateClass: 'badge-ok' } : { state: say.staysApart, stateClass: 'badge-warn' }
  },
  get chosenState() {
    return this.group ? this.stateOf(this.group) : { state: '', stateClass: '' }
  },
  /** @param {Version} version @param {Group | null} group */
  splitWords(version, group) {
    return this.decided(version.place, group?.first)?.together === false ? page.duplicates.rejoin : page.duplicates.split
  },
  /** @param {Place | null} a @param {Place | null} b @param {boolean | null} together */
  decideOn(a, b, together) {
    const mine = a ? byId(work.files, a) : null
    const theirs = b ? byId(work.files, b) : null
    if (!mine || !theirs) {
      this.problem = say.sameNames
      return
    }
    this.change(decide(work.draft.decisions, mine, theirs, together))
  },
  /** @param {import('../state/duplicates.js').Decision[]} decisions */
  change(decisions) {
    this.history = [...this.history, work.draft.decisions]
    work.change({ decisions })
  },
  merge() {
    this.decidePair(true, say.willMerge)
  },
  keepApart() {
    this.decidePair(false, say.staysApart)
  },
  later() {
    if (this.isPair) this.step(1)
  },
  /** @param {boolean} together @param {string} words */
  decidePair(together, words) {
    const group = this.group
    if (!this.isPair || !group) return
    this.decideOn(group.versions[0].place, group.versions[1].place, together)
    this.say(`${group.title}: ${words}`)
    this.step(1)
  },
  /** @param {{place: Place, isApart: boolean}} version */
  split({ place, isApart }) {
    this.decideOn(place, this.group?.first ?? null, isApart ? null : false)
  },
  get decisions() {
    const nameOf = (/** @type {Place} */ { file, line }) => say.place(work.files.find(({ file_id }) => file_id === file)?.filename ?? file, line)
    return work.draft.decisions.slice(-mostListed).map((one, at) => ({
      ...one,
      key: at,
      words: one.together ? say.together(nameOf(one.a), nameOf(one.b)) : say.apart(nameOf(one.a), nameOf(one.b)),
    }))
  },
  get hasDecisions() {
    return work.draft.decisions.length > 0
  },
  get moreDecisions() {
    const more = work.draft.decisions.length - mostListed
    return more > 0 ? say.moreDecisions(more) : ''
  },
  get decisionCount() {
    return count(work.draft.decisions.length)
  },
  get hasUntried() {
    return this.hasDecisions && this.isReady && !work.isTried
  },
  /** @param {import('../state/duplicates.js').Decision} decision */
  takeBack({ a, b }) {
    this.change(decide(work.draft.decisions, a, b, null))
  },
  applyNow() {
    void this.tryIt()
  },
  get cannotUndo() {
    return this.history.length === 0
  },
  undo() {
    const before = this.history.at(-1)
    if (!before) return
    this.history = this.history.slice(0, -1)
    work.change({ decisions: before })
    this.say(say.undone)
  },
  /** @param {KeyboardEvent} event */
  pressed(event) {
    const target = /** @type {HTMLElement} */ (event.target)
    if (navigation.screen !== 'duplicates' || target.closest('input:not([type=range]), select, textarea, dialog')) return
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const work = { m: this.merge, k: this.keepApart, l: this.later, u: this.undo }[event.key]
    if (work) work.call(this)
  },

  get summary() {
    if (this.isEmpty) return say.needFiles
    const trial = work.trial
    if (this.isBusy || !trial) return this.busyWords
    const records = work.recordsOf(trial.job_id)
    if (records === null) return ''
    return `${say.from(say.records(records), say.rows(trial.progress.total_records))}, ${say.toDecide(trial.progress.possible_duplicates)}`
  },
  goBack() {
    navigation.go('columns')
  },
  goOn() {
    navigation.go('deliver')
  },
  dismiss() {
    this.problem = ''
  },
  /** @param {string} words */
  say(words) {
    signals.dispatchEvent(new CustomEvent('say', { detail: words }))
  },
})
}

/** @param {Place} a @param {Place} b */
const isSame = (a, b) => a.file === b.file && a.line === b.line

/** @param {Record<string, unknown>} request */
const withoutDecisions = ({ decisions: _, ...rest }) => JSON.stringify(rest)
