// What the service says (docs/http-api.md), as types. No code.

/**
 * @typedef {object} SourceFile
 * @property {string} file_id
 * @property {string} filename
 * @property {number} size  bytes; while it is being received, those it will have
 * @property {'complete' | 'receiving'} status
 * @property {number} [offset]  bytes that are there, while it is being received
 * @property {number} [records]
 * @property {string[]} [headers]
 * @property {{delimiter: string}} [dialect]
 * @property {string} [encoding]
 * @property {string} [platform]
 * @property {'people' | 'company'} [suggested_type]
 * @property {string[]} [warnings]
 * @property {string[][]} [preview]
 *
 * @typedef {{upload_id: string, created_at: string, expires_at: string, files: SourceFile[]}} Upload
 *
 * @typedef {object} Progress
 * @property {string} stage
 * @property {number} percentage
 * @property {number} total_records
 * @property {number} processed
 * @property {number} successful_webhooks
 * @property {number} failed_webhooks
 * @property {number} retrying_webhooks
 * @property {number} current_rate
 * @property {number} rate_limit
 * @property {number} effective_rate_limit
 * @property {number | null} eta_seconds
 * @property {number} duplicates_removed
 * @property {number} possible_duplicates
 * @property {number} fields_merged
 * @property {number} domains_cleaned
 * @property {number} rejected
 * @property {number} warnings
 * @property {boolean} download_available
 * @property {string | null} download_url
 * @property {number} downloads
 * @property {string[]} parts
 * @property {number} rows_read
 * @property {number} in_flight
 * @property {Counts | null} deliveries
 * @property {{p50: number, p90: number, p99: number} | null} latency_ms
 * @property {string | null} held_by
 * @property {boolean} waits_for_go_on
 *
 * @typedef {'delivered' | 'maybe' | 'rejected' | 'failed' | 'skipped' | 'pending'} DeliveryWord
 * @typedef {Record<DeliveryWord, number>} Counts
 *
 * @typedef {object} Webhook
 * @property {string} url  host and last characters
 * @property {string} host
 * @property {string | null} preset
 * @property {string[]} headers  names
 * @property {boolean} signed
 * @property {number} roll_over_urls
 * @property {number | null} canary
 * @property {number | null} quota
 *
 * @typedef {object} Job
 * @property {string} job_id
 * @property {string} upload_id
 * @property {'people' | 'company'} table_type
 * @property {'download' | 'webhook'} mode
 * @property {'queued' | 'processing' | 'sending' | 'paused' | 'completed' | 'failed' | 'cancelled'} status
 * @property {string} created_at
 * @property {string} updated_at
 * @property {string} expires_at
 * @property {string | null} error
 * @property {Progress} progress
 * @property {Webhook | null} webhook
 * @property {number} [sequence]  only in live events: the larger is the newer
 *
 * @typedef {object} Session
 * @property {string} session_id
 * @property {string} created_at
 * @property {string} expires_at
 * @property {number} active_jobs
 * @property {number} storage_used_mb
 * @property {number} storage_limit_mb
 * @property {{max_file_size_mb: number, max_files: number, max_concurrent_jobs: number}} limits
 * @property {Upload[]} uploads
 * @property {Job[]} jobs
 *
 * @typedef {object} MappedColumn
 * @property {number} index
 * @property {string} header
 * @property {string | null} field
 * @property {number} confidence
 * @property {'exact' | 'alias' | 'fuzzy' | 'values' | 'composed' | 'platform' | 'user' | 'none'} why
 * @property {string} reason
 * @property {string[]} samples
 *
 * @typedef {{how: string, headers: string[]}} Feed
 * @typedef {{file_id: string, file: string, platform: string, columns: MappedColumn[], feeds: Record<string, Feed[]>}} MappedFile
 * @typedef {{columns: string[], rows: string[][], read: number, merged: number}} PreviewTable
 * @typedef {{upload_id: string, files: MappedFile[], fields: string[], company_fields?: string[], table?: PreviewTable}} MappingPreview
 *
 * @typedef {{file: string, line: number}} Place
 * @typedef {{file: string | null, line: number | null, reason: string | null, values: string[]}} Member
 * @typedef {{row: number, first: Place, members: Member[]}} Cluster
 * @typedef {{columns: string[], clusters: Cluster[], next: number | null}} ClusterPage
 * @typedef {Place & {row: number | null, values: string[] | null}} Side
 * @typedef {{a: Side, b: Side, score: number, reason: string}} Pair
 * @typedef {{columns: string[], pairs: Pair[], next: number | null}} PairPage
 *
 * @typedef {object} Delivery
 * @property {number} record
 * @property {DeliveryWord} state
 * @property {number} attempts
 * @property {number | null} http_status
 * @property {string} excerpt
 * @property {string | null} at
 * @property {string | null} next_try
 * @property {string} webhook_id
 * @typedef {Delivery & {payload: unknown, payload_bytes: number}} WholeDelivery
 * @typedef {{deliveries: Delivery[], counts: Counts, next: number | null}} DeliveryPage
 * @typedef {{state: DeliveryWord, http_status: number | null, count: number, first_record: number, excerpt: string}} FailureGroup
 *
 * @typedef {object} Destination
 * @property {string} name
 * @property {number} rate_limit
 * @property {number | null} burst
 * @property {number | null} max_record_bytes
 * @property {number | null} quota
 * @property {string[]} hosts
 * @typedef {{destinations: Destination[], rates: number[], default_rate: number}} Destinations
 *
 * @typedef {object} Trial
 * @property {boolean} delivered
 * @property {number | null} http_status
 * @property {number | null} ms
 * @property {string | null} response
 * @property {string} detail
 * @property {unknown} payload
 * @property {number} payload_bytes
 * @property {boolean} too_large
 *
 * @typedef {{at: string, rate: number, latency_ms: number | null}} PacePoint
 * @typedef {{from: number, joined: number[], apart: number[]}} Scores  by whole score
 *
 * @typedef {object} Report
 * @property {Record<string, number>} counts
 * @property {Scores} [scores]
 * @property {Record<string, number>} cleaning
 */
export {}
