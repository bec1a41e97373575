// Reads what is stored of lines that were counted before, at the least cost. All functions are
// safe from several threads and end with kCancelled when a stop is requested.
#pragma once

#include <functional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "insight/marks.h"
#include "model/log_source.h"

namespace logsvc::insight {

using TimesOfStream = std::function<void(const LabelSet&, std::span<const Timestamp>)>;
using StoredEntry = std::function<void(const LabelSet&, const Entry&)>;

// Visits the times of streams with a label `level`: nothing else of them is needed to count them.
Status visit_labelled(const LogSource& source, TimeRange range, const std::stop_token& stop,
                      const TimesOfStream& visit);
// Visits the entries of the other streams, whose level was detected in each of them.
Status visit_others(const LogSource& source, TimeRange range, const std::stop_token& stop,
                    const StoredEntry& visit);
// Visits the entries of streams whose label `level` says that they are errors.
Status visit_labelled_errors(const LogSource& source, TimeRange range, const std::stop_token& stop,
                             const StoredEntry& visit);

// Returns the newest MarkBook::kMax of what Docker said of containers, oldest first, as `read`
// understands it.
using ReadMark = std::function<std::optional<Mark>(const LabelSet&, const Entry&)>;
Result<std::vector<Mark>> stored_marks(const LogSource& source, TimeRange range,
                                       const std::stop_token& stop, const ReadMark& read);

}  // namespace logsvc::insight
