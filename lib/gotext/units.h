// Reads label values as numbers, as comparisons and unwrap do. Errors are Go's texts.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace logsvc {

Result<double> to_number(std::string_view text);
Result<double> to_seconds(std::string_view text);  // a Go duration, by seconds_of
Result<double> to_bytes(std::string_view text);    // 1KB, 2 KiB, 5

// Behaves as Go's Duration.Seconds, to the last digit: 1.118 s is 1.1179999999999999.
double seconds_of(Duration d);

// Writes sizes as humanize.Bytes does, but without its blank: 512B, 1.5MB, 12kB. bytes >= 0.
std::string size_text(double bytes);

}  // namespace logsvc
