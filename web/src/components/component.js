/** @typedef {{$refs: Record<string, any>, $el: HTMLElement, $root: HTMLElement, $id: (name: string) => string, $nextTick: (work?: () => void) => Promise<void>, $watch: (name: string, hear: (value: any) => void) => void, $dispatch: (name: string, detail?: unknown) => void}} Magic */

/**
 * Gives a component's methods a checked `this`: its own members and Alpine's.
 * @template {object} T
 * @param {T & ThisType<T & Magic>} members
 * @returns {T}
 */
export const component = (members) => members
