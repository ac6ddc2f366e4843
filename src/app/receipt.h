// receipt.h - the records of a delivery with what became of each.
#pragma once

#include <string>

#include "delivery_ledger.h"
#include "lead_records.h"

namespace csvm::app {

/// Writes the file's records with the columns delivery_status, http_status, attempts, delivered_at
/// and webhook_id. The receipt appears under its name only when it is whole.
Result<void> write_receipt(const std::string& path, const LeadFile& file, DeliveryLedger& ledger);

}  // namespace csvm::app
