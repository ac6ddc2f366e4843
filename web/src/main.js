import Alpine from '@alpinejs/csp'
import { io } from 'socket.io-client'
import { makeClient } from './api/client.js'
import { makeLive } from './api/live.js'
import { makeSender } from './api/sending.js'
import { xhrTransport } from './api/tus.js'
import { chart } from './components/chart.js'
import { chooser } from './components/chooser.js'
import { columns } from './components/columns.js'
import { deliver } from './components/deliver.js'
import { duplicates } from './components/duplicates.js'
import { fields } from './components/fields.js'
import { files } from './components/files.js'
import { frame } from './components/frame.js'
import { job } from './components/job.js'
import { jobs } from './components/jobs.js'
import { log } from './components/log.js'
import { makeNavigation } from './navigation.js'
import { applyTheme, keptTheme } from './theme.js'
import { makeWork } from './work.js'
import 'uplot/dist/uPlot.min.css'
import './app.css'

applyTheme(keptTheme())

const client = makeClient({ fetch: (path, options) => fetch(path, options) })
const live = makeLive({ connect: () => io({ autoConnect: false }), client })
const navigation = makeNavigation(window)

Alpine.store('navigation', navigation)
Alpine.store('work', makeWork({ client, live, storage: localStorage }))

/** @type {import('./work.js').Work} */
const work = Alpine.store('work')
/** @type {import('./navigation.js').Navigation} */
const shownNavigation = Alpine.store('navigation')
shownNavigation.begin()

const sender = makeSender({ transport: xhrTransport() })
const signals = new EventTarget()
const parts = { work, navigation: shownNavigation, client, live, sender, signals }

Alpine.data('frame', frame(parts))
Alpine.data('files', files(parts))
Alpine.data('columns', columns(parts))
Alpine.data('chooser', chooser())
Alpine.data('fields', fields(parts))
Alpine.data('duplicates', duplicates(parts))
Alpine.data('deliver', deliver(parts))
Alpine.data('jobs', jobs(parts))
Alpine.data('job', job(parts))
Alpine.data('log', log(parts))
Alpine.data('chart', chart(parts))

void work.load()
// What stands in the markup is painted before it is brought to life.
if (document.hidden) Alpine.start()
else requestAnimationFrame(() => setTimeout(() => Alpine.start()))
