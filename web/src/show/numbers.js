// Numbers, sizes and times as people of the browser's language write them. Pure.

const grouped = new Intl.NumberFormat()

/** @param {number | null | undefined} value */
export const count = (value) => (value == null ? '' : grouped.format(value))

/** "1 row", "2,310 rows". @param {number} value @param {string} one @param {string} many */
export const counted = (value, one, many) => `${count(value)} ${value === 1 ? one : many}`

/** @param {number} bytes */
export function bytes(bytes) {
  const units = ['B', 'KB', 'MB', 'GB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024
    unit += 1
  }
  const digits = unit > 0 && value < 10 ? 1 : 0
  return `${new Intl.NumberFormat(undefined, { maximumFractionDigits: digits }).format(value)} ${units[unit]}`
}

/** "41 min", "2 h 5 min", "12 s". @param {number} seconds */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 60) return `${whole} s`
  if (whole < 3600) return `${Math.floor(whole / 60)} min${whole < 600 && whole % 60 ? ` ${whole % 60} s` : ''}`
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  return `${hours} h${minutes && hours < 10 ? ` ${minutes} min` : ''}`
}

/** Date and time where the user is. @param {string | Date} moment @param {'short' | 'medium'} [timeStyle] medium: with seconds */
export const localTime = (moment, timeStyle = 'short') =>
  new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle }).format(new Date(moment))

/** The time of day where the user is. @param {string | Date} moment */
export const clock = (moment) => new Intl.DateTimeFormat(undefined, { timeStyle: 'medium' }).format(new Date(moment))

/** @param {number} part 0..1 */
export const percent = (part) => `${Math.floor(part * 100)} %`
