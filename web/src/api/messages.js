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
 * @typedef {{upload_id: string, files: MappedFile[], fields: string[], table?: PreviewTable}} MappingPreview
 */
export {}
