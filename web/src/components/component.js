/** @typedef {{$refs: Record<string, any>, $el: HTMLElement, $root: HTMLElement, $id: (name: string) => string, $nextTick: (work?: () => void) => Promise<void>, $watch: (name: string, hear: (value: any) => void) => void, $dispatch: (name: string, detail?: unknown) => void}} Magic */

/**
 * Does something once Alpine has put into the document what was just changed, and before anything else
 * happens: a focus that is moved so misses no key of a quick user (`$nextTick` comes after them).
 * What `x-show` hid is seen in the next frame only.
 */
export const onceDrawn = (/** @type {() => void} */ work) => queueMicrotask(work)

/**
 * Gives a component's methods a checked `this`: its own members and Alpine's.
 * @template {object} T
 * @param {T & ThisType<T & Magic>} members
 * @returns {T}
 */
export const component = (members) => members
