// A batch as one journal record, and back. All numbers varints:
//   version u8 = 1, streams, per stream: labels (count, name, value …), entries, per entry:
//   time (zigzag difference from the one before), line, pairs (count, name, value …)
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/entry.h"

namespace logsvc::store {

std::string encode_journal_record(const Batch& batch);
// Entries view into `record`. kCorrupt if it is not such a record.
Result<Batch> decode_journal_record(std::string_view record);

}  // namespace logsvc::store
