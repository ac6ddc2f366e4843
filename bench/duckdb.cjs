// The peer: DuckDB does a job of whole_job.py. Usage: node duckdb.cjs concat|exact FOLDER OUT.csv
// It is given the header mapping that csv-merger has to find.
const fs = require('fs')
const path = require('path')
const { DuckDBInstance } = require('@duckdb/node-api')

const fieldOf = {
  full: 'Full Name', first: 'First Name', last: 'Last Name', title: 'Job Title', company: 'Company Name',
  website: 'Company Website', email: 'Work Email', phone: 'Phone Number', linkedin: 'LinkedIn Profile',
  place: 'Person Location', employees: 'Company Employee Count', about: 'Company Description',
}
const shows = {
  'First Name': 'first', 'Last Name': 'last', Title: 'title', Company: 'company', Email: 'email',
  '# Employees': 'employees', 'Person Linkedin Url': 'linkedin', Website: 'website',
  'Contact Name': 'full', 'Job Title': 'title', 'Email Address': 'email', 'Direct Phone Number': 'phone',
  'Company Name': 'company', 'Company Website': 'website', Employees: 'employees', 'Full name': 'full',
  'First name': 'first', 'Last name': 'last', 'Job title': 'title', 'Profile URL': 'linkedin',
  'Company URL': 'website', 'About company': 'about', Location: 'place', 'Account Name': 'company',
  Position: 'title', 'Business Email': 'email', Mobile: 'phone', 'Web Site': 'website',
  Headcount: 'employees', 'Company Info': 'about', Name: 'full', Role: 'title', Employer: 'company',
  'E-Mail': 'email', 'Phone Number': 'phone', LinkedIn: 'linkedin', Domain: 'website',
  Description: 'about', first_name: 'first', last_name: 'last', full_name: 'full', job_title: 'title',
  company_name: 'company', company_domain: 'website', email: 'email', phone: 'phone',
  linkedin_url: 'linkedin', company_description: 'about',
}
const named = (name) => `"${name.replaceAll('"', '""')}"`
const text = (value) => `'${value.replaceAll("'", "''")}'`

function headers(file) {
  const line = fs.readFileSync(file, 'utf8').split(/\r?\n/, 1)[0].replace(/^\uFEFF/, '')
  return line.split(line.includes(';') ? ';' : ',').map((cell) => cell.replace(/^"|"$/g, ''))
}

function union(folder) {
  const parts = fs.readdirSync(folder).sort().map((name) => {
    const file = path.join(folder, name)
    const columns = headers(file).map((header) =>
      `${named(header)} AS ${named(fieldOf[shows[header]] ?? header)}`)
    return `SELECT ${columns.join(', ')} FROM read_csv(${text(file)}, all_varchar = true, header = true,
      delim = ${text(name.includes('eurotool') ? ';' : ',')}, quote = '"', escape = '"')`
  })
  return parts.join('\nUNION ALL BY NAME\n')
}

async function main([job, folder, out]) {
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  await connection.run('SET threads = 2')
  await connection.run('SET preserve_insertion_order = false')
  await connection.run(`CREATE VIEW leads AS ${union(folder)}`)
  let query = 'SELECT * FROM leads'
  if (job === 'exact') {
    const found = await connection.runAndReadAll('DESCRIBE leads')
    const columns = found.getRowObjects().map((row) => row.column_name)
    const cleaned = columns.map((column) => {
      const name = named(column)
      const spaced = `CASE WHEN regexp_matches(${name}, '^\\s|\\s$|\\s\\s|[^\\S ]')
        THEN trim(regexp_replace(${name}, '\\s+', ' ', 'g')) ELSE ${name} END`
      if (column !== 'Company Website') return `${spaced} AS ${name}`
      return `regexp_replace(regexp_replace(lower(trim(${name})), '^https?://(www\\.)?', ''),
        '[/?#:].*$', '') AS ${name}`
    })
    const longest = columns.map((column) => `arg_max(${named(column)}, length(${named(column)})) AS ${named(column)}`)
    query = `SELECT ${longest.join(', ')} FROM (SELECT ${cleaned.join(', ')} FROM leads)
      GROUP BY lower(coalesce("Full Name", "First Name" || ' ' || "Last Name")), lower("Company Name")`
  }
  await connection.run(`COPY (${query}) TO ${text(out)} (HEADER, DELIMITER ',')`)
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error.message)
  process.exit(1)
})
