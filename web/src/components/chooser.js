// A dialog with a search box: the columns of a field, in order; or the field of a column.
import { component } from './component.js'
import { say } from '../show/words.js'
import { columnsOf, found } from '../state/mapping.js'

/**
 * @typedef {import('../state/mapping.js').MappedFile} MappedFile
 * @typedef {import('../state/mapping.js').MappedColumn} MappedColumn
 * @typedef {{name: string, label: string, hint: string, value: string | null}} Item
 */

export const chooser = () => () => component({
  title: '',
  word: '',
  at: 0,
  /** @type {Item[]} */
  items: [],
  /** @type {string[]} */
  chosen: [],
  isForField: false,
  /** @type {(answer: any) => void} */
  done: () => {},

  /** @param {CustomEvent<{file: MappedFile, field: string, done: (headers: string[]) => void}>} event */
  columns({ detail: { file, field, done } }) {
    this.isForField = true
    this.title = say.columnsFor(field, file.file)
    this.chosen = columnsOf(file, field).map(({ header }) => header)
    const isFree = (/** @type {MappedColumn} */ column) => column.field === null
    this.items = [...file.columns.filter(isFree), ...file.columns.filter((column) => !isFree(column))].map((column) => ({
      name: column.header,
      label: column.header,
      value: column.header,
      hint: [column.samples.slice(0, 2).join(' \u00b7 ') || say.noValues, column.field && column.field !== field ? say.feedsNow(column.field) : '']
        .filter(Boolean)
        .join(' \u2014 '),
    }))
    this.show(done)
  },
  /** @param {CustomEvent<{file: MappedFile, column: MappedColumn, fields: string[], done: (field: string | null) => void}>} event */
  field({ detail: { file, column, fields, done } }) {
    this.isForField = false
    this.title = say.fieldFor(column.header, file.file)
    this.chosen = []
    const none = { name: say.noField, label: say.noField, value: null, hint: '' }
    this.items = [none, ...fields.map((name) => ({ name, label: name, value: name, hint: columnsOf(file, name).map(({ header }) => header).join(', ') }))]
    this.show(done)
  },
  /** @param {(answer: any) => void} done */
  show(done) {
    this.done = done
    this.word = ''
    this.at = 0
    this.$refs.dialog.showModal()
    this.$refs.search.focus()
  },
  close() {
    this.$refs.dialog.close()
  },

  /** @returns {(Item & {id: string, index: number})[]} */
  get shown() {
    const free = this.items.filter((/** @type {Item} */ { name }) => !this.chosen.includes(name))
    return found(/** @type {Item[]} */ (free), this.word).map((item, index) => ({ ...item, id: `choice-${index}`, index }))
  },
  get activeId() {
    return this.shown.length > 0 ? `choice-${this.at}` : null
  },
  /** @param {{index: number}} item */
  isActive({ index }) {
    return index === this.at
  },
  /** @param {{index: number}} item */
  itemClass({ index }) {
    return index === this.at ? 'bg-accent-soft' : ''
  },
  /** @param {Event} event */
  typed(event) {
    this.word = /** @type {HTMLInputElement} */ (event.target).value
    this.at = 0
  },
  /** @param {number} by */
  step(by) {
    this.at = Math.max(0, Math.min(this.shown.length - 1, this.at + by))
    this.$nextTick(() => document.getElementById(`choice-${this.at}`)?.scrollIntoView({ block: 'nearest' }))
  },
  stepDown() {
    this.step(1)
  },
  stepUp() {
    this.step(-1)
  },
  entered() {
    const item = this.shown[this.at]
    if (item) this.take(item)
    else if (this.isForField) this.finish()
  },
  /** @param {Item} item */
  take(item) {
    if (!this.isForField) {
      this.close()
      this.done(item.value)
      return
    }
    this.chosen = [...this.chosen, item.name]
    this.word = ''
    this.at = 0
    this.$refs.search.focus()
  },
  get hasChosen() {
    return this.chosen.length > 0
  },
  get hasNone() {
    return this.chosen.length === 0
  },
  /** @param {string} header */
  drop(header) {
    this.chosen = this.chosen.filter((other) => other !== header)
  },
  /** @param {string} header */
  earlier(header) {
    const at = this.chosen.indexOf(header)
    if (at > 0) this.chosen = this.chosen.toSpliced(at - 1, 2, header, this.chosen[at - 1])
  },
  /** @param {string} header */
  isFirst(header) {
    return this.chosen[0] === header
  },
  finish() {
    this.close()
    this.done([...this.chosen])
  },
})
