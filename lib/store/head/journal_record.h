// Encodes a batch as one journal record, and decodes it. Numbers are varints:
//   version u8 = 2,
//   text: its length, 0 (as it is) or 1 (a snappy block), string
//   streams, per stream: labels (count, name, value …), entries, per entry:
//     time: zigzag difference from the one before
//     line: zigzag gap in the text from the end of the one before, length
//     pairs: 0 (those of the one before), or count + 1, then name, value …
// Text that came packed is written as it came: that is a third of the bytes, and nothing has to be
// compressed.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "model/entry.h"

namespace logsvc::store {

std::string encode_journal_record(const Batch& batch);
// Decodes a record; entries view into `record` or the batch's arena. Returns kCorrupt if it is not
// such a record.
Result<Batch> decode_journal_record(std::string_view record);

}  // namespace logsvc::store
