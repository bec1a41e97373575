#include "agent/docker/log_file_decoders.h"

namespace logsvc::agent {
namespace {

// Takes the text up to the next blank and skips the blank; returns an empty text if there is none.
std::string_view take_word(std::string_view& rest) {
  const size_t end = rest.find(' ');
  if (end == std::string_view::npos) return {};
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end + 1);
  return word;
}

// `line` includes its newline, which belongs to the record.
bool read_line(std::string_view line, LogRecord& record) {
  const auto time = parse_rfc3339(take_word(line));
  const std::string_view stream = take_word(line), flag = take_word(line);
  if (!time || (stream != "stdout" && stream != "stderr")) return false;
  if (flag != "F" && flag != "P") return false;
  record.timestamp = *time;
  record.stream = stream == "stderr" ? OutputStream::kStderr : OutputStream::kStdout;
  record.goes_on = flag == "P";
  if (record.goes_on) line.remove_suffix(1);
  record.text = line;
  return true;
}

}  // namespace

DecodedRecord decode_k8s_file(std::string_view bytes) {
  DecodedRecord out;
  const size_t end = bytes.find('\n');
  if (end == std::string_view::npos) return out;
  out.bytes = end + 1;
  out.kind = read_line(bytes.substr(0, out.bytes), out.record) ? DecodedRecord::Kind::kRecord
                                                               : DecodedRecord::Kind::kDamaged;
  return out;
}

}  // namespace logsvc::agent
