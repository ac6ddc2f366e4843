// Rows copied from a spreadsheet, as a file. Pure.

/**
 * The text if it is a table of at least two lines; null otherwise.
 * @param {string} text
 */
export function textTable(text) {
  const lines = text.replace(/\r\n?/g, '\n').split('\n').filter((line) => line.trim() !== '')
  if (lines.length < 2) return null
  const isTable = ['\t', ',', ';', '|'].some((delimiter) => lines[0].includes(delimiter) && lines[1].includes(delimiter))
  // One column is a table too, as long as it is short words and no prose: a list of e-mails.
  const isColumn = lines.every((line) => line.length < 200 && !line.trim().includes('. '))
  return isTable || isColumn ? text : null
}
