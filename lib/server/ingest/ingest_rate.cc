#include "server/ingest/ingest_rate.h"

#include <algorithm>
#include <string>

#include "base/any_case.h"
#include "base/byte_size.h"

namespace logsvc::server {
namespace {

constexpr const char* kForm =
    "expected bytes or lines a second, as in \"10MB/s 5000 lines/s burst 20MB\", or 0";
// More than any machine takes in; sums of it do not wrap around.
constexpr uint64_t kMost = uint64_t{1} << 50;

// Steps over a run of characters that are, or are not, of a set.
std::string_view take_run(std::string_view& rest, const char* set, bool of_set) {
  const size_t end = of_set ? rest.find_first_not_of(set) : rest.find_first_of(set);
  const std::string_view run = rest.substr(0, end);
  rest.remove_prefix(run.size());
  return run;
}

struct Amount {
  uint64_t number = 0;
  bool is_lines = false;
};

// Reads "20MB", "20 MB", "5000 lines".
Result<Amount> take_amount(std::string_view& rest) {
  const std::string_view digits = take_run(rest, "0123456789.", true);
  take_run(rest, " ", true);
  const std::string unit = ascii_lowered(std::string(take_run(rest, " ,/", false)));
  Amount out;
  out.is_lines = unit == "lines" || unit == "line";
  const auto number = parse_byte_size(std::string(digits) + (out.is_lines ? "" : unit));
  if (digits.empty() || unit.empty() || !number || *number == 0 || *number > kMost)
    return invalid(kForm);
  out.number = *number;
  return out;
}

Status set_once(uint64_t& field, uint64_t value) {
  if (field > 0) return invalid(kForm);
  field = value;
  return {};
}

Status fill_bursts(IngestRate& rate) {
  if ((rate.burst_bytes > 0 && rate.bytes_per_second == 0) ||
      (rate.burst_lines > 0 && rate.lines_per_second == 0)) {
    return invalid("a burst needs a rate of its kind, as in \"10MB/s burst 20MB\"");
  }
  if (rate.burst_bytes == 0) rate.burst_bytes = 2 * rate.bytes_per_second;
  if (rate.burst_lines == 0) rate.burst_lines = 2 * rate.lines_per_second;
  return {};
}

}  // namespace

Result<IngestRate> parse_ingest_rate(std::string_view text) {
  IngestRate out;
  std::string_view rest = text;
  take_run(rest, " ,", true);
  if (rest == "0") return out;
  bool burst = false;
  while (!rest.empty()) {
    if (rest.starts_with("burst ") && !burst) {
      burst = true;
      rest.remove_prefix(6);
      take_run(rest, " ", true);
      if (rest.empty()) return invalid(kForm);
      continue;
    }
    ASSIGN_OR_RETURN(const Amount amount, take_amount(rest));
    if (!burst) {
      if (!rest.starts_with("/s")) return invalid(kForm);
      rest.remove_prefix(2);
    }
    if (!rest.empty() && rest[0] != ' ' && rest[0] != ',') return invalid(kForm);
    uint64_t& rate = amount.is_lines ? out.lines_per_second : out.bytes_per_second;
    uint64_t& most = amount.is_lines ? out.burst_lines : out.burst_bytes;
    RETURN_IF_ERROR(set_once(burst ? most : rate, amount.number));
    take_run(rest, " ,", true);
  }
  RETURN_IF_ERROR(fill_bursts(out));
  return out;
}

}  // namespace logsvc::server
